import { compareReleases } from '../release/compare-releases.ts';
import type { RowResult, VerdictWord } from '../results/verdict.ts';
import type { MatrixRow, MatrixTarget, RanTarget, VersionChange } from './matrix.ts';
import { wordsOfTarget } from './target-order.ts';

/** Verdicts that say that the row holds, and that it does not, whether somebody expected it or not. */
const GOOD: ReadonlySet<VerdictWord> = new Set(['pass', 'unexpected-pass']);
const BAD: ReadonlySet<VerdictWord> = new Set(['fail', 'crash', 'timeout', 'known-failure']);

/**
 * Compares each row's verdicts in the order of the versions, apart for each architecture and accelerator. A version
 * that says neither (not run, not applicable, untestable, a setup error) is passed over, and so are targets under a
 * policy: what a policy hides is no regression.
 * @param targets in the order of the rows' cells, sorted by version
 */
export function findVersionChanges(
  targets: readonly MatrixTarget[],
  rows: readonly Pick<MatrixRow, 'row' | 'cells'>[],
): readonly VersionChange[] {
  const lines = linesOf(targets);
  return rows.flatMap(({ row, cells }) =>
    [...lines].flatMap(([line, columns]) =>
      changesOf(columns, cells).map((found) => ({ row, line, ...found })),
    ),
  );
}

interface Column {
  readonly index: number;
  readonly target: RanTarget;
}

/** The columns of each architecture and accelerator, by version; those of one version alone can show no change. */
function linesOf(targets: readonly MatrixTarget[]): ReadonlyMap<string, readonly Column[]> {
  const lines = new Map<string, Column[]>();
  targets.forEach((target, index) => {
    if (target.state !== 'run' || target.facts.policy !== undefined) return;
    const { architecture, accelerator } = wordsOfTarget(target.name);
    const line = `${architecture} ${accelerator}`.trim();
    lines.set(line, [...(lines.get(line) ?? []), { index, target }]);
  });
  return lines;
}

function changesOf(
  columns: readonly Column[],
  cells: readonly (RowResult | undefined)[],
): Pick<VersionChange, 'kind' | 'before' | 'target'>[] {
  const changes: Pick<VersionChange, 'kind' | 'before' | 'target'>[] = [];
  let before: { readonly target: RanTarget; readonly isGood: boolean } | undefined;
  for (const { index, target } of columns) {
    const verdict = cells[index]?.verdict;
    if (verdict === undefined || !(GOOD.has(verdict) || BAD.has(verdict))) continue;
    const isGood = GOOD.has(verdict);
    if (before !== undefined && before.isGood !== isGood && isLater(target, before.target)) {
      const kind = isGood ? 'fixed-in' : 'first-bad';
      changes.push({ kind, before: before.target.name, target: target.name });
    }
    before = { target, isGood };
  }
  return changes;
}

/** Two builds of one version are no two versions. */
function isLater(target: RanTarget, before: RanTarget): boolean {
  return compareReleases(target.facts.version, before.facts.version) > 0;
}
