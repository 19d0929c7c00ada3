import { rm } from 'node:fs/promises';
import pLimit from 'p-limit';
import { compileKnownFailures } from '../results/apply-known-failures.ts';
import type { Batch } from '../results/batch.ts';
import { openRun } from '../results/open-run.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { RunWriter } from '../results/run-writer.ts';
import type { RowResult } from '../results/verdict.ts';
import { killAllQemus } from '../target/server-process.ts';
import { createDeferred, type Deferred } from './deferred.ts';
import type { PlannedColumn, PlannedTarget, RunPlan } from './run-plan.ts';

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
  const expect = compileKnownFailures(plan.knownFailures);
  const columns = (await openArchives(plan, suite)).map((archive) => beginColumn(archive, onResult));
  for (const column of columns) {
    for (const batch of column.batches)
      void limit(() => performBatch(batch, column, { expect, onResult, signal: stop.signal }));
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
      await settled();
      await Promise.all(columns.map(({ writer }) => writer.finish()));
      await removeImages(plan);
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

interface Archive extends PlannedColumn {
  readonly writer: RunWriter;
}

/** Opens all archives before the first row begins: where one is refused, nothing is run, and nothing of it stays. */
async function openArchives(plan: RunPlan, suite: string): Promise<readonly Archive[]> {
  const archives: Archive[] = [];
  try {
    for (const column of plan.columns) {
      const ids = column.batches.flatMap(({ rows }) => rows);
      const writer = await openRun(plan.out, column.target.facts, ids, { suite, resume: plan.resume });
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
  readonly signal: AbortSignal;
}

/** Performs what of a batch has no result yet. Never rejects: every row's own promise tells. */
async function performBatch(
  batch: Batch,
  { target, writer, results }: LiveColumn,
  { expect, onResult, signal }: BatchSurroundings,
): Promise<void> {
  const finished = writer.finished;
  const left = new Set(batch.rows.filter((row) => !finished.has(row)));
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
    await giveUp([...left], error, report, (row, reason) => results.get(row)?.reject(reason));
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
