import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';

interface RecordWords {
  readonly listen?: string;
  readonly connect?: string;
  readonly out: string;
  readonly force: boolean;
  readonly redact: boolean;
  readonly standIns: boolean;
  readonly redactRule?: readonly string[];
  readonly learn: boolean;
}

/** What ends a recording that no command ends: the terminal, a supervisor, a terminal that goes away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The recording does not hold all of the dialogue. */
const EXIT_NOT_WHOLE = 3;

const collect = (word: string, words: readonly string[] = []): readonly string[] => [...words, word];

/** Adds `record`. */
export function addRecordCommand(program: Command): void {
  program
    .command('record')
    .summary('record what a client and a QMP server say to each other')
    .description(
      'Stands between clients and a server, carries every byte and file descriptor as it is, and writes each message to ' +
        'a transcript before it goes on. Starts the client or QEMU itself where it is given as a command: the monitors ' +
        "of a QEMU are found in its arguments; a client gets the path of the socket in place of '{}'.",
    )
    .argument('[command...]', "a client, or a QEMU with its arguments, behind '--'")
    .option('--listen <address>', 'where clients come: unix:PATH or tcp:HOST:PORT')
    .option('--connect <address>', 'the server that they want: unix:PATH or tcp:HOST:PORT')
    .requiredOption('-o, --out <file>', 'the transcript that is written')
    .option('--force', 'take the place of a file that is there', false)
    .option('--no-redact', 'write secrets down as they are')
    .option(
      '--stand-ins',
      'replace paths, host names, UUIDs and MACs, too; the same always by the same',
      false,
    )
    .addOption(
      new Option('--redact-rule <file>', 'further rules of what is secret (repeatable)').argParser(collect),
    )
    .option(
      '--learn',
      'perform the dialogue again on the same QEMU when it is over, and write rules for what changes (see learn)',
      false,
    )
    .addHelpText('after', HELP)
    .action(async (command: readonly string[], words: RecordWords) => {
      process.exitCode = await runRecord(command, words);
    });
}

const HELP = `
Examples:
  qmp-conformance record --listen unix:client.sock --connect unix:/run/vm.sock -o session.qmp
  qmp-conformance record --connect unix:/run/vm.sock -o session.qmp -- ./client.py {}
  qmp-conformance record -o session.qmp -- build/qemu-system-x86_64 -display none -qmp unix:vm.sock,server=on,wait=off

Exit status:
  that of the command; without one 0, when Ctrl-C or SIGTERM has ended it
  2  wrong usage       3  no server, no place to listen, or the recording ends before the dialogue (full disk)`;

async function runRecord(command: readonly string[], words: RecordWords): Promise<number> {
  const [{ record }, { suiteVersion }, redaction] = await Promise.all([
    import('../record/record.ts'),
    import('../replay/suite-version.ts'),
    redactionOf(words),
  ]);
  const { listen, connect, out: file, force } = words;
  if (words.learn && (command.length === 0 || connect !== undefined))
    throw new InputError('--learn without a QEMU to learn from; expected its command behind --');
  const over = new AbortController();
  const end = (): void => over.abort();
  for (const name of SIGNALS) process.once(name, end);
  try {
    const facts = { at: timeOfRecording(), by: `qmp-conformance ${suiteVersion()}` };
    const plan = { file, force, listen, connect, command, redaction, facts };
    const { messages, connections, ends, exitCode = 0 } = await record(plan, say, over.signal);
    say(
      connections === 0
        ? `no client came: ${file} was not written`
        : `${file}: ${messages} messages on ${connections} connection${connections === 1 ? '' : 's'}`,
    );
    if (exitCode === 0 && ends !== undefined) return EXIT_NOT_WHOLE;
    return words.learn && exitCode === 0 && connections > 0 ? await learnFrom(file, command) : exitCode;
  } finally {
    for (const name of SIGNALS) process.off(name, end);
  }
}

/** Now, or what who wants the same file each time says (reproducible-builds.org, SOURCE_DATE_EPOCH). */
function timeOfRecording(): string {
  const epoch = process.env['SOURCE_DATE_EPOCH'] ?? '';
  const time = /^[0-9]{1,11}$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
  return time.toISOString().replace(/\.[0-9]+Z$/, 'Z');
}

/** On the binary and with the arguments of the recording, but for its monitors: those are ours. */
async function learnFrom(file: string, command: readonly string[]): Promise<number> {
  const [{ learnFile }, { withoutMonitors }, { findOnPath }] = await Promise.all([
    import('./learn-file.ts'),
    import('../record/find-monitors.ts'),
    import('../target/child-process.ts'),
  ]);
  const [program = '', ...behind] = withoutMonitors(command);
  const qemu = findOnPath(program) ?? program;
  return learnFile(file, behind, { qemu, accel: ['tcg'], output: file, times: 3, exact: false, timeout: 10 });
}

/** Standard output is the command's. */
function say(line: string): void {
  process.stderr.write(`qmp-conformance: ${line}\n`);
}

async function redactionOf({ redact, standIns, redactRule = [] }: RecordWords) {
  if (!redact) {
    if (standIns || redactRule.length > 0)
      throw new InputError('--no-redact with --stand-ins or --redact-rule; expected one or the other');
    return undefined;
  }
  const [{ loadRedactRules }, { defaultRedactRules }] = await Promise.all([
    import('../redact/read-rules.ts'),
    import('../redact/default-rules.ts'),
  ]);
  return { rules: [...redactRule.flatMap(loadRedactRules), ...defaultRedactRules()], standIns };
}
