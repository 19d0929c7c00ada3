import type { Wire } from '../flatten-model.ts';
import type { WireItem } from '../wire-item.ts';
import {
  changeOfConditions,
  isSameConditions,
  ruleOfConditions,
  type ConditionChange,
} from './compare-conditions.ts';
import { compareFeatures } from './compare-features.ts';
import { compareFlags, type Known } from './compare-flags.ts';
import { compareTypes, depthsOf } from './compare-types.ts';
import { deciderOf, matchMembers, objectAt, type ObjectAt } from './match-members.ts';
import { SIDES, type RuleId } from './rules.ts';
import { resolvePlace, valuesAt, type Variant } from './wire-shapes.ts';

/** One difference at one path. */
export interface WireChange {
  readonly rule: RuleId;
  readonly path: string;
  /** The thing before and after; one of the two at least. */
  readonly before?: WireItem;
  readonly after?: WireItem;
  readonly was?: string;
  readonly now?: string;
}

/** What the two schemas tell at all; what one of them is silent about is no difference. */
export interface Comparison extends Known {
  readonly before: Wire;
  readonly after: Wire;
  /** Types that are the same in both, with all that is in them. */
  readonly unchanged: ReadonlySet<string>;
}

interface Walk extends Comparison {
  readonly changes: WireChange[];
  /** Pairs of places that were compared. */
  readonly done: Set<string>;
}

/** How the things around differ in their conditions, and what their command leaves unchecked. */
interface Around {
  readonly conditions: ConditionChange;
  readonly unchecked: { readonly before: boolean; readonly after: boolean };
}

/** All differences of what travels on the wire, commands and events first to last as they stand in the schemas. */
export function compareWire(comparison: Comparison): readonly WireChange[] {
  const walk: Walk = { ...comparison, changes: [], done: new Set() };
  for (const before of walk.before.tops) {
    const after = walk.after.items.get(before.path);
    if (after?.kind === before.kind) compareTops(walk, before, after);
    else report(walk, before.kind === 'command' ? 'command-removed' : 'event-removed', { before });
  }
  for (const after of walk.after.tops) {
    if (walk.before.items.get(after.path)?.kind === after.kind) continue;
    report(walk, after.kind === 'command' ? 'command-added' : 'event-added', { after });
  }
  return walk.changes;
}

function report(walk: Walk, rule: RuleId, change: Omit<WireChange, 'rule' | 'path'>): void {
  const path = change.after?.path ?? change.before?.path ?? '';
  walk.changes.push({ rule, path, ...change });
}

function compareTops(walk: Walk, before: WireItem, after: WireItem): void {
  for (const rule of compareFlags(before, after, walk)) {
    if (rule !== 'arguments-became-checked' || takesArguments(walk, before))
      report(walk, rule, { before, after });
  }
  const around = compareAround(walk, before, after, START);
  const [was, now] = [before.flags, after.flags];
  const unchecked = { before: isOpen(was), after: isOpen(now) };
  compareBodies(walk, `${before.name}/arguments`, { ...around, unchecked });
  compareBodies(walk, `${before.name}/data`, around);
  if (!was.includes('reply-unknown') && !now.includes('reply-unknown')) {
    compareBodies(walk, `${before.name}/returns`, around);
  }
}

const START: Around = { conditions: { gone: '', come: '' }, unchecked: { before: false, after: false } };

/** Where nothing is said of arguments, none are looked at. */
function takesArguments(walk: Walk, { name }: WireItem): boolean {
  const path = `${name}/arguments`;
  return walk.before.items.has(path) || walk.after.items.has(path);
}

function isOpen(flags: readonly string[]): boolean {
  return flags.includes('unchecked-arguments');
}

/** A body that is not written is an object without members. */
function compareBodies(walk: Walk, path: string, around: Around): void {
  const [before, after] = [walk.before.items.get(path), walk.after.items.get(path)];
  if (before && after) compareItems(walk, before, after, around);
  else if (before?.type === 'object' || after?.type === 'object') compareObjects(walk, path, path, around);
  else if (after)
    report(walk, SIDES[after.direction].typeChanged, { after, was: 'object', now: after.type ?? '' });
  else if (before)
    report(walk, SIDES[before.direction].typeChanged, { before, was: before.type ?? '', now: 'object' });
}

function compareItems(walk: Walk, before: WireItem, after: WireItem, outer: Around): void {
  const around = compareAround(walk, before, after, outer);
  const rules = SIDES[after.direction];
  if (before.optional !== after.optional) {
    report(walk, after.optional ? rules.optional : rules.mandatory, { before, after });
  }
  const [was = '', now = ''] = [before.type, after.type];
  const relation = compareTypes(was, now);
  const types = { before, after, was, now };
  if (relation === 'narrower' && after.direction === 'sent') {
    if (isTextOfValues(before, after) || around.unchecked.before) return;
    if (isTextBecomeEnum(was, now)) report(walk, 'argument-became-enum', types);
    else report(walk, rules.typeNarrowed, types);
    compareBelow(walk, before, after, around);
    return;
  }
  switch (relation) {
    case 'same':
      break;
    case 'wider':
      report(walk, rules.typeWidened, types);
      break;
    case 'narrower':
      report(walk, rules.typeNarrowed, types);
      break;
    case 'other':
      report(walk, rules.typeChanged, types);
      return;
    case 'wider-range':
      report(walk, rules.rangeWidened, types);
      break;
    case 'narrower-range':
      report(walk, rules.rangeNarrowed, types);
      break;
    case 'other-range':
      report(walk, after.direction === 'sent' ? rules.rangeNarrowed : rules.rangeWidened, types);
      break;
  }
  compareBelow(walk, before, after, around);
}

