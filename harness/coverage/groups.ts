import type { Counter } from './counter.ts';
import { figureOf, type CoverageColumn, type CoverageItem, type Figure } from './coverage.ts';

/** What is shown as one figure. */
export interface CounterGroup {
  /** As the command line names it. */
  readonly name: string;
  readonly title: string;
  readonly counters: readonly Counter[];
}

/** In the order in which they are shown. A command counts as executed when a success response came. */
export const GROUPS = [
  { name: 'commands', title: 'commands', counters: ['command/success'] },
  { name: 'arguments', title: 'arguments', counters: ['argument/present', 'argument/absent'] },
  { name: 'returns', title: 'return members', counters: ['return/present', 'return/absent'] },
  { name: 'enum-values', title: 'enum values', counters: ['enum-value/sent', 'enum-value/received'] },
  {
    name: 'branches',
    title: 'branches',
    counters: ['branch/sent', 'branch/received', 'alternative/sent', 'alternative/received'],
  },
  { name: 'events', title: 'events', counters: ['event/received'] },
  { name: 'data', title: 'event data', counters: ['data/present', 'data/absent'] },
  { name: 'error-classes', title: 'error classes', counters: ['error-class/received'] },
] as const satisfies readonly CounterGroup[];

/** The items of a column that a group counts. */
export function itemsOf(column: CoverageColumn, { counters }: CounterGroup): readonly CoverageItem[] {
  return column.items.filter(({ counter }) => counters.includes(counter));
}

/** What of a group was seen in a column, by module; `''` for all of them. */
export function figuresByModule(column: CoverageColumn, group: CounterGroup): ReadonlyMap<string, Figure> {
  const items = itemsOf(column, group);
  const modules = new Map<string, CoverageItem[]>([['', [...items]]]);
  for (const item of items) {
    const known = modules.get(item.module);
    if (known === undefined) modules.set(item.module, [item]);
    else known.push(item);
  }
  return new Map([...modules].map(([module, own]) => [module, figureOf(own)]));
}

/** The modules of columns, sorted. */
export function modulesOf(columns: readonly CoverageColumn[]): readonly string[] {
  return [...new Set(columns.flatMap(({ items }) => items.map(({ module }) => module)))].sort();
}
