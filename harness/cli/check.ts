import { Option, type Command } from 'commander';
import type { CheckReport } from '../check/check-report.ts';
import { InputError } from '../errors.ts';
import { SCHEMA_FAMILIES, type SchemaFamily } from '../qapi/model.ts';
import { recordingFiles } from './recording-files.ts';
import { checkOutput, writeOutput } from './write-output.ts';

const HELP = `
Each message of the recordings is compared with the schema of a release: what the client sends that the release does not
know, calls deprecated or has removed, and since when; what the client was told that the release does not tell. No QEMU
is needed. FILE may be a folder: all recordings in it.

  error    the release refuses what the client sends
  warning  it takes it, and calls it deprecated
  note     the client may not care: it was told something that the release does not tell, or was refused when it was
           recorded, too; or it uses what is unstable

--release all prints a table instead: which releases take each command in all the ways in which it was sent.

Exit code 1: a finding at least as severe as --fail-on says. Exit code 2: a file that is no recording; the others are
checked nevertheless.

Examples:
  Whether a client survives the newest release:
    qmp-conformance check my-client.qmp

  Two releases at once, and also what is deprecated is a failure:
    qmp-conformance check my-client.qmp --release 10.0 --release 11.1 --fail-on warning

  Since when and until when releases take what the client sends:
    qmp-conformance check my-client.qmp --release all

  For a viewer of findings:
    qmp-conformance check my-client.qmp --format sarif -o findings.sarif`;

const FORMATS = ['text', 'json', 'sarif'] as const;
const LIMITS = ['error', 'warning', 'never'] as const;

interface CheckWords {
  readonly release: readonly string[];
  readonly family?: SchemaFamily;
  readonly format: (typeof FORMATS)[number];
  readonly json?: true;
  readonly failOn?: (typeof LIMITS)[number];
  readonly output?: string;
}

/** Adds `check`: recordings against the schemas of releases, without a QEMU. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description("check what a client sends against a release's schema, without a QEMU")
    .argument('<FILE...>', 'recordings, or folders of them')
    .addOption(
      new Option('--release <X.Y>', "against which release, or 'all' (repeatable)")
        .argParser((value: string, before: readonly string[]): readonly string[] => [...before, value])
        .default([], 'the newest'),
    )
    .addOption(
      new Option('--family <NAME>', 'whose schema: of QEMU, its storage daemon or its guest agent')
        .choices(SCHEMA_FAMILIES)
        .default(undefined, 'what each connection looks like'),
    )
    .addOption(new Option('--format <NAME>', 'how to print it').choices(FORMATS).default('text'))
    .option('--json', 'the same as --format json')
    .addOption(
      new Option('--fail-on <SEVERITY>', 'exit code 1 from this severity on')
        .choices(LIMITS)
        .default(undefined, "error; with '--release all' never"),
    )
    .option('-o, --output <FILE>', 'file to write to')
    .addHelpText('after', HELP)
    .action(runCheck);
}

async function runCheck(files: readonly string[], words: CheckWords): Promise<void> {
  const { checkRecordings } = await import('../check/check-recordings.ts');
  const releases = await chosenReleases(words.release);
  if (words.output !== undefined) checkOutput(words.output);
  const { readRecordings } = await import('../check/read-recordings.ts');
  const { recordings, mistakes } = readRecordings(recordingFiles(files));
  if (recordings.length > 0) {
    const { family } = words;
    const report = checkRecordings(recordings, { releases, ...(family !== undefined && { family }) });
    for (const { transcript } of recordings)
      if (transcript.messages.length === 0) say(`${transcript.file}: no message, as its client said nothing`);
    const text = await render(report, words);
    if (words.output === undefined) process.stdout.write(text);
    else writeOutput(words.output, text);
    const { reachesLevel } = await import('../check/check-report.ts');
    // Every client is refused by releases that are older than what it uses.
    const limit = words.failOn ?? (releases === 'all' ? 'never' : 'error');
    if (limit !== 'never' && reachesLevel(report, limit)) process.exitCode = 1;
  }
  for (const mistake of mistakes) say(mistake);
  if (mistakes.length > 0) process.exitCode = 2;
}

function say(line: string): void {
  process.stderr.write(`qmp-conformance: ${line}\n`);
}

async function chosenReleases(given: readonly string[]): Promise<readonly string[] | 'all'> {
  if (given.includes('all')) {
    if (given.length > 1) throw new InputError("--release all with another release; expected 'all' alone");
    return 'all';
  }
  const { isRelease, seriesOfRelease } = await import('../release/compare-releases.ts');
  const wrong = given.find((one) => !isRelease(one));
  if (wrong !== undefined) throw new InputError(`--release ${wrong}; expected X.Y or 'all'`);
  if (given.length > 0) return [...new Set(given.map(seriesOfRelease))];
  const { newestRelease } = await import('../check/check-recordings.ts');
  return [newestRelease()];
}

async function render(report: CheckReport, { format, json, release }: CheckWords): Promise<string> {
  if (json === true || format === 'json')
    return `${JSON.stringify({ format: 1, ...report }, undefined, 2)}\n`;
  if (format === 'sarif') {
    const { suiteVersion } = await import('../replay/suite-version.ts');
    return (await import('../../reports/check-sarif.ts')).renderCheckSarif(report, suiteVersion());
  }
  const { renderCheckText, renderCheckTable } = await import('../../reports/check-text.ts');
  return release.includes('all') ? renderCheckTable(report) : renderCheckText(report);
}
