import { InputError } from '../errors.ts';
import { compileCaseGlob } from '../results/case-glob.ts';
import type { PlannedColumn } from './run-plan.ts';
import { couldMean, type Suite } from './suites.ts';

/**
 * Refuses globs that can mean nothing, as far as that is known before the targets are.
 * @param rows identities of the recordings
 * @param suites those whose rows the targets decide
 * @throws {InputError} for a glob that means no row: it is a typing error
 */
export function checkGlobs(
  globs: readonly string[],
  rows: readonly string[],
  suites: readonly Suite[],
): void {
  for (const glob of globs) {
    if (rows.some(compileCaseGlob(glob).matchesRow)) continue;
    if (suites.some((suite) => couldMean(glob, suite))) continue;
    throw meansNothing(glob, rows.length);
  }
}

/** The rows that any of the globs means, on whatever target; all where there is no glob. */
export function matchRows<Row>(
  rows: readonly Row[],
  globs: readonly string[],
  idOf: (row: Row) => string,
): readonly Row[] {
  if (globs.length === 0) return rows;
  const filters = globs.map((glob) => compileCaseGlob(glob).matchesRow);
  return rows.filter((row) => filters.some((matches) => matches(idOf(row))));
}

/**
 * Keeps of each column the cases that any of the globs means.
 * @throws {InputError} for a glob that means no row, or none of the targets: it is a typing error
 */
export function selectCases(
  columns: readonly PlannedColumn[],
  globs: readonly string[],
): readonly PlannedColumn[] {
  if (globs.length === 0) return columns;
  const filters = globs.map((glob) => ({ glob, matches: compileCaseGlob(glob) }));
  for (const { glob, matches } of filters) {
    if (columns.some(({ target, batches }) => rowsOf(batches).some((row) => matches(row, target.facts.name))))
      continue;
    const rows = new Set(columns.flatMap(({ batches }) => rowsOf(batches)));
    if (![...rows].some(matches.matchesRow)) throw meansNothing(glob, rows.size);
    const names = columns.map(({ target }) => target.facts.name);
    throw new InputError(`--grep '${glob}' means no target; expected one of ${names.join(', ')}`);
  }
  return keepCases(columns, (row, target) => filters.some(({ matches }) => matches(row, target)));
}

function rowsOf(batches: PlannedColumn['batches']): readonly string[] {
  return batches.flatMap(({ rows }) => rows);
}

/** Keeps of each column the cases that are meant, and the batches that have any. */
export function keepCases(
  columns: readonly PlannedColumn[],
  isMeant: (row: string, target: string) => boolean,
): readonly PlannedColumn[] {
  return columns.map(({ target, batches }) => ({
    target,
    batches: batches
      .map((batch) => ({ ...batch, rows: batch.rows.filter((row) => isMeant(row, target.facts.name)) }))
      .filter(({ rows }) => rows.length > 0),
  }));
}

function meansNothing(glob: string, rows: number): InputError {
  return new InputError(
    `--grep '${glob}' means none of ${rows} rows; expected a glob such as 'examples/migration/**'`,
  );
}
