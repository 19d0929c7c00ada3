import type { Counter } from './counter.ts';
import type { CoverageColumn, CoverageItem } from './coverage.ts';
import type { RememberedColumn } from './coverage-json.ts';

/** What became of a column since an earlier measurement. */
export interface CoverageTrend {
  readonly release: string;
  readonly program: string;
  /** By module, then in the order of the inventory. */
  readonly gained: readonly Changed[];
  readonly lost: readonly Changed[];
}

/** Something that is seen live now and was not, or the other way round. */
export interface Changed {
  readonly module: string;
  readonly counter: Counter;
  readonly name: string;
}

/** Columns of which there is no earlier measurement have no trend. */
export function compareCoverage(
  earlier: readonly RememberedColumn[],
  columns: readonly CoverageColumn[],
): readonly CoverageTrend[] {
  return columns.flatMap(({ release, program, items }) => {
    const before = earlier.find((column) => column.release === release && column.program === program);
    if (before === undefined) return [];
    const lost = changes(before.items, items);
    return [{ release, program, gained: changes(items, before.items), lost }];
  });
}

/** What is seen in one and not in the other. */
function changes(one: readonly CoverageItem[], other: readonly CoverageItem[]): readonly Changed[] {
  const seen = new Set(other.filter(isLive).map(keyOf));
  return one
    .filter((item) => isLive(item) && !seen.has(keyOf(item)))
    .map(({ module, counter, name }) => ({ module, counter, name }))
    .sort((a, b) => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0));
}

function isLive({ state }: CoverageItem): boolean {
  return state === 'live';
}

/** A definition may move to another module and is the same. */
function keyOf({ counter, name }: CoverageItem): string {
  return `${counter} ${name}`;
}
