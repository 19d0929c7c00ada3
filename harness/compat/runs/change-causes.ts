import type { RowResult } from '../../results/verdict.ts';
import { groupCauses, type CauseGroup } from '../group-causes.ts';
import { compareText } from '../target-order.ts';
import { CHANGE_KINDS, type ChangeCause, type RowChange, type RunChangeKind } from './runs-comparison.ts';

/** Groups changes by what caused them: the same cause once, the one of most rows first. */
export function groupChanges(changes: readonly RowChange[]): readonly ChangeCause[] {
  return CHANGE_KINDS.flatMap((kind) => {
    const ofKind = changes.filter((change) => change.kind === kind);
    const telling = ofKind.flatMap((change) => {
      const result = tellingResult(change);
      return result === undefined ? [] : [result];
    });
    const silent = ofKind.filter((change) => tellingResult(change) === undefined);
    const isKnown = ({ after }: RowChange): boolean => after?.verdict === 'known-failure';
    const known = silent.filter(isKnown);
    const others = silent.filter((change) => !isKnown(change));
    const causes = mergeCauses(kind, groupCauses(telling));
    return [
      ...causes,
      ...(others.length === 0 ? [] : [silentCause(kind, kind === 'gone' ? 'not run' : 'holds', others)]),
      ...(known.length === 0 ? [] : [silentCause(kind, 'known failure', known)]),
    ];
  });
}

/**
 * The result that says why: of what is fixed the older one. Nothing is said by a pass, by what was not run, and by a new
 * row whose failure is known: nobody has lost anything.
 */
function tellingResult({ kind, row, before, after }: RowChange): RowResult | undefined {
  const result = kind === 'fixed' ? before : after;
  if (kind === 'new' && result?.verdict === 'known-failure') return undefined;
  return result === undefined || result.verdict === 'pass' ? undefined : { ...result, row };
}

function silentCause(kind: RunChangeKind, what: string, changes: readonly RowChange[]): ChangeCause {
  const rows = [...new Set(changes.map(({ row }) => row))].sort(compareText);
  const pairs = new Set(changes.map(({ pair }) => pair)).size;
  return { kind, rule: what, what, expected: '', names: [], rows, cases: changes.length, pairs };
}

/** One fault often breaks a rule at several members of the same rows: that is one cause. */
function mergeCauses(kind: RunChangeKind, groups: readonly CauseGroup[]): readonly ChangeCause[] {
  const causes = new Map<string, ChangeCause>();
  for (const group of groups) {
    const cases = [...new Set(group.places.map(({ row, target }) => `${row} @ ${target}`))].sort(compareText);
    const key = JSON.stringify([group.verdict, group.blame, group.rule, cases]);
    const cause = causes.get(key) ?? causeFrom(kind, group, cases.length);
    const names = [...new Set([...cause.names, ...namesIn(group)])];
    causes.set(key, { ...cause, names });
  }
  return [...causes.values()].sort((a, b) => b.rows.length - a.rows.length);
}

function causeFrom(kind: RunChangeKind, group: CauseGroup, cases: number): ChangeCause {
  const { rule, what, expected, places, targets } = group;
  const rows = [...new Set(places.map(({ row }) => row))].sort(compareText);
  return { kind, rule, what, expected, names: [], rows, cases, pairs: targets };
}

/** Rules about members point at them; others, and reasons, name what they are about. */
function namesIn({ rule, what, places }: CauseGroup): readonly string[] {
  if (/member|type|range|branch/.test(rule)) {
    const name = lastName(places[0]?.pointer ?? '');
    if (name !== undefined) return [name];
  }
  // `whose schema refuses it: message 1/return/4/capability: string "compress"`: a value, or the member with it.
  const [, pointer = '', value] = /: message \d+(\/\S*): (?:string "([\w.-]{1,100})")?/.exec(what) ?? [];
  const named = [...what.matchAll(/\b(?:member|command|event) '?([\w.-]{1,100})/g)].map(([, name]) => name);
  const names = [value, lastName(pointer), ...named].filter((name) => name !== undefined);
  return [...new Set(names)];
}

function lastName(pointer: string): string | undefined {
  const step = pointer.split('/').findLast((one) => !/^\d*$/.test(one));
  return step?.replaceAll('~1', '/').replaceAll('~0', '~');
}
