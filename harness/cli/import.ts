import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { writeOutput } from './write-output.ts';

/** What stands on the command line of `import`. */
interface ImportWords {
  readonly id?: string;
  readonly output?: string;
  readonly json: boolean;
}

/** Adds `import`. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .summary("make a recording of another tool's log")
    .description(
      'Makes a recording (.qmp) of what another tool wrote down: libvirt-replies, chardev-log, trace or qmp-shell. ' +
        'The format is guessed where it is not named.',
    )
    .argument('<format>', 'libvirt-replies, chardev-log, trace or qmp-shell; may be left out')
    .argument('[file]', 'the log')
    .usage('[options] [format] <file>')
    .option('--id <id>', 'identity of the recording (default: wire/ and the name of the file)')
    .option('-o, --output <file>', 'where the recording goes (default: standard output)')
    .option('--json', 'tell what was read as JSON', false)
    .addHelpText('after', HELP)
    .action(async (first: string, second: string | undefined, words: ImportWords) => {
      await importFile(second === undefined ? undefined : first, second ?? first, words);
    });
}

const HELP = `
Examples:
  qmp-conformance import caps_10.0.0_x86_64.replies -o caps.qmp
  qmp-conformance import trace qemu.log --id wire/my-client -o my-client.qmp

Exit status:
  0  made     2  no such log, or one that is not whole; file:line:column says where`;

async function importFile(named: string | undefined, file: string, words: ImportWords): Promise<void> {
  const { importLog } = await import('../import/import-log.ts');
  const { LOG_FORMATS } = await import('../import/log-message.ts');
  const { printJson } = await import('./print-json.ts');
  const format = LOG_FORMATS.find((one) => one === named);
  if (named !== undefined && format === undefined)
    throw new InputError(`'${named}'; expected a format: ${LOG_FORMATS.join(', ')}`);
  if (words.json && words.output === undefined)
    throw new InputError('--json without --output; expected both: the recording needs a place of its own');
  const content = await readFile(file).catch((error: unknown) => {
    throw new InputError(`${file}: not there; expected a log`, { cause: error });
  });
  const imported = importLog(content, file, {
    ...(format !== undefined && { format }),
    ...(words.id !== undefined && { id: words.id }),
  });
  for (const note of imported.notes) process.stderr.write(`${file}: ${note}\n`);
  if (words.output === undefined) {
    process.stdout.write(imported.text);
    return;
  }
  writeOutput(words.output, imported.text);
  const { text: _, ...told } = imported;
  if (words.json) printJson({ file: words.output, ...told });
  else process.stderr.write(`${words.output}: ${imported.messages} messages, read as ${imported.format}\n`);
}
