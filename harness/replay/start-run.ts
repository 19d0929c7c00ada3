import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import { compileKnownFailures } from '../results/apply-known-failures.ts';
import { openRun } from '../results/open-run.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { RunWriter } from '../results/run-writer.ts';
import type { RowResult } from '../results/verdict.ts';
import { killAllQemus } from '../target/server-process.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { explainByHardware } from './explain-by-hardware.ts';
import { findApplicability, isDocumentedIn } from './find-applicability.ts';
import { judgeTranscript, type StaticJudgement } from '../lint/judge-transcript.ts';
import { performErratum } from './perform-erratum.ts';
import { performRow } from './perform-row.ts';
import type { PlannedTarget, RunPlan } from './run-plan.ts';
import { targetOfRow } from './target-of-row.ts';

/** A run in progress. Rows are performed side by side; each result is a promise of its own. */
export interface LiveRun {
  readonly plan: RunPlan;
  /** The rows that are run on a target. */
  rowsOf(target: PlannedTarget): readonly Transcript[];
  /** The result of a row on a target; resolved at once for a row that a resumed run had finished. */
  resultOf(target: PlannedTarget, row: Transcript): Promise<RowResult>;
  /** Waits for all rows and ends the archives. */
  finish(): Promise<void>;
  /**
   * Begins no further row, ends the QEMUs, and closes the archives. Rows in flight are not written down: what became
   * of them is our doing.
   */
  interrupt(): Promise<void>;
}

/** A row was not begun, because the run was interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** One target's part of a run. */
interface Column {
  readonly rows: readonly Transcript[];
  readonly writer: RunWriter;
  readonly results: ReadonlyMap<string, Promise<RowResult>>;
}

/**
 * Opens the run archives and begins with the rows, in order, `plan.jobs` at a time.
 * @param suite version of the suite, for the archives
 * @param onResult told each result as it comes, in whatever order
 * @throws {InputError} when `plan.out` holds another run
 * @throws {SetupError} when the archives cannot be written
 */
export async function startRun(
  plan: RunPlan,
  suite: string,
  onResult: (result: RowResult) => void = () => undefined,
): Promise<LiveRun> {
  const limit = pLimit(plan.jobs);
  const stop = new AbortController();
  const judge = staticJudge();
  const expect = compileKnownFailures(plan.knownFailures);
  const columns = new Map<PlannedTarget, Column>();
  for (const { target, rows, writer } of await openArchives(plan, suite)) {
    const finished = new Map(writer.results.map((result) => [result.row, result]));
    const begin = async (row: Transcript): Promise<RowResult> => {
      const result = finished.get(row.head.id) ?? (await limit(() => judgeUnlessStopped(row)));
      onResult(result);
      return result;
    };
    const judgeUnlessStopped = (row: Transcript): Promise<RowResult> => {
      stop.signal.throwIfAborted();
      return judgeRow(row, target, { plan, judge, expect, writer, signal: stop.signal });
    };
    const results = new Map(rows.map((row) => [row.head.id, quiet(begin(row))]));
    columns.set(target, { rows, writer, results });
  }
  const settled = async (): Promise<void> => {
    const ends = await Promise.allSettled(
      [...columns.values()].flatMap(({ results }) => [...results.values()]),
    );
    // What is left to go wrong is the disk that takes no results: then there is no run.
    const broken = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof Interrupted));
    if (broken?.status === 'rejected') throw broken.reason;
  };
  return {
    plan,
    rowsOf: (target) => columns.get(target)?.rows ?? [],
    resultOf: (target, row) =>
      columns.get(target)?.results.get(row.head.id) ?? Promise.reject(new TypeError(`no row ${row.head.id}`)),
    finish: async () => {
      await settled();
      await Promise.all([...columns.values()].map(({ writer }) => writer.finish()));
      await removeImages(plan);
    },
    interrupt: async () => {
      stop.abort(new Interrupted('the run was interrupted'));
      await killAllQemus();
      await settled();
      await Promise.all([...columns.values()].map(({ writer }) => writer.close()));
      await removeImages(plan);
    },
  };
}

