import type { Interval } from '../harness/compat/history/history.ts';
import type { NameHistory } from '../harness/compat/history/find-in-history.ts';
import type { ChangeKind, HistoryChange } from '../harness/compat/history/list-changes.ts';
import { oneLine } from './text.ts';

/** Which sign stands before a change: it came, it went, it is other than before, it is on its way out. */
const SIGNS: Readonly<Record<ChangeKind, string>> = {
  first: '+',
  added: '+',
  described: '+',
  returned: '+',
  renamed: '+',
  removed: '-',
  moved: '~',
  deprecated: '!',
  'announced-deprecated': '!',
  'announced-removed': '!',
  unstable: '~',
  'feature-added': '~',
  'feature-removed': '~',
  'flag-added': '~',
  'flag-removed': '~',
  type: '~',
  optional: '~',
  mandatory: '~',
  condition: '~',
};

/**
 * The history of a name, a change to a line, oldest first: `+ 6.2.0: x-query-rdma`.
 */
export function renderNameHistory(history: NameHistory): string {
  const { definition, changes } = history;
  const head = definition === undefined ? [] : [definitionLine(history)];
  return [...head, ...changes.map(changeLine)].map((line) => `${line}\n`).join('');
}

function definitionLine({ definition, name }: NameHistory): string {
  const kind = definition?.kinds.at(-1)?.value ?? 'definition';
  const module = definition?.modules.at(-1)?.value;
  const where = module === undefined ? '' : `, ${module}`;
  return oneLine(`${kind} ${name} (${spanText(definition?.intervals ?? [])}${where})`);
}

/** `2.9 to 8.2`, `since 7.0`; several with commas. */
function spanText(intervals: readonly Interval[]): string {
  return intervals
    .map(({ from, until }) => (until === undefined ? `since ${from}` : `${from} until before ${until}`))
    .join(', ');
}

/** What releases changed, a change to a line. */
export function renderChanges(changes: readonly HistoryChange[]): string {
  return changes.map((change) => `${changeLine(change)}\n`).join('');
}

function changeLine(change: HistoryChange): string {
  const { kind, release, path, others } = change;
  const words = changeWords(change);
  const more = others.length === 0 ? '' : ` [${morePlaces(others.length)}]`;
  const what = words === '' ? '' : ` (${words})`;
  return oneLine(`${SIGNS[kind]} ${fullRelease(release)}: ${path}${what}${more}`);
}

/** `and 3 more places` */
export function morePlaces(count: number): string {
  return `and ${count} more place${count === 1 ? '' : 's'}`;
}

/** A history knows series; what is in one is in its first release. */
function fullRelease(release: string): string {
  return `${release}.0`;
}

/** What happened, in words; nothing where the sign says it all. */
export function changeWords({ kind, detail = '' }: HistoryChange): string {
  switch (kind) {
    case 'first':
      return 'or before';
    case 'added':
      return detail;
    case 'removed':
      return '';
    case 'described':
      return 'described since';
    case 'returned':
      return 'again';
    case 'renamed':
      return `was ${detail}`;
    case 'moved':
      return `stood at ${detail}`;
    case 'deprecated':
    case 'unstable':
    case 'optional':
    case 'mandatory':
      return kind;
    case 'announced-deprecated':
      return `documents: deprecated since ${detail}`;
    case 'announced-removed':
      return 'documents: removed';
    case 'feature-added':
      return `feature ${detail}`;
    case 'feature-removed':
      return `no feature ${detail}`;
    case 'flag-added':
      return detail;
    case 'flag-removed':
      return `no longer ${detail}`;
    case 'type':
      return `type ${detail}`;
    case 'condition':
      return `condition ${detail}`;
  }
}
