import type { NameHistory } from '../harness/compat/history/find-in-history.ts';
import type { HistoryChange } from '../harness/compat/history/list-changes.ts';
import { changeWords, morePlaces } from './schema-history-text.ts';
import { oneLine } from './text.ts';

/** The history of a name as a Markdown table. */
export function renderNameHistoryMarkdown({ name, changes }: NameHistory): string {
  return `## ${code(name)}\n\n${renderChangesMarkdown(changes)}`;
}

/** Changes as a Markdown table, oldest first. */
export function renderChangesMarkdown(changes: readonly HistoryChange[]): string {
  const rows = changes.map((change) => {
    const more = change.others.length === 0 ? '' : ` ${morePlaces(change.others.length)}`;
    const words = [change.kind.replaceAll('-', ' '), changeWords(change)].filter((word) => word !== '');
    const told = [...new Set(words)].map(cell).join(': ');
    return `| ${change.release} | ${code(change.path)}${more} | ${told} |\n`;
  });
  return `| release | what | change |\n| --- | --- | --- |\n${rows.join('')}`;
}

/** Text of a schema as code in a cell: nothing in it can end the code or the cell. */
function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

function cell(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_<>[\]|&]/g, (char) => `\\${char}`);
}
