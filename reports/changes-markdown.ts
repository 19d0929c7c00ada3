import type { Matrix } from '../harness/compat/matrix.ts';
import { groupVersionChanges } from './changes-words.ts';
import { plural } from './figures.ts';
import { codeText, escapeMarkdown } from './markdown-text.ts';

/** How many rows of a group are listed. */
const MAX_ROWS = 100;

/** Where rows broke or were mended, as a section of Markdown; '' for nowhere. */
export function changesSection(matrix: Matrix): string {
  const groups = groupVersionChanges(matrix);
  if (groups.length === 0) return '';
  const items = groups.map(({ kind, before, target, rows }) => {
    const [now, then] = [escapeMarkdown(target), escapeMarkdown(before)];
    const words =
      kind === 'first-bad'
        ? `**First bad: ${now}** (passes on ${then})`
        : `**Fixed in ${now}** (fails on ${then})`;
    const shown = rows.slice(0, MAX_ROWS).map((row) => `  * \`${codeText(row)}\``);
    const rest = rows.length - shown.length;
    return [
      `* ${words}, ${plural(rows.length, 'row')}`,
      ...shown,
      ...(rest > 0 ? [`  * and ${plural(rest, 'more row')}`] : []),
    ];
  });
  return ['## First bad versions', ...items.map((lines) => lines.join('\n'))].join('\n\n');
}
