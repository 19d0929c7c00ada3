import { join } from 'node:path';
import { renderTerminal } from '../../reports/terminal.ts';
import { matrixFromRuns, type Matrix } from '../compat/matrix.ts';
import { setCurrentRun } from '../replay/current-run.ts';
import { planRun, type RunRequest } from '../replay/plan-run.ts';
import type { RunPlan } from '../replay/run-plan.ts';
import { startRun } from '../replay/start-run.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import { overdueKnownFailures } from '../results/apply-known-failures.ts';
import { exitCodeOfRuns } from '../results/exit-code.ts';
import { writeMissingTargets } from '../results/open-run.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import { removeRuns } from '../results/remove-runs.ts';
import { createProgress } from './progress.ts';
import type { RunWords } from './run-words.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import { runMocha } from './run-mocha.ts';
import { terminalOptions } from './terminal-options.ts';
import { writeReports } from './write-reports.ts';

/** Where a run goes that is told no place: like a build folder, it holds the latest. */
const DEFAULT_OUT = 'out';

/**
 * Plans and performs a run, and writes archives, matrix and reports.
 * @returns the exit code
 */
export async function runRecordings(recordings: readonly string[], words: RunWords): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const request = requestOf(recordings, words);
  const plan = await interruptible(async (signal) => {
    const planned = await planRun(request, say, signal);
    for (const { name, reason } of planned.missing) say(`${name}: not run: ${reason}`);
    if (words.out === undefined && !words.resume) await removeRuns(planned.out);
    await performPlan(planned, signal);
    return planned;
  });
  return plan === undefined ? EXIT_INTERRUPTED : report(plan, words);
}

/** What the words of the command line ask for. */
export function requestOf(recordings: readonly string[], words: RunWords): RunRequest {
  const { accel, all, shard, jobs, resume, install, suite: suites, level } = words;
  const {
    stages = [],
    qemu = [],
    release = [],
    connect = [],
    policy: policies = [],
    grep = [],
    out = DEFAULT_OUT,
  } = words;
  const patience = words.timeout * 1000;
  return {
    recordings,
    suites,
    stages,
    qemu,
    release,
    connect,
    accel,
    level,
    policies,
    grep,
    all,
    shard,
    jobs,
    patience,
    out,
    resume,
    install,
  };
}

/** Performs all rows, or those before the signal. Whatever is finished is on disk then, and no QEMU is left. */
async function performPlan(plan: RunPlan, signal: AbortSignal): Promise<void> {
  const rows = plan.columns.map(({ target, batches }) => ({
    name: target.facts.name,
    rows: batches.reduce((sum, batch) => sum + batch.rows.length, 0),
  }));
  const progress = createProgress(process.stderr, rows);
  const run = await startRun(plan, suiteVersion(), (result) => progress.count(result));
  await writeMissingTargets(plan.out, plan.missing);
  setCurrentRun(run);
  if (!signal.aborted) await runMocha(signal);
  await (signal.aborted ? run.interrupt() : run.finish());
  progress.end();
  if (signal.aborted) progress.say(`interrupted; --resume --out ${plan.out} goes on`);
}

async function report(plan: RunPlan, words: RunWords): Promise<number> {
  const runs = await Promise.all((await findRuns(plan.out)).map((folder) => readRun(folder)));
  const matrix = matrixFromRuns(runs, plan.missing);
  const batchOf = new Map(
    plan.columns.flatMap(({ batches }) => batches.flatMap((batch) => batch.rows.map((row) => [row, batch]))),
  );
  const { out } = plan;
  await writeReports(matrix, runs, {
    out,
    reporters: words.reporter ?? [],
    expectationOf: (row) => batchOf.get(row)?.describe(row),
  });
  if (words.json) process.stdout.write(`${JSON.stringify(matrix, undefined, 2)}\n`);
  else printMatrix(matrix, out);
  const today = new Date().toISOString().slice(0, 10);
  for (const line of overdueKnownFailures(plan.knownFailures, today)) process.stderr.write(`${line}\n`);
  return exitCodeOfRuns(matrix.counts, runs);
}

function printMatrix(matrix: Matrix, out: string): void {
  const text = renderTerminal(matrix, terminalOptions(process.stdout));
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    `${text}harness: ${memory} MB at most\nmatrix: ${join(out, 'matrix.md')}, ${join(out, 'index.html')}\n`,
  );
}
