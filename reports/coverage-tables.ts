import type { Counter } from '../harness/coverage/counter.ts';
import { COUNTERS } from '../harness/coverage/counter.ts';
import { figureOf, type CoverageColumn, type Figure } from '../harness/coverage/coverage.ts';
import { figuresByModule, GROUPS, modulesOf, type CounterGroup } from '../harness/coverage/groups.ts';

/** A table as rows of text; the first row has the heads. */
export type Rows = readonly (readonly string[])[];

/** How a counter is called in a table. */
const COUNTER_TITLES: Readonly<Record<Counter, string>> = {
  'command/sent': 'commands sent',
  'command/success': 'commands answered with success',
  'command/error': 'commands answered with an error',
  'argument/present': 'arguments present',
  'argument/absent': 'optional arguments absent',
  'return/present': 'return members present',
  'return/absent': 'optional return members absent',
  'enum-value/sent': 'enum values sent',
  'enum-value/received': 'enum values received',
  'branch/sent': 'union branches sent',
  'branch/received': 'union branches received',
  'alternative/sent': 'alternatives sent',
  'alternative/received': 'alternatives received',
  'event/received': 'events received',
  'data/present': 'event data members present',
  'data/absent': 'optional event data members absent',
  'error-class/received': 'error classes received',
};

/** Modules × what is counted, of one column. */
export function tableOfColumn(column: CoverageColumn): Rows {
  const figures = GROUPS.map((group) => figuresByModule(column, group));
  const row = (label: string, module: string): readonly string[] => [
    label,
    ...figures.map((byModule) => cellOf(byModule.get(module))),
  ];
  const head = ['module', ...GROUPS.map(({ title }) => title)];
  return [head, ...shownModules([column], GROUPS).map((module) => row(module, module)), row('all', '')];
}

/** What is counted × columns. */
export function tableOfTotals(columns: readonly CoverageColumn[]): Rows {
  const rows = COUNTERS.map((counter) => [
    COUNTER_TITLES[counter],
    ...columns.map(({ items }) => cellOf(figureOf(items.filter((item) => item.counter === counter)))),
  ]);
  return [['all modules', ...columns.map(titleOfColumn)], ...rows];
}

/** Modules × columns, of one group. */
export function tableOfGroup(columns: readonly CoverageColumn[], group: CounterGroup): Rows {
  const figures = columns.map((column) => figuresByModule(column, group));
  const row = (label: string, module: string): readonly string[] => [
    label,
    ...figures.map((byModule) => cellOf(byModule.get(module))),
  ];
  const modules = shownModules(columns, [group]);
  return [
    [group.title, ...columns.map(titleOfColumn)],
    ...modules.map((module) => row(module, module)),
    row('all', ''),
  ];
}

/** `10.0`; with the program where it is not that of the run. */
export function titleOfColumn({ release, program, own }: CoverageColumn): string {
  return own ? release : `${release} ${program}`;
}

/** `162 of 233 commands executed with success (69.5 %)` */
export function sentenceOfColumn(column: CoverageColumn): string {
  const { release, program, items, introspected, messages, refused } = column;
  const figure = figureOf(items.filter(({ counter }) => counter === 'command/success'));
  const known = introspected ? '' : '; what the build lacks is not known, all of the schema counts';
  const counted = `${messages} messages, ${refused} of them refused by the schema`;
  return `${release} ${program}: ${figure.live} of ${figure.all} commands executed with success (${percentOf(figure)}); ${counted}${known}`;
}

/** With one digit after the point, and never rounded up to what was not reached. */
export function percentOf({ live, all }: Figure): string {
  return all === 0 ? 'none' : `${(Math.floor((live * 1000) / all) / 10).toFixed(1)} %`;
}

function shownModules(
  columns: readonly CoverageColumn[],
  groups: readonly CounterGroup[],
): readonly string[] {
  const counted = columns.flatMap((column) => groups.map((group) => figuresByModule(column, group)));
  return modulesOf(columns).filter((module) =>
    counted.some((byModule) => (byModule.get(module)?.all ?? 0) > 0),
  );
}

/** `12+3/40`: seen live, and more in recordings only, of all. */
function cellOf(figure: Figure | undefined): string {
  if (figure === undefined || figure.all === 0) return '·';
  const { live, all } = figure;
  return `${live}${figure.static === 0 ? '' : `+${figure.static}`}/${all}`;
}
