import type { JsonValue } from '../json/value.ts';
import { adopt, report, type Comparison } from './comparison.ts';
import {
  elementsOf,
  keyOf,
  reportUndecided,
  tryElement,
  type ArrayPattern,
  type ExampleElement,
} from './example-elements.ts';
import { mayBeAbsent, type RulesHere } from './rule-tree.ts';

/**
 * Compares arrays as sets: every element of the transcript with another that came, in any order (a maximum matching,
 * found by augmenting paths).
 */
export function matchSet(
  comparison: Comparison,
  pattern: ArrayPattern,
  live: readonly JsonValue[],
  rules: RulesHere,
  pointer: string,
): void {
  const all = elementsOf(pattern, rules, pointer);
  const required = all.filter((element) => !mayBeAbsent(element.rules));
  const optional = all.filter((element) => mayBeAbsent(element.rules));
  const pairing: Pairing = {
    live,
    partner: new Map(),
    places: new Map(),
    fits: rememberFits(comparison, live),
    effort: comparison.effort,
  };
  const lonely = required.filter((element) => !pair(pairing, element));
  for (const element of optional) pair(pairing, element);
  if (comparison.effort.left <= 0) {
    reportUndecided(comparison, 'set', pointer, live);
    return;
  }
  for (const element of lonely) {
    report(
      comparison,
      'set/no-such-element',
      element.pointer,
      () => `no element of its own among ${live.length}`,
      'one that fits',
    );
  }
  const extra = live.length - pairing.partner.size;
  if (!pattern.open && extra > 0) {
    const nth = live.findIndex((_, at) => !pairing.partner.has(at));
    report(
      comparison,
      'set/extra-element',
      pointer,
      () => `${extra} more, the first at index ${nth}`,
      `${all.length} elements`,
    );
  }
  comparison.checks += all.length;
  capturePartners(comparison, pairing);
}

/** Each element that came and is taken, with the element of the transcript that took it. */
interface Pairing {
  readonly live: readonly JsonValue[];
  readonly partner: Map<number, ExampleElement>;
  /** The same, the other way round. */
  readonly places: Map<ExampleElement, number>;
  readonly fits: (element: ExampleElement, at: number) => boolean;
  readonly effort: { left: number };
}

function rememberFits(comparison: Comparison, live: readonly JsonValue[]): Pairing['fits'] {
  const known = new Map<string, boolean>();
  const keys = new Map<ExampleElement, string>();
  return (element, at) => {
    const candidate = live[at] ?? null;
    const key = keys.get(element) ?? keyOf(comparison, element);
    keys.set(element, key);
    const pairKey = `${key} ${comparison.classes.ofValue(candidate, element.grain)}`;
    const before = known.get(pairKey);
    if (before !== undefined) return before;
    const fits = tryElement(comparison, element, candidate).failures === 0;
    known.set(pairKey, fits);
    return fits;
  };
}

/** Finds an element for `first`, moving those that took theirs before to others where needed. */
function pair(pairing: Pairing, first: ExampleElement): boolean {
  const { live, partner, fits, effort } = pairing;
  const cameFrom = new Map<number, ExampleElement>();
  const queue = [first];
  for (const element of queue) {
    for (let step = 0; step < live.length && effort.left > 0; step++) {
      // From the same index on, as the order is mostly kept.
      const at = (element.index + step) % live.length;
      effort.left--;
      if (cameFrom.has(at) || !fits(element, at)) continue;
      cameFrom.set(at, element);
      const taker = partner.get(at);
      if (taker === undefined) return takeAlong(pairing, cameFrom, first, at);
      queue.push(taker);
    }
  }
  return false;
}

function takeAlong(
  { partner, places }: Pairing,
  cameFrom: ReadonlyMap<number, ExampleElement>,
  first: ExampleElement,
  last: number,
): boolean {
  let at: number | undefined = last;
  while (at !== undefined) {
    const element: ExampleElement = cameFrom.get(at) ?? first;
    const left: number | undefined = places.get(element);
    partner.set(at, element);
    places.set(element, at);
    at = left;
  }
  return true;
}

function capturePartners(comparison: Comparison, { partner, live }: Pairing): void {
  for (const [at, element] of partner) {
    if (element.rules.length > 0) adopt(comparison, tryElement(comparison, element, live[at] ?? null));
  }
}
