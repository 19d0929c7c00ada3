import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import { ALLOWANCES, readAllowances, type Allowance } from '../replay/safety/allowances.ts';
import { countFromWord, repeatable, wordsOf } from './option-words.ts';
import type { ReplayWords } from './replay-words.ts';
import { splitOperands } from './words-behind-dashes.ts';

/** Adds `replay`. */
export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .summary('replay transcripts on a target, and show the dialogue')
    .description(
      'Performs each transcript on each target and shows the dialogue as it goes: what differs from the recording by its ' +
        "smallest place, with the opinion of the target's schema. A recording of whole connections opens its own, in its " +
        'order. What a recording asks for beyond the folder of the replay (programs, files, networks) is refused ' +
        'before anything is started.',
    )
    .argument('<files...>', "transcripts (.qmp); words behind '--' are given to QEMU")
    .addOption(repeatable('--release <x.y>', 'an installed release (repeatable)'))
    .addOption(repeatable('--qemu <path>', 'a QEMU binary (repeatable)'))
    .addOption(
      repeatable('--connect <address>', 'a QMP server that runs: unix:PATH or tcp:HOST:PORT (repeatable)'),
    )
    .addOption(
      new Option('--accel <names>', 'accelerators: tcg, kvm')
        .argParser(wordsOf(['tcg', 'kvm']))
        .default(['tcg'], 'tcg'),
    )
    .option('--architecture <name>', 'the emulator of another architecture, of the same build, e.g. aarch64')
    .option('--stage <name>', 'the stage to replay on, instead of that of the transcript')
    .addOption(repeatable('--stages <folder>', "a folder of stages beside the project's own (repeatable)"))
    .addOption(
      new Option('--allow <what>', `what a replay may do on this host: ${ALLOWANCES.join(', ')}`).argParser(
        collectAllowances,
      ),
    )
    .option(
      '--through <proxy>',
      'replay directly and through a proxy, and compare: a command with {listen} and {server}, or the address of a proxy ' +
        'that stands before --connect',
    )
    .option('--repeat <n>', 'replay so many times; all must come to the same verdict', countFromWord, 1)
    .option(
      '--attach',
      'for a QEMU under a debugger: no time limits, and one that is started waits for Enter',
      false,
    )
    .option('--step', 'wait for a key before each message of the client', false)
    .option('--timeout <seconds>', 'how long to wait for a response or an event', countFromWord, 10)
    .option('--json', 'print what happens as JSON, a line for each', false)
    .option('--quiet', 'print verdicts and findings only', false)
    .addHelpText('after', HELP)
    .action(async (operands: readonly string[], words: ReplayWords, command: Command) => {
      const { files, behind } = splitFiles(operands, command);
      const { replayFiles } = await import('./replay-files.ts');
      process.exitCode = await replayFiles(files, behind, words);
    });
}

/** Tells transcripts from words for QEMU. @throws {InputError} where there are none */
export function splitFiles(
  operands: readonly string[],
  command: Command,
): { readonly files: readonly string[]; readonly behind: readonly string[] } {
  const { before: files, behind } = splitOperands(operands, command);
  if (files.length === 0) throw new InputError("no transcript before '--'; expected at least one (.qmp)");
  return { files, behind };
}

/** Reads what is allowed; repeated, it adds up. */
export function collectAllowances(text: string, before: readonly Allowance[] = []): readonly Allowance[] {
  return [...before, ...readAllowances(text)];
}

const HELP = `
Examples:
  qmp-conformance replay client.qmp --release 10.0              on an installed release
  qmp-conformance replay client.qmp --release 7.2 --release 10.0 --quiet
  qmp-conformance replay client.qmp --release 10.0 -- -machine q35 -device virtio-net
  qmp-conformance replay client.qmp --connect unix:/run/vm.sock --attach    a QEMU under a debugger
  qmp-conformance replay client.qmp --release 10.0 --repeat 20 --quiet
  qmp-conformance replay client.qmp --release 10.0 --through 'socat UNIX-LISTEN:{listen},fork UNIX-CONNECT:{server}'

In step mode: Enter sends the message, c goes on without waiting, s shows the schema of its command, q ends.

Exit status:
  0  as recorded       1  findings: fail, crash or timeout, or a proxy that is not transparent
  2  wrong usage, or a transcript that is refused
  3  setup or harness error
  130  interrupted`;
