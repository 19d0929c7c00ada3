import { stat } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import type { Run } from '../results/run.ts';
import type { MissingTarget } from '../results/verdict.ts';
import {
  expectationsOption,
  judgeRunsAgain,
  refuseExisting,
  writeExpectationsOption,
  writeProposals,
} from './expectations.ts';
import { wordsOf } from './option-words.ts';
import { REPORTERS, REPORT_FILES, type Reporter } from './reporters.ts';

const FILES = REPORTERS.map((reporter) => `  ${reporter.padEnd(9)} ${REPORT_FILES[reporter]}`).join('\n');

const HELP = `
Nothing is run: the reports are made of what a run has left, and the same archives give the same bytes. RUN may be a
result stream, too, which holds no dialogues. A run that is not whole is named, and its results are not shown.

Files of --out:
${FILES}

Examples:
  qmp-conformance report out                               on the terminal
  qmp-conformance report out --reporter junit,markdown -o reports
  qmp-conformance report out --reporter markdown           one report, to standard output
  qmp-conformance report shard-1 shard-2 --reporter sarif -o reports
  qmp-conformance report out --json | grep '"type":"end"'

Exit status:
  0  conformant        1  findings: fail, crash, timeout or unexpected-pass
  2  wrong usage       3  setup or harness error, or a run that is not whole`;

interface ReportWords {
  readonly expectations?: readonly string[];
  readonly writeExpectations?: string;
  readonly reporter?: readonly Reporter[];
  readonly out?: string;
  readonly recordings?: string;
  readonly json: boolean;
  readonly ledger?: string;
}

/** Adds `report`. */
export function addReportCommand(program: Command): void {
  program
    .command('report')
    .summary('make reports of runs: JUnit, TAP, SARIF, Markdown, HTML, NDJSON')
    .description('Makes the reports of one run or several from their archives.')
    .argument(
      '<runs...>',
      "run archives, folders of 'run --out' that hold some, result streams, or releases with published results",
    )
    .addOption(
      new Option(
        '--reporter <names>',
        `which reports: ${REPORTERS.join(', ')} (default with --out: all)`,
      ).argParser(wordsOf(REPORTERS)),
    )
    .option('-o, --out <folder>', 'write them there; without it one report goes to standard output')
    .addOption(
      new Option('--recordings <folder>', 'where the recordings of the rows stand').default(
        undefined,
        'those of the project',
      ),
    )
    .option('--ledger <file>', "say of red rows how often they failed so ('flaky' makes it); they stay red")
    .addOption(expectationsOption())
    .addOption(writeExpectationsOption())
    .option('--json', 'the same as --reporter ndjson: a JSON object to a line', false)
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], words: ReportWords) => {
      process.exitCode = await report(paths, words);
    });
}

async function report(paths: readonly string[], words: ReportWords): Promise<number> {
  const reporters = reportersFrom(words);
  const { matrixFromRuns } = await import('../compat/matrix-from-runs.ts');
  if (words.writeExpectations !== undefined) await refuseExisting(words.writeExpectations);
  const { runs: read, missing } = await readInputs(paths);
  const runs = await judgeRunsAgain(read, words.expectations);
  const matrix = matrixFromRuns(runs, missing);
  for (const { dir, notWhole } of runs) {
    if (notWhole !== undefined) process.stderr.write(`${dir}: not whole, not shown: ${notWhole}\n`);
  }
  const { rowRecordings } = await import('./row-recordings.ts');
  const { renderReport, writeReportFiles } = await import('./write-reports.ts');
  const { textOf, placeOf } = rowRecordings(words.recordings);
  const source = { matrix, runs, expectationOf: textOf, placeOf };
  const [only] = reporters;
  if (words.out !== undefined) {
    const files = await writeReportFiles(words.out, reporters, source);
    process.stdout.write(files.map((file) => `${file}\n`).join(''));
  } else if (only !== undefined) {
    process.stdout.write(await renderReport(only, source));
  } else {
    const { renderTerminal } = await import('../../reports/terminal.ts');
    const { terminalOptions } = await import('./terminal-options.ts');
    process.stdout.write(renderTerminal(matrix, { columns: 120, ...terminalOptions(process.stdout) }));
  }
  if (words.ledger !== undefined) await tellFlaky(words.ledger, runs);
  if (words.writeExpectations !== undefined) await writeProposals(words.writeExpectations, runs);
  const { exitCodeOfRuns } = await import('../results/exit-code.ts');
  return exitCodeOfRuns(matrix.counts, runs);
}

/** Beside the reports, which are the same with a ledger and without: what it knows changes from day to day. */
async function tellFlaky(ledger: string, runs: readonly Run[]): Promise<void> {
  const { describeFlaky } = await import('../results/flaky-ledger.ts');
  const { readLedgerThere } = await import('../results/flaky-ledger-file.ts');
  for (const line of describeFlaky(runs, await readLedgerThere(ledger))) process.stderr.write(`${line}\n`);
}

/** None: the terminal's, which is no file. */
function reportersFrom({ reporter, out, json }: ReportWords): readonly Reporter[] {
  const asked = [...(reporter ?? []), ...(json ? (['ndjson'] as const) : [])];
  const named = [...new Set(asked)];
  if (out !== undefined) return named.length === 0 ? REPORTERS : named;
  if (named.length > 1)
    throw new InputError(`${named.join(', ')} without --out; expected a folder, or one reporter`);
  return named;
}

interface Inputs {
  readonly runs: readonly Run[];
  readonly missing: readonly MissingTarget[];
}

/** What is named twice is meant once. Archives first, then streams, each in the order in which they were named. */
async function readInputs(paths: readonly string[]): Promise<Inputs> {
  const { readResultStream } = await import('../../reports/ndjson-read.ts');
  const { mergeShards } = await import('../results/check-shards.ts');
  const { readRunsNamed } = await import('../results/published.ts');
  const { readMissingTargets } = await import('../results/read-run.ts');
  const archived = new Map<string, Run>();
  const streamed: Run[] = [];
  const missing: MissingTarget[] = [];
  for (const path of new Set(paths)) {
    if (await isFile(path)) {
      const stream = await readResultStream(path);
      streamed.push(...stream.runs);
      missing.push(...stream.missing);
    } else {
      for (const run of await readRunsNamed(path)) archived.set(run.dir, run);
      missing.push(...(await readMissingTargets(path)));
    }
  }
  return { runs: [...mergeShards([...archived.values()]), ...streamed], missing };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
