import type { Coverage } from '../harness/coverage/coverage.ts';
import { itemsOf, type CounterGroup } from '../harness/coverage/groups.ts';
import {
  sentenceOfColumn,
  tableOfColumn,
  tableOfGroup,
  tableOfTotals,
  titleOfColumn,
  type Rows,
} from './coverage-tables.ts';
import { oneLine } from './text.ts';

/** Coverage as a page: totals, commands by module, everything of each column, and the commands not executed. */
export function renderCoverageMarkdown({ columns, leftOut }: Coverage, commands: CounterGroup): string {
  const parts = [
    '# Coverage of QAPI\n',
    'In a cell `a+b/n`: of n, a were seen live and b only in recordings.\n',
    ...columns.map((column) => `- ${cell(sentenceOfColumn(column))}`),
    ...leftOut.map(({ target, reason }) => `- not counted: ${cell(target)}: ${cell(reason)}`),
    `\n${tableOf(tableOfTotals(columns))}`,
    `## Commands by module\n\n${tableOf(tableOfGroup(columns, commands))}`,
    ...columns.map((column) => `## ${cell(titleOfColumn(column))}\n\n${tableOf(tableOfColumn(column))}`),
    ...columns.map((column) => {
      const missing = itemsOf(column, commands).filter(({ state }) => state !== 'live');
      const rows = missing.map(({ module, name, state, reason = '' }) => [module, name, state, reason]);
      const head = ['module', 'command', 'state', 'why'];
      return `## Commands of ${cell(titleOfColumn(column))} not executed with success\n\n${tableOf([head, ...rows])}`;
    }),
  ];
  return parts.map((part) => `${part}\n`).join('');
}

function tableOf([head = [], ...rows]: Rows): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |\n`;
  return `${line(head)}|${' --- |'.repeat(head.length)}\n${rows.map(line).join('')}`;
}

function cell(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_<>[\]|&]/g, (char) => `\\${char}`);
}
