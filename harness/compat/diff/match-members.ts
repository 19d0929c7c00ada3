import type { Wire } from '../flatten-model.ts';
import type { WireItem } from '../wire-item.ts';
import { findItem, membersAt, valuesAt, type Variant, type When } from './wire-shapes.ts';

/** An object at a place of one of the two schemas. */
export interface ObjectAt {
  readonly wire: Wire;
  readonly members: ReadonlyMap<string, readonly Variant[]>;
  /** What was found out of it: the values of its discriminators, by their names, and the value that decides a branch. */
  readonly values: Map<string, ReadonlyMap<string, WireItem>>;
  readonly deciders: Map<When, WireItem | undefined>;
}

/** What became of one member's name from one object to another. */
export interface MemberMatches {
  /** A member and what stands for it afterwards, in the same branch or in another part of the object. */
  readonly pairs: readonly (readonly [Variant, Variant])[];
  readonly removed: readonly Variant[];
  readonly added: readonly Variant[];
  /** Members that no longer come with some values of a discriminator, and members that come with more of them. */
  readonly limited: readonly Spread[];
  readonly extended: readonly Spread[];
}

/** A member before and after, and the `discriminator=value` with which only one of the two comes. */
export interface Spread {
  readonly before: Variant;
  readonly after: Variant;
  readonly values: readonly string[];
}

/** The object at a place. */
export function objectAt(wire: Wire, place: string): ObjectAt {
  return { wire, members: membersAt(wire, place), values: new Map(), deciders: new Map() };
}

/**
 * Finds what became of the members of one name. Members may move between a base and its branches, and a struct may become
 * a union: as long as a member comes with the same values of the discriminator, nothing on the wire has changed.
 */
export function matchMembers(name: string, before: ObjectAt, after: ObjectAt): MemberMatches {
  const [left, right] = [before.members.get(name) ?? [], after.members.get(name) ?? []];
  const [one, other] = [left[0], right[0]];
  if (one && other && left.length === 1 && right.length === 1 && one.when.key === other.when.key) {
    return { ...NOTHING, pairs: [[one, other]] };
  }
  const there = left.filter((variant) => !isBranchGone(variant, after));
  const pairs = pairsOf(there, left, right);
  const [paired, partners] = [new Set(pairs.map(([from]) => from)), new Set(pairs.map(([, to]) => to))];
  return {
    pairs,
    removed: there.filter((variant) => !paired.has(variant) && !isUntold(variant, after)),
    added: right.filter((variant) => !partners.has(variant) && !isUntold(variant, before)),
    ...(pairs.every(([from, to]) => from.when.key === to.when.key)
      ? NO_SPREADS
      : {
          limited: spreadsOf(pairs, before, after, 'limited'),
          extended: spreadsOf(pairs, before, after, 'extended'),
        }),
  };
}

const NO_SPREADS = { limited: [], extended: [] };
const NOTHING = { pairs: [], removed: [], added: [], ...NO_SPREADS };

/** Two variants meet when they have the same branch; or, where neither has such a partner, when both can come at once. */
function pairsOf(
  there: readonly Variant[],
  left: readonly Variant[],
  right: readonly Variant[],
): (readonly [Variant, Variant])[] {
  const [leftKeys, rightKeys] = [keysOf(left), keysOf(right)];
  const alone = right.filter(({ when }) => !leftKeys.has(when.key));
  return there.flatMap((variant) => {
    const isPaired = rightKeys.has(variant.when.key);
    const candidates = isPaired
      ? right.filter(({ when }) => when.key === variant.when.key)
      : alone.filter((candidate) => isCompatible(variant, candidate));
    return candidates.map((candidate) => [variant, candidate] as const);
  });
}

function keysOf(variants: readonly Variant[]): ReadonlySet<string> {
  return new Set(variants.map(({ when }) => when.key));
}

function isCompatible({ when: left }: Variant, { when: right }: Variant): boolean {
  return [...left.values].every(([name, value]) => (right.values.get(name) ?? value) === value);
}

/** Whether a branch is missing because the value that decides it is missing: that value's own change says enough. */
function isBranchGone(variant: Variant, other: ObjectAt): boolean {
  return [...variant.when.values].some(([discriminator, value]) => {
    const values = discriminatorValues(other, discriminator);
    return values.size > 0 && !values.has(value);
  });
}

/** Whether nothing decides a branch, because its discriminator, or its values, came or went: that says enough, too. */
function isUntold(variant: Variant, other: ObjectAt): boolean {
  return [...variant.when.values].some(
    ([discriminator, value]) => !discriminatorValues(other, discriminator).has(value),
  );
}

function discriminatorValues(object: ObjectAt, discriminator: string): ReadonlyMap<string, WireItem> {
  const known = object.values.get(discriminator);
  if (known !== undefined) return known;
  const [member] = object.members.get(discriminator) ?? [];
  const values = member === undefined ? new Map<string, WireItem>() : valuesAt(object.wire, member.item.path);
  object.values.set(discriminator, values);
  return values;
}

/** The value that decides the branch in which a variant is written. */
export function deciderOf({ wire, deciders }: ObjectAt, { when, place }: Variant): WireItem | undefined {
  if (!deciders.has(when)) deciders.set(when, findItem(wire, place));
  return deciders.get(when);
}

/** Where a member of all branches became one of some branches (`limited`), or the other way round (`extended`). */
function spreadsOf(
  pairs: readonly (readonly [Variant, Variant])[],
  before: ObjectAt,
  after: ObjectAt,
  way: 'limited' | 'extended',
): readonly Spread[] {
  const at = way === 'limited' ? 0 : 1;
  const general = new Set(pairs.map((pair) => pair[at]));
  return [...general].flatMap((variant) => {
    const partners = pairs.filter((pair) => pair[at] === variant);
    const [first] = partners;
    if (first === undefined) return [];
    const specific = partners.map((pair) => pair[1 - at] ?? variant);
    const values =
      way === 'limited'
        ? missingValues(variant, specific, after, before)
        : missingValues(variant, specific, before, after);
    return values.length === 0 ? [] : [{ before: first[0], after: first[1], values }];
  });
}

/** The values with which `general` comes in its object and none of `specific` in theirs. */
function missingValues(
  general: Variant,
  specific: readonly Variant[],
  theirs: ObjectAt,
  its: ObjectAt,
): readonly string[] {
  const discriminator = [...(specific[0]?.when.values.keys() ?? [])].find(
    (name) => !general.when.values.has(name),
  );
  if (discriminator === undefined) return [];
  const covered = specific.map(({ when }) => when.values.get(discriminator));
  if (covered.includes(undefined)) return [];
  const known = discriminatorValues(its, discriminator);
  return [...discriminatorValues(theirs, discriminator).keys()]
    .filter((value) => !covered.includes(value) && (known.size === 0 || known.has(value)))
    .map((value) => `${discriminator}=${value}`);
}
