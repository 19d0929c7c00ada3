import type { Changed, CoverageTrend } from '../harness/coverage/compare-coverage.ts';
import type { Coverage, CoverageColumn } from '../harness/coverage/coverage.ts';
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

/**
 * The tables: of one column all that is counted; of several the totals, and one group by module.
 * @param others programs that were counted and are in no column
 */
export function renderCoverage(
  { columns, leftOut }: Coverage,
  group: CounterGroup,
  others: readonly string[] = [],
): string {
  const [only, second] = columns;
  const tables =
    only !== undefined && second === undefined
      ? [tableOfColumn(only)]
      : [tableOfTotals(columns), tableOfGroup(columns, group)];
  const left = leftOut.map(({ target, program, reason }) =>
    oneLine(`not counted: ${target}${program === undefined ? '' : `, ${program}`}: ${reason}`),
  );
  const hidden = others.length === 0 ? [] : [`not shown: ${oneLine(others.join(', '))}`];
  return [...tables.map(alignRows), LEGEND, ...columns.map(sentenceOfColumn), ...hidden, ...left]
    .map((part) => `${part}\n`)
    .join('');
}

const LEGEND = 'a+b/n: of n, a seen live and b only in recordings\n';

/** What was not seen live, a line each, with the reason. */
export function renderMissing(columns: readonly CoverageColumn[], groups: readonly CounterGroup[]): string {
  return columns
    .flatMap((column) =>
      groups.map((group) => {
        const lines = itemsOf(column, group)
          .filter(({ state }) => state !== 'live')
          .sort((a, b) => (a.module < b.module ? -1 : a.module > b.module ? 1 : 0))
          .map(({ module, counter, name, state, reason = '' }) =>
            oneLine(`${module}/${name}${aspectOf(counter, group)}: ${state}: ${reason}`),
          );
        const head = `${titleOfColumn(column)}: ${lines.length} ${group.title} not seen live`;
        return [head, ...lines.map((line) => `  ${line}`), ''].map((line) => `${line}\n`).join('');
      }),
    )
    .join('');
}

/** What was gained and lost: numbers by module, and the names of what was lost. */
export function renderTrend(trends: readonly CoverageTrend[], against: string): string {
  if (trends.length === 0) return `${oneLine(against)}: has none of these releases and programs\n`;
  return trends
    .map(({ release, program, gained, lost }) => {
      const head = `${release} ${program} since ${oneLine(against)}: ${gained.length} gained, ${lost.length} lost`;
      const modules = [...new Set([...gained, ...lost].map(({ module }) => module))].sort();
      const lines = modules.map((module) => {
        const within = (changes: readonly Changed[]): number =>
          changes.filter((change) => change.module === module).length;
        return `  ${module}: +${within(gained)} -${within(lost)}`;
      });
      const names = lost.map(({ module, counter, name }) => `  lost: ${counter} ${module}/${name}`);
      return [head, ...lines, ...names].map((line) => `${oneLine(line)}\n`).join('');
    })
    .join('');
}

function aspectOf(counter: string, { counters }: CounterGroup): string {
  return counters.length === 1 ? '' : ` (${counter.replace('/', ' ')})`;
}

/** Columns of numbers stand to the right. */
function alignRows(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  return lines.map((line) => `${line}\n`).join('');
}
