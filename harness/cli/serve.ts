import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import type { ServeWords } from './serve-recordings.ts';
import { splitOperands } from './words-behind-dashes.ts';

/** Adds `serve`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary('be a QMP server made of recordings, to test clients against a release that is not there')
    .description(
      'Answers commands as recordings do, by the rules of the protocol: of captures the user names, and of a release by ' +
        'its schema and the recordings of the project. Says what it was asked and does not know.',
    )
    .argument('<sources...>', 'recordings (.qmp), folders of them, and at most one release such as 10.0')
    .option(
      '--listen <address>',
      'where: unix:PATH or tcp:HOST:PORT, port 0 for any (default: a socket for COMMAND)',
    )
    .option('--release <x.y>', 'the release that requests are held against (default: that of the recording)')
    .option('--strict', 'keep to the order of the recording; anything else is answered by an error', false)
    .option('--exact', 'arguments of the same shape are not enough: they must be equal', false)
    .option('--generate', 'answer what nobody recorded with the smallest value that the schema allows', false)
    .addOption(
      new Option('--timing <how>', 'answer at once, or after the time that was recorded')
        .choices(['none', 'recorded'])
        .default('none'),
    )
    .addOption(
      new Option('--clients <n>', 'clients at a time; others wait, as they do at QEMU')
        .argParser(countFromWord)
        .default(1),
    )
    .option('--fresh', 'begin the dialogue anew for each client', false)
    .option('--pretty', 'lay messages out over several lines', false)
    .option('--once', 'end when the last client has left', false)
    .option('--json', 'print what was asked as JSON', false)
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], options: ServeWords, serve: Command) => {
      const { before: sources, behind: command } = splitOperands(words, serve);
      const { serveWords } = await import('./serve-recordings.ts');
      process.exitCode = await serveWords(sources, options, command);
    });
}

const HELP = `
COMMAND stands behind --. In its words {} is the address, as --connect takes it, and {path} the path of the socket
(or HOST:PORT). Without COMMAND the server ends with Ctrl-C.

Examples:
  qmp-conformance serve capture.qmp --listen unix:vm.sock
  qmp-conformance serve 10.0 --listen unix:vm.sock --json   what does my client ask of 10.0?
  qmp-conformance serve capture.qmp --strict -- ./client {path}  does my client still say the same?
  qmp-conformance serve 7.2 capture.qmp --generate -- ./client {}

Exit status:
  0  all was answered         1  something was asked that is not known, or (--strict) out of order
  2  wrong usage              3  it cannot be listened there
  otherwise that of COMMAND`;

function countFromWord(text: string): number {
  if (!/^[1-9][0-9]{0,2}$/.test(text))
    throw new InputError(`'${text}'; expected a whole number from 1 to 999`);
  return Number(text);
}
