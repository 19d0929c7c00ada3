import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import { compileKnownFailures } from '../results/apply-known-failures.ts';
import type { Batch } from '../results/batch.ts';
import { openRun } from '../results/open-run.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { RunNotes } from '../results/run.ts';
import type { RunWriter } from '../results/run-writer.ts';
import type { RowResult } from '../results/verdict.ts';
import { killAllQemus } from '../target/server-process.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import type { PlannedColumn, PlannedTarget, RunPlan } from './run-plan.ts';
import { compareTries } from './select-failed.ts';

/** A run in progress. Batches are performed side by side; the result of each row is a promise of its own. */
export interface LiveRun {
  readonly plan: RunPlan;
  /** Identities of the rows that are run on a target, in the order in which they begin. */
  rowsOf(target: PlannedTarget): readonly string[];
  /** The result of a row on a target; resolved at once for a row that a resumed run had finished. */
  resultOf(target: PlannedTarget, row: string): Promise<RowResult>;
  /** Waits for all rows and ends the archives. */
  finish(): Promise<void>;
  /**
   * Begins nothing further, ends the QEMUs, and closes the archives. Rows in flight are not written down: what became
   * of them is our doing.
   */
  interrupt(): Promise<void>;
}

/** A row was not performed, because the run was interrupted. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** One target's part of a run. */
interface LiveColumn extends PlannedColumn {
  readonly writer: RunWriter;
  readonly results: ReadonlyMap<string, Deferred<RowResult>>;
}

/**
 * Opens the run archives and begins with the batches, in order, `plan.jobs` at a time.
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
  const applyKnownFailures = expectationsOf(plan);
  const expect = (result: RowResult): RowResult => tellFirstTry(applyKnownFailures(result), plan);
  // What cannot be written down need not be performed.
  const breakOff = (reason: unknown): void => stop.abort(reason);
  const surroundings = { expect, onResult, breakOff, signal: stop.signal };
  const columns = (await openArchives(plan, suite)).map((archive) => beginColumn(archive, onResult));
  for (const column of columns) {
    for (const batch of column.batches) void limit(() => performBatch(batch, column, surroundings));
  }
  const settled = async (): Promise<void> => {
    const ends = await Promise.allSettled(
      columns.flatMap(({ results }) => [...results.values()].map(({ promise }) => promise)),
    );
    // What is left to go wrong is the disk that takes no results: then there is no run.
    const broken = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof Interrupted));
    if (broken?.status === 'rejected') throw broken.reason;
  };
  const columnOf = (target: PlannedTarget): LiveColumn | undefined =>
    columns.find((column) => column.target === target);
  return {
    plan,
    rowsOf: (target) => [...(columnOf(target)?.results.keys() ?? [])],
    resultOf: (target, row) =>
      columnOf(target)?.results.get(row)?.promise ?? Promise.reject(new TypeError(`no row ${row}`)),
    finish: async () => {
      try {
        await settled();
        await Promise.all(columns.map((column) => finishColumn(column, plan)));
      } catch (error) {
        await Promise.all(columns.map(({ writer }) => writer.close()));
        throw error;
      } finally {
        await removeImages(plan);
      }
    },
    interrupt: async () => {
      stop.abort(new Interrupted('the run was interrupted'));
      await killAllQemus();
      await settled();
      await Promise.all(columns.map(({ writer }) => writer.close()));
      await removeImages(plan);
    },
  };
}

/** Expectations may hold on some targets only: each result is held against those of its own. */
function expectationsOf({ columns, knownFailures }: RunPlan): (result: RowResult) => RowResult {
  const apply = compileKnownFailures(knownFailures);
  const factsOf = new Map(columns.map(({ target: { facts } }) => [facts.name, facts]));
  return (result) => apply(result, factsOf.get(result.target));
}

interface Archive extends PlannedColumn {
  readonly writer: RunWriter;
}

