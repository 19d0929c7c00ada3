import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import type { Matrix } from '../compat/matrix.ts';
import type { Run } from '../results/run.ts';

interface MatrixWords {
  readonly out?: string;
  readonly recordings?: string;
  readonly json: boolean;
}

/** Adds `matrix`. */
export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .summary('merge runs into a version matrix')
    .description(
      'Merges run archives into one matrix, rows × targets. Runs of one target that share no row (shards) become one ' +
        'column; a run that is not whole is named and not shown.',
    )
    .argument('<runs...>', "run archives, or folders of 'run --out' that hold some")
    .option('-o, --out <folder>', 'write matrix.md and index.html there')
    .addOption(
      new Option('--recordings <folder>', 'where the transcripts stand that index.html shows').default(
        undefined,
        'those of the project',
      ),
    )
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
  qmp-conformance matrix --json out | jq .counts

Exit status:
  0  conformant        1  findings: fail, crash, timeout or unexpected-pass
  2  wrong usage       3  setup or harness error, or a run that is not whole`;

async function makeMatrix(paths: readonly string[], words: MatrixWords): Promise<number> {
  const { matrixFromRuns } = await import('../compat/matrix.ts');
  const { findRuns, readMissingTargets, readRun } = await import('../results/read-run.ts');
  const folders = (await Promise.all(paths.map(findRuns))).flat();
  const runs: Run[] = [];
  // A path that is named twice is meant once.
  for (const folder of new Set(folders)) runs.push(await readRun(folder));
  const missing = (await Promise.all(paths.map(readMissingTargets))).flat();
  const matrix = matrixFromRuns(runs, missing);
  for (const { dir, notWhole } of runs) {
    if (notWhole !== undefined) process.stderr.write(`${dir}: not whole, not shown: ${notWhole}\n`);
  }
  if (words.out !== undefined) await writeMatrix(words.out, matrix, runs, words.recordings);
  await print(matrix, runs, words);
  const { exitCodeOfRuns } = await import('../results/exit-code.ts');
  return exitCodeOfRuns(matrix.counts, runs);
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

async function writeMatrix(
  out: string,
  matrix: Matrix,
  runs: readonly Run[],
  recordings: string | undefined,
): Promise<void> {
  const { writeReports } = await import('./write-reports.ts');
  const folder = recordings ?? fileURLToPath(new URL('../../recordings/', import.meta.url));
  const texts = new Map<string, string | undefined>();
  for (const { row } of matrix.rows) texts.set(row, await readTranscriptText(folder, row));
  await writeReports(matrix, runs, { out, reporters: [], expectationOf: (row) => texts.get(row) });
}

/** The text of a row's transcript, where its identity is its path: an archive of others must not lead elsewhere. */
async function readTranscriptText(folder: string, row: string): Promise<string | undefined> {
  if (!/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*(?:\/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)*$/.test(row)) return undefined;
  return readFile(join(folder, `${row}.qmp`), 'utf8').catch(() => undefined);
}