/** `qmp-commands.hx` says `s` of every string, also of those of which only the values of an enum are taken. */
function isTextOfValues(before: WireItem, after: WireItem): boolean {
  return before.typeFrom === 'hx' && before.type === 'str' && after.type === 'enum';
}

function isTextBecomeEnum(was: string, now: string): boolean {
  return was.replaceAll('str', 'enum') === now;
}

function compareBelow(walk: Walk, before: WireItem, after: WireItem, around: Around): void {
  const [was = '', now = ''] = [before.type, after.type];
  const objects = depthsOf(now, 'object');
  for (const depth of depthsOf(was, 'object')) {
    if (objects.includes(depth)) compareObjects(walk, before.path + depth, after.path + depth, around);
  }
  const enums = depthsOf(now, 'enum');
  for (const depth of depthsOf(was, 'enum')) {
    if (enums.includes(depth)) compareValues(walk, before.path + depth, after.path + depth, around);
  }
}

function compareValues(walk: Walk, was: string, now: string, around: Around): void {
  if (isUnchanged(walk, was, now)) return;
  const [left, right] = [valuesAt(walk.before, was), valuesAt(walk.after, now)];
  for (const [name, before] of left) {
    const after = right.get(name);
    if (after) compareAround(walk, before, after, around);
    else report(walk, SIDES[before.direction].valueRemoved, { before });
  }
  for (const [name, after] of right) {
    if (!left.has(name)) report(walk, SIDES[after.direction].valueAdded, { after });
  }
}

/** The objects that stand at a place before and after. */
interface Objects {
  readonly before: ObjectAt;
  readonly after: ObjectAt;
}

/** Each pair of places once: below a place where a type comes again inside itself stands what stood above. */
function compareObjects(walk: Walk, was: string, now: string, around: Around): void {
  const [left, right] = [resolvePlace(walk.before, was), resolvePlace(walk.after, now)];
  if (isUnchanged(walk, left, right)) return;
  const pair = `${left}\n${right}`;
  if (walk.done.has(pair)) return;
  walk.done.add(pair);
  const objects = { before: objectAt(walk.before, was), after: objectAt(walk.after, now) };
  const { before, after } = objects;
  for (const name of new Set([...before.members.keys(), ...after.members.keys()])) {
    const matches = matchMembers(name, before, after);
    for (const [one, other] of matches.pairs) {
      if (one.place !== was && isUnchanged(walk, one.place, other.place)) continue;
      compareItems(
        walk,
        one.item,
        other.item,
        walk.conditions ? aroundBranch([one, other], objects, around) : around,
      );
    }
    if (!around.unchecked.after) for (const { item } of matches.removed) reportRemoved(walk, item);
    if (!around.unchecked.before) for (const { item } of matches.added) reportAdded(walk, item);
    reportSpreads(walk, matches);
  }
}

/** Whether the same type stands at both places, in which nothing changed. */
function isUnchanged({ before, after, unchanged }: Walk, was: string, now: string): boolean {
  const type = before.typeAt(was);
  return type !== undefined && unchanged.has(type) && type === after.typeAt(now);
}

/** What is written in a branch has the conditions of the value that decides it. */
function aroundBranch([one, other]: readonly [Variant, Variant], objects: Objects, around: Around): Around {
  if (one.when.values.size === 0 || other.when.values.size === 0) return around;
  const [left, right] = [deciderOf(objects.before, one), deciderOf(objects.after, other)];
  if (!left || !right) return around;
  return { ...around, conditions: changeOfConditions(left.conditions, right.conditions) };
}

function reportRemoved(walk: Walk, before: WireItem): void {
  const rules = SIDES[before.direction];
  report(walk, before.optional ? rules.optionalRemoved : rules.removed, { before });
}

function reportAdded(walk: Walk, after: WireItem): void {
  const rules = SIDES[after.direction];
  report(walk, after.optional ? rules.added : rules.mandatoryAdded, { after });
}

/** A member that may be missing is not missed where it no longer comes; one that clients send is. */
function reportSpreads(walk: Walk, { limited, extended }: ReturnType<typeof matchMembers>): void {
  for (const { before, after, values } of limited) {
    const { direction, optional } = before.item;
    if (direction === 'received' && optional) continue;
    report(walk, SIDES[direction].limited, {
      before: before.item,
      after: after.item,
      was: values.join(', '),
    });
  }
  for (const { before, after, values } of extended) {
    const { direction, optional } = after.item;
    if (direction === 'received' && optional) continue;
    const rule = optional ? SIDES[direction].extended : SIDES[direction].mandatoryAdded;
    const mandatory = direction === 'sent' && !optional;
    report(walk, mandatory ? rule : SIDES[direction].extended, {
      before: before.item,
      after: after.item,
      now: values.join(', '),
    });
  }
}

/** What can change of anything: features and conditions. */
function compareAround(walk: Walk, before: WireItem, after: WireItem, outer: Around): Around {
  for (const { rule, feature } of compareFeatures(before, after)) {
    const gone = rule === 'feature-removed' || rule === 'became-stable' || rule === 'deprecation-withdrawn';
    report(walk, rule, { before, after, ...(gone ? { was: feature } : { now: feature }) });
  }
  if (!walk.conditions) return outer;
  if (before.conditions.length === 0 && after.conditions.length === 0) return outer;
  const conditions = changeOfConditions(before.conditions, after.conditions);
  if (!isSameConditions(conditions, outer.conditions)) {
    const { gone, come } = conditions;
    const rule = ruleOfConditions(before.conditions, after.conditions);
    if (rule !== undefined) {
      report(walk, rule, { before, after, ...(gone && { was: gone }), ...(come && { now: come }) });
    }
  }
  return { ...outer, conditions };
}