/** Opens all archives before the first row begins: where one is refused, nothing is run, and nothing of it stays. */
async function openArchives(plan: RunPlan, suite: string): Promise<readonly Archive[]> {
  const archives: Archive[] = [];
  try {
    for (const column of plan.columns) {
      const ids = column.batches.flatMap(({ rows }) => rows);
      const { resume } = plan;
      const notes = notesOf(column.target, plan);
      const writer = await openRun(plan.out, column.target.facts, ids, { suite, resume, notes });
      archives.push({ ...column, writer });
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

/** What `run.json` says of a target's run, beside the counts. */
function notesOf({ introspection, facts }: PlannedTarget, plan: RunPlan): RunNotes {
  const { shard, failed, expectations } = plan;
  const before = failed?.get(facts.name);
  return {
    ...(shard !== undefined && { shard }),
    identity: {
      host: process.arch,
      ...(introspection !== undefined && { introspection: sha256(introspection) }),
    },
    ...(expectations !== undefined && { expectations }),
    ...(before !== undefined && { reran: before.dirs }),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function finishColumn({ writer, target }: LiveColumn, { failed }: RunPlan): Promise<void> {
  const before = failed?.get(target.facts.name)?.red;
  if (before === undefined) {
    await writer.finish();
    return;
  }
  const flaky = writer.results.filter((now) => {
    const first = before.get(now.row);
    return first !== undefined && compareTries(first, now).isFlaky;
  });
  await writer.finish({ flaky: flaky.map(({ row }) => row).sort() });
}

/** A row that had failed and passes now says so, so that no report of this run alone can hide it. */
function tellFirstTry(result: RowResult, { failed }: RunPlan): RowResult {
  const before = failed?.get(result.target)?.red.get(result.row);
  if (before === undefined) return result;
  const { says, isFlaky } = compareTries(before, result);
  if (!isFlaky) return result;
  return { ...result, reason: result.reason === undefined ? says : `${says}: ${result.reason}` };
}

async function removeImages({ columns }: RunPlan): Promise<void> {
  const stores = columns.flatMap(({ target: { venue } }) => (venue.kind === 'qemu' ? [venue.images] : []));
  await Promise.all(stores.map((store) => store.remove()));
}

/** Makes a place for each result; what an earlier session has finished stands there already. */
function beginColumn(archive: Archive, onResult: (result: RowResult) => void): LiveColumn {
  const rows = archive.batches.flatMap((batch) => batch.rows);
  const results = new Map(rows.map((row) => [row, createDeferred<RowResult>()]));
  for (const result of archive.writer.results) {
    const deferred = results.get(result.row);
    if (deferred === undefined) continue;
    deferred.resolve(result);
    onResult(result);
  }
  return { ...archive, results };
}

interface BatchSurroundings {
  /** Makes known failures of failures that are known. */
  readonly expect: (result: RowResult) => RowResult;
  readonly onResult: (result: RowResult) => void;
  /** Nothing can be written any more. */
  readonly breakOff: (reason: unknown) => void;
  readonly signal: AbortSignal;
}

/** Performs what of a batch has no result yet. Never rejects: every row's own promise tells. */
async function performBatch(
  batch: Batch,
  { target, writer, results }: LiveColumn,
  { expect, onResult, breakOff, signal }: BatchSurroundings,
): Promise<void> {
  const left = new Set(batch.rows.filter((row) => !writer.has(row)));
  const report = async (row: string, performance: Performance, duration: number): Promise<void> => {
    signal.throwIfAborted();
    const result = expect(resultFrom(row, target, performance, duration));
    for (const record of performance.wire) await writer.appendWire(record);
    await writer.appendResult(result);
    left.delete(row);
    onResult(result);
    results.get(row)?.resolve(result);
  };
  try {
    signal.throwIfAborted();
    if (left.size > 0) await batch.perform([...left], report, signal);
    if (left.size > 0) throw new Error(`no outcome of ${[...left].join(', ')}`);
  } catch (error) {
    await giveUp([...left], error, report, (row, reason) => {
      results.get(row)?.reject(reason);
      breakOff(reason);
    });
  }
}

/** What went wrong is told in each row that has no outcome; where not even that can be written, there is no run. */
async function giveUp(
  rows: readonly string[],
  error: unknown,
  report: (row: string, performance: Performance, duration: number) => Promise<void>,
  reject: (row: string, reason: unknown) => void,
): Promise<void> {
  for (const row of rows) {
    if (error instanceof Interrupted) reject(row, error);
    else
      await report(row, { ...performanceOfMistake(error), wire: [] }, 0).catch((reason: unknown) =>
        reject(row, reason),
      );
  }
}

function resultFrom(
  row: string,
  { facts }: PlannedTarget,
  { wire, documented = true, ...performed }: Performance,
  duration: number,
): RowResult {
  return { row, target: facts.name, ...performed, documented, duration: Math.round(duration) };
}
