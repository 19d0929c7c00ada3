import { InputError } from '../errors.ts';
import { compileCaseGlob } from '../results/case-glob.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** Part `index` (from 1) of `count` parts of a run. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Tells whether a row is to be run on a target, both by name. */
export type CaseFilter = (row: string, target: string) => boolean;

/**
 * Tells which cases the globs mean; all where there is none.
 * @throws {InputError} for a glob that means none of the targets: it is a typing error
 */
export function compileFilter(
  globs: readonly string[],
  rows: readonly Transcript[],
  targets: readonly string[],
): CaseFilter {
  if (globs.length === 0) return () => true;
  const filters = globs.map((glob) => {
    const matches = compileCaseGlob(glob);
    if (rows.some(({ head }) => targets.some((target) => matches(head.id, target)))) return matches;
    throw new InputError(`--grep '${glob}' means no target; expected one of ${targets.join(', ')}`);
  });
  return (row, target) => filters.some((matches) => matches(row, target));
}

/**
 * The rows that any of the globs means, on whatever target; all where there is no glob.
 * @throws {InputError} for a glob that means no row: it is a typing error
 */
export function selectRows(rows: readonly Transcript[], globs: readonly string[]): readonly Transcript[] {
  if (globs.length === 0) return rows;
  const filters = globs.map((glob) => ({ glob, matches: compileCaseGlob(glob).matchesRow }));
  for (const { glob, matches } of filters) {
    if (rows.some(({ head }) => matches(head.id))) continue;
    throw new InputError(
      `--grep '${glob}' means none of ${rows.length} rows; expected a glob such as 'examples/migration/**'`,
    );
  }
  return rows.filter(({ head }) => filters.some(({ matches }) => matches(head.id)));
}

/** Every n-th row, so that the parts are alike in what they take. */
export function selectShard(rows: readonly Transcript[], shard: Shard | undefined): readonly Transcript[] {
  if (shard === undefined) return rows;
  return rows.filter((_, at) => at % shard.count === shard.index - 1);
}