interface Archive {
  readonly target: PlannedTarget;
  readonly rows: readonly Transcript[];
  readonly writer: RunWriter;
}

/** Opens all archives before the first row begins: where one is refused, nothing is run, and nothing of it stays. */
async function openArchives(plan: RunPlan, suite: string): Promise<readonly Archive[]> {
  const archives: Archive[] = [];
  try {
    for (const target of plan.targets) {
      const rows = plan.rows.filter(({ head }) => plan.meant(head.id, target.facts.name));
      const ids = rows.map(({ head }) => head.id);
      const writer = await openRun(plan.out, target.facts, ids, { suite, resume: plan.resume });
      archives.push({ target, rows, writer });
    }
    return archives;
  } catch (error) {
    await Promise.all(archives.map(({ writer }) => writer.close()));
    // What was there before, a resumed run, is not ours to remove.
    const ours = plan.resume ? [] : archives;
    await Promise.all(ours.map(({ writer }) => rm(writer.dir, { recursive: true, force: true })));
    throw error;
  }
}

async function removeImages({ targets }: RunPlan): Promise<void> {
  const stores = targets.flatMap(({ venue }) => (venue.kind === 'qemu' ? [venue.images] : []));
  await Promise.all(stores.map((store) => store.remove()));
}

/** Whoever asks for the result sees the error; until then it must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

type Judge = (row: Transcript, target: PlannedTarget) => StaticJudgement;

/** Judges each transcript once per schema: targets of one release share it. */
function staticJudge(): Judge {
  const known = new Map<string, StaticJudgement>();
  return (row, target) => {
    const { schema, name } = target.facts;
    // What a build says of itself is no schema of others.
    const key = `${schema} ${schema === 'introspection' ? `${name} ${target.scope.program ?? ''}` : ''} ${row.head.id}`;
    const judgement = known.get(key) ?? judgeTranscript(row, target.validator);
    known.set(key, judgement);
    return judgement;
  };
}

interface RowSurroundings {
  readonly plan: RunPlan;
  readonly judge: Judge;
  /** Makes known failures of failures that are known. */
  readonly expect: (result: RowResult) => RowResult;
  readonly writer: RunWriter;
  readonly signal: AbortSignal;
}

async function judgeRow(
  row: Transcript,
  target: PlannedTarget,
  { plan, judge, expect, writer, signal }: RowSurroundings,
): Promise<RowResult> {
  const began = performance.now();
  const seen = await targetOfRow(row, target, plan);
  const judgement = judge(row, seen);
  const { wire, ...performed } = await performIfApplicable(row, seen, plan, judgement)
    .then((performance) => explainByHardware(performance, row.head.hardware))
    .catch((error: unknown) => ({ ...performanceOfMistake(error), wire: [] }));
  signal.throwIfAborted();
  const result: RowResult = {
    row: row.head.id,
    target: target.facts.name,
    ...performed,
    checks: performed.checks + judgement.checks,
    documented: isDocumentedIn(row, target.facts.version),
    duration: Math.round(performance.now() - began),
  };
  const final = expect(result);
  for (const record of wire) await writer.appendWire(record);
  await writer.appendResult(final);
  return final;
}

async function performIfApplicable(
  row: Transcript,
  target: PlannedTarget,
  plan: RunPlan,
  judgement: StaticJudgement,
): Promise<Performance> {
  const nothing = { findings: [], checks: 0, wire: [] };
  const applicability = findApplicability(row, judgement, target.scope, target.venue.kind);
  switch (applicability.kind) {
    case 'perform':
      return performRow(row, target, plan);
    case 'erratum':
      return performErratum(row, target, plan, applicability.findings, applicability.performable);
    case 'not-applicable':
      return { ...nothing, verdict: 'not-applicable', reason: applicability.evidence, checks: 1 };
    case 'untestable':
      return { ...nothing, verdict: 'untestable', reason: applicability.missing };
  }
}
