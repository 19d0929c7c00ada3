import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import type { Matrix } from '../compat/matrix.ts';
import type { Run } from '../results/run.ts';
import { repeatable } from './option-words.ts';
import { expectationsOption, judgeRunsAgain } from './expectations.ts';

interface MatrixWords {
  readonly expectations?: readonly string[];
  readonly out?: string;
  readonly recordings?: string;
  readonly predict?: string;
  readonly tap?: readonly string[];
  readonly json: boolean;
}

/** Adds `matrix`. */
export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .summary('merge runs into a version matrix')
    .description(
      'Merges run archives into one matrix, rows × targets. Runs of one target that share no row (shards) become one ' +
        'column; a run that is not whole is named and not shown. Says where a row changed: the first version that ' +
        'fails, the first that passes again.',
    )
    .argument('<runs...>', "run archives, folders of 'run --out', or releases with published results")
    .option('-o, --out <folder>', 'write matrix.md and index.html there')
    .addOption(
      new Option('--recordings <folder>', 'where the transcripts stand that index.html shows').default(
        undefined,
        'those of the project',
      ),
    )
    .option(
      '--predict <releases>',
      "columns for releases that were not run, of what their schema says; or 'all'",
    )
    .addOption(
      repeatable(
        '--tap <name=file[@target]>',
        "further rows, tap/<name>/<test>, from TAP such as QEMU's own tests print; repeatable",
      ),
    )
    .addOption(expectationsOption())
    .option('--json', 'print the matrix as JSON instead of tables', false)
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], words: MatrixWords) => {
      process.exitCode = await makeMatrix(paths, words);
    });
}

const HELP = `
Examples:
  qmp-conformance matrix out                          what 'run' left in out/
  qmp-conformance matrix shard-1 shard-2 -o site      merge, and write site/index.html and site/matrix.md
  qmp-conformance matrix out/runs/7.2.22-x86_64-tcg   one column
  qmp-conformance matrix out --predict 5.0,6.2 -o site  and what the schemas of 5.0 and 6.2 say
  qmp-conformance matrix out --tap qtest=qmp-test.tap   with the results of a test program of QEMU's
  qmp-conformance matrix --json out | jq .counts

Exit status:
  0  conformant        1  findings: fail, crash, timeout or unexpected-pass
  2  wrong usage       3  setup or harness error, or a run that is not whole`;

async function makeMatrix(paths: readonly string[], words: MatrixWords): Promise<number> {
  const { matrixFromRuns } = await import('../compat/matrix-from-runs.ts');
  const { readMissingTargets } = await import('../results/read-run.ts');
  const own = await judgeRunsAgain(await readRuns(paths), words.expectations);
  const { readTapRuns } = await import('./matrix-tap.ts');
  const runs = [...own, ...(await readTapRuns(words.tap ?? [], own))];
  const folders = paths.filter((path) => existsSync(path));
  const missing = (await Promise.all(folders.map(readMissingTargets))).flat();
  const folder = words.recordings ?? fileURLToPath(new URL('../../recordings/', import.meta.url));
  const textOf = (row: string): string | undefined => readTranscriptText(folder, row);
  const matrix = await predict(matrixFromRuns(runs, missing), words, textOf);
  for (const { dir, notWhole } of own) {
    if (notWhole !== undefined) process.stderr.write(`${dir}: not whole, not shown: ${notWhole}\n`);
  }
  if (words.out !== undefined) {
    const { writeReports } = await import('./write-reports.ts');
    await writeReports(matrix, runs, { out: words.out, reporters: [], expectationOf: textOf });
  }
  await print(matrix, own, words);
  const { exitCodeOfRuns } = await import('../results/exit-code.ts');
  return exitCodeOfRuns(matrix.counts, own);
}

/** The runs that are named, each once, and shards put together. @throws {InputError} */
async function readRuns(paths: readonly string[]): Promise<readonly Run[]> {
  const { readRunsNamed } = await import('../results/published.ts');
  const { mergeShards } = await import('../results/check-shards.ts');
  const runs = new Map<string, Run>();
  for (const path of paths) for (const run of await readRunsNamed(path)) runs.set(resolve(run.dir), run);
  return mergeShards([...runs.values()]);
}

/** Cells that were not run are predicted where a file is asked for, or columns of releases are. */
async function predict(
  matrix: Matrix,
  words: MatrixWords,
  textOf: (row: string) => string | undefined,
): Promise<Matrix> {
  if (words.predict === undefined && words.out === undefined) return matrix;
  const { openPredictor, releasesToPredict } = await import('./predict-rows.ts');
  const { withPredictions } = await import('../compat/predictions.ts');
  const releases = words.predict === undefined ? [] : releasesToPredict(words.predict);
  return withPredictions(matrix, releases, await openPredictor(textOf));
}

async function print(matrix: Matrix, runs: readonly Run[], { out, json }: MatrixWords): Promise<void> {
  if (json) {
    process.stdout.write(`${JSON.stringify(matrix, undefined, 2)}\n`);
    return;
  }
  const { renderTerminal } = await import('../../reports/terminal.ts');
  const { terminalOptions } = await import('./terminal-options.ts');
  const folders = new Map(runs.map((run) => [run.target.name, run.dir]));
  const text = renderTerminal(matrix, {
    columns: 120,
    ...terminalOptions(process.stdout),
    whereToLook: ({ target }) => folders.get(target),
  });
  process.stdout.write(out === undefined ? text : `${text}${out}/index.html, ${out}/matrix.md\n`);
}

/** The text of a row's transcript, where its identity is its path: an archive of others must not lead elsewhere. */
function readTranscriptText(folder: string, row: string): string | undefined {
  if (!/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*(?:\/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)*$/.test(row)) return undefined;
  try {
    return readFileSync(join(folder, `${row}.qmp`), 'utf8');
  } catch {
    return undefined;
  }
}
