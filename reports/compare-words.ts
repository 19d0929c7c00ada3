import type {
  ChangeCause,
  RunChangeKind,
  RunsComparison,
  TargetPair,
} from '../harness/compat/runs/runs-comparison.ts';
import { CHANGE_KINDS, countRows } from '../harness/compat/runs/runs-comparison.ts';
import { plural } from './figures.ts';

/** How each kind of change is counted, and headed. */
const KIND_WORDS: Readonly<Record<RunChangeKind, { readonly counted: string; readonly head: string }>> = {
  regressed: { counted: 'regressed', head: 'Regressed' },
  changed: { counted: 'changed reason', head: 'Fails as before, for another reason' },
  known: { counted: 'became a known failure', head: 'Became a known failure' },
  fixed: { counted: 'fixed', head: 'Fixed' },
  gone: { counted: 'gone', head: 'Gone: not run, or nothing asserted any more' },
  new: { counted: 'new', head: 'New' },
};

/** The head of a section. */
export function headOfKind(kind: RunChangeKind): string {
  return KIND_WORDS[kind].head;
}

/** `2 rows regressed, 1 fixed, 45 gone`; kinds without rows are left out. */
export function countsInWords(comparison: RunsComparison): string {
  const counts = countRows(comparison);
  const parts = CHANGE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => ({
    kind,
    count: counts[kind],
  }));
  if (parts.length === 0) return 'nothing changed';
  return parts
    .map(({ kind, count }, at) => `${at === 0 ? plural(count, 'row') : count} ${KIND_WORDS[kind].counted}`)
    .join(', ');
}

/** `7.2.22 x86_64 tcg -> 10.0.13 x86_64 tcg`. */
export function namesOfPair({ before, after }: TargetPair): string {
  return `${before.name} -> ${after.name}`;
}

/** What a cause is, in a line: `'singlestep' left StatusInfo, announced since 8.1, 2 releases before 9.0`. */
export function sentenceOfCause(cause: ChangeCause): string {
  const { schema, what, expected, rule, names } = cause;
  if (schema !== undefined) {
    const { text, announcement } = schema;
    return announcement === undefined ? text : `${text}, ${announcement}`;
  }
  const many = names.length > 1 && rule.includes('/') ? ` (${names.join(', ')})` : '';
  const rest = expected === '' ? '' : `; expected ${expected}`;
  const head = rule.includes('/') ? `${rule}${many}: ` : '';
  return `${head}${what}${rest}`;
}

/** `87 rows`, or `87 rows on 2 targets`. */
export function spreadOfCause({ rows, pairs }: ChangeCause): string {
  return `${plural(rows.length, 'row')}${pairs > 1 ? ` on ${pairs} targets` : ''}`;
}
