import type { Matrix, VersionChange } from '../harness/compat/matrix.ts';
import { compareTargets } from '../harness/compat/target-order.ts';

/** The rows that changed between the same two targets, in the same way. */
export interface ChangeGroup {
  readonly kind: VersionChange['kind'];
  readonly before: string;
  readonly target: string;
  readonly rows: readonly string[];
}

/** Changes by the version in which they show, what broke before what was mended. */
export function groupVersionChanges({ changes }: Matrix): readonly ChangeGroup[] {
  const groups = new Map<
    string,
    { kind: VersionChange['kind']; before: string; target: string; rows: string[] }
  >();
  for (const { kind, before, target, row } of changes) {
    const key = JSON.stringify([kind, before, target]);
    const group = groups.get(key) ?? { kind, before, target, rows: [] };
    groups.set(key, group);
    group.rows.push(row);
  }
  const order = (kind: VersionChange['kind']) => (kind === 'first-bad' ? 0 : 1);
  return [...groups.values()].sort(
    (a, b) =>
      order(a.kind) - order(b.kind) ||
      compareTargets(a.target, b.target) ||
      compareTargets(a.before, b.before),
  );
}
