import type { Matrix } from '../harness/compat/matrix.ts';
import { groupVersionChanges, type ChangeGroup } from './changes-words.ts';
import { plural } from './figures.ts';
import { oneLine } from './text.ts';

/** How many groups are shown, and rows of each; the rest is counted. */
const MAX_GROUPS = 12;
const MAX_ROWS = 3;

/** Where rows broke or were mended, for a terminal; '' for nowhere. */
export function renderChanges(matrix: Matrix): string {
  const groups = groupVersionChanges(matrix);
  const lines = groups.slice(0, MAX_GROUPS).flatMap(linesOf);
  if (groups.length > MAX_GROUPS)
    lines.push(`… and changes on ${plural(groups.length - MAX_GROUPS, 'more target')}`);
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf({ kind, before, target, rows }: ChangeGroup): readonly string[] {
  const words =
    kind === 'first-bad'
      ? `first bad ${oneLine(target)} (passes on ${oneLine(before)})`
      : `fixed in ${oneLine(target)} (fails on ${oneLine(before)})`;
  const shown = rows.slice(0, MAX_ROWS).map((row) => `    ${oneLine(row)}`);
  const rest = rows.length - shown.length;
  return [
    `${words}: ${plural(rows.length, 'row')}`,
    ...shown,
    ...(rest > 0 ? [`    … and ${plural(rest, 'more row')}`] : []),
  ];
}
