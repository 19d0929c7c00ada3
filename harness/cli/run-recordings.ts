import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import type { Matrix } from '../compat/matrix.ts';
import { matrixFromRuns } from '../compat/matrix-from-runs.ts';
import { setCurrentRun } from '../replay/current-run.ts';
import { planRun, type RunRequest } from '../replay/plan-run.ts';
import type { RunPlan } from '../replay/run-plan.ts';
import { startRun } from '../replay/start-run.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import type { Shard } from '../replay/select-shard.ts';
import { overdueKnownFailures } from '../results/apply-known-failures.ts';
import { durationsFromRuns, NO_DURATIONS } from '../results/durations.ts';
import { exitCodeOfRuns } from '../results/exit-code.ts';
import { describeFlaky, learnFromRuns } from '../results/flaky-ledger.ts';
import { readLedger, writeLedger } from '../results/flaky-ledger-file.ts';
import { writeMissingTargets } from '../results/open-run.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import { removeRuns } from '../results/remove-runs.ts';
import type { Run } from '../results/run.ts';
import { refuseExisting, writeProposals } from './expectations.ts';
import { createProgress } from './progress.ts';
import type { RunWords } from './run-words.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import { readRunsIn } from './read-runs.ts';
import { describeRerun, planRerun } from './rerun.ts';
import { runMocha } from './run-mocha.ts';
import { shardFromEnvironment } from './shard-environment.ts';
import { terminalOptions } from './terminal-options.ts';
import { writeReports } from './write-reports.ts';

const LEDGER_HINT = 'qmp-conformance flaky RUN… --ledger FILE keeps count of what fails only sometimes';

/** Where a run goes that is told no place: like a build folder, it holds the latest. */
const DEFAULT_OUT = 'out';

/**
 * Plans and performs a run, and writes archives, matrix and reports.
 * @returns the exit code
 */
export async function runRecordings(recordings: readonly string[], words: RunWords): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  if (words.writeExpectations !== undefined) await refuseExisting(words.writeExpectations);
  const request = await prepareRequest(recordings, words, say);
  if (request === undefined) return 0;
  const plan = await interruptible(async (signal) => {
    const planned = await planRun(request, say, signal);
    for (const { name, reason } of planned.missing) say(`${name}: not run: ${reason}`);
    if (words.out === undefined && !words.resume) await removeRuns(planned.out);
    await performPlan(planned, signal);
    return planned;
  });
  return plan === undefined ? EXIT_INTERRUPTED : report(plan, words);
}

/** What the words of the command line ask for, and the runs and the environment that they name. */
async function prepareRequest(
  recordings: readonly string[],
  words: RunWords,
  say: (line: string) => void,
): Promise<RunRequest | undefined> {
  const request = requestOf(recordings, words);
  const shard = words.shard === 'env' ? shardOfEnvironment(say) : words.shard;
  const durations = durationsFromRuns(await readRunsIn(words.durations ?? []));
  const whole = { ...request, shard, durations };
  if (words.rerunFailed === undefined) return whole;
  if (words.out === undefined)
    throw new InputError('--rerun-failed without --out; expected a folder of its own, beside the first run');
  const rerun = planRerun(await readRunsIn(words.rerunFailed), words.out);
  if (rerun === undefined) {
    say(`nothing was red in ${words.rerunFailed.join(', ')}`);
    return undefined;
  }
  const { qemu, release, connect } = request;
  const isNamed = qemu.length + release.length + connect.length > 0;
  return { ...whole, ...(!isNamed && rerun.targets), failed: rerun.failed };
}

function shardOfEnvironment(say: (line: string) => void): Shard | undefined {
  const { shard, says } = shardFromEnvironment(process.env);
  say(`--shard env: ${says}`);
  return shard;
}

/** What the words of the command line ask for by themselves. */
export function requestOf(recordings: readonly string[], words: RunWords): RunRequest {
  const { accel, all, jobs, resume, install, suite: suites, level } = words;
  const {
    stages = [],
    expectations = [],
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
    expectations,
    qemu,
    release,
    connect,
    accel,
    level,
    policies,
    grep,
    all,
    shard: undefined,
    durations: NO_DURATIONS,
    failed: undefined,
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
  if (words.writeExpectations !== undefined) await writeProposals(words.writeExpectations, runs);
  const lines = [...describeRerun(plan, runs), ...(await tellLedger(runs, plan, words))];
  for (const line of lines) (words.json ? process.stderr : process.stdout).write(`${line}\n`);
  return exitCodeOfRuns(matrix.counts, runs);
}

function printMatrix(matrix: Matrix, out: string): void {
  const text = renderTerminal(matrix, terminalOptions(process.stdout));
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(
    `${text}harness: ${memory} MB at most\nmatrix: ${join(out, 'matrix.md')}, ${join(out, 'index.html')}\n`,
  );
}

/** What the ledger knows of the rows that are red; then it learns from this run. A part leaves that to whoever merges. */
async function tellLedger(
  runs: readonly Run[],
  { failed, shard }: RunPlan,
  { ledger: file, rerunFailed = [] }: RunWords,
): Promise<readonly string[]> {
  if (file === undefined) return failed === undefined ? [] : [LEDGER_HINT];
  const before = await readLedger(file);
  const lines = describeFlaky(runs, before);
  if (shard !== undefined) return lines;
  const { ledger } = learnFromRuns(before, [...(await readRunsIn(rerunFailed)), ...runs]);
  await writeLedger(file, ledger);
  return lines;
}
