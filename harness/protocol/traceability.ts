import type { Check } from './check.ts';
import { DEMANDS, type Demand, type DemandRow } from './demands.ts';
import { CHECKS, checksOf } from './suite.ts';

/** Where the tables stand in docs/protocol.md. */
export const TABLES_BEGIN = '<!-- tables: begin -->';
export const TABLES_END = '<!-- tables: end -->';

const DEMAND_ROWS: readonly (readonly [Demand, DemandRow])[] = Object.entries(DEMANDS).map(
  ([demand, row]) => [demand as Demand, row] as const,
);

/** The document with its tables as the suite is now; everything else stays. */
export function withTables(document: string): string {
  const begin = document.indexOf(TABLES_BEGIN);
  const end = document.indexOf(TABLES_END);
  const before = document.slice(0, begin < 0 ? document.length : begin);
  const after = end < 0 ? '' : document.slice(end + TABLES_END.length);
  return `${before}${TABLES_BEGIN}\n\n${demandsTable()}\n\n${checksTable()}\n\n${TABLES_END}${after}`;
}

/** Demand, section, number of checks, and what is not tested of it, with the reason. */
function demandsTable(): string {
  const rows = DEMAND_ROWS.map(([demand, { section, demand: what, excluded }]) => {
    const count = checksOf(demand).length;
    const state = count === 0 ? 'excluded' : 'tested';
    return [
      demand,
      section,
      what,
      `${count}`,
      excluded === undefined ? state : `${state}; not tested: ${excluded}`,
    ];
  });
  return table(['#', 'section', 'demand', 'checks', 'state'], rows);
}

/** Each check, by demand. */
function checksTable(): string {
  const rows = DEMAND_ROWS.flatMap(([demand]) => checksOf(demand)).map((check) => [
    check.demand,
    `\`${check.id}\``,
    check.level,
    check.title,
    conditions(check),
  ]);
  return `${CHECKS.length} checks:\n\n${table(['#', 'check', 'level', 'what is demanded', 'on, needs'], rows)}`;
}

function conditions({ on, needs = [] }: Check): string {
  const servers = on.length === 4 ? 'all' : on.join(', ');
  return needs.length === 0 ? servers : `${servers}; ${needs.join(', ')}`;
}

/** A table of Markdown with aligned columns, as the project's formatter has it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(cell))];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

function cell(text: string): string {
  return text.startsWith('`')
    ? text
    : text.replace(/[|*_<]/g, (char) => (char === '<' ? '&lt;' : `\\${char}`));
}
