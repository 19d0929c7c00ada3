import { pointerTo } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, jsonType, type JsonValue } from '../json/value.ts';
import { matchMessage } from '../transcript/match-message.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import { kindHere, plantRules, rulesBelow, type RulesHere } from '../transcript/rule-tree.ts';
import type { MatchKind, MatchRule, Pattern } from '../transcript/transcript.ts';
import { alignArrays } from './align-arrays.ts';
import { mergeRules } from './merge-rules.ts';

/** Mismatches that are made good one after another; what is left then is compared no further. */
const MAX_REPAIRS = 50;

/** What is to be learned of one message. */
export interface MessageLesson {
  readonly pattern: Pattern;
  /** What came for it, each time that anything did. */
  readonly lives: readonly JsonValue[];
  /** Rules that there are for it already; `at` is relative to the message. */
  readonly rules: readonly MatchRule[];
  /** Whether what did not change must not change. */
  readonly exact: boolean;
}

/**
 * Finds the rules that a message needs, beside those that it has: a type for what changed, `optional` for what was not
 * always there, `set` for an array in changing order. With all of them everything that came is as recorded.
 */
export function deriveRules({ pattern, lives, rules, exact }: MessageLesson): readonly MatchRule[] {
  const derived: MatchRule[] = [];
  const walk: Walk = { derived, exact };
  const root = exact && !rules.some(({ at, as }) => at === '' && as !== 'capture');
  if (root) derived.push({ at: '', as: 'exact' });
  walkPattern(walk, pattern, lives, plantRules(rules), '');
  const merged = mergeRules(derived, pattern, exact);
  return repair({ pattern, lives, rules, exact }, merged);
}

interface Walk {
  readonly derived: MatchRule[];
  readonly exact: boolean;
}

/** Members that the protocol says how to compare, whatever they hold. */
const OF_PROTOCOL = new Set(['/id', '/timestamp', '/error/desc', '/event', '/error/class']);

function walkPattern(
  walk: Walk,
  pattern: Pattern,
  lives: readonly (JsonValue | undefined)[],
  rules: RulesHere,
  at: string,
): void {
  if (OF_PROTOCOL.has(at) || pattern.kind === 'elision') return;
  const known = kindHere(rules);
  if (known !== undefined && !LOOKED_INTO.has(known)) return;
  const present = lives.filter((live) => live !== undefined);
  const types = new Set([typeOf(pattern), ...present.map(jsonType)]);
  if (types.size > 1) {
    walk.derived.push({ at, as: 'any' });
    return;
  }
  const absent = present.length < lives.length;
  if (absent && known === undefined) walk.derived.push({ at, as: 'optional' });
  if (pattern.kind === 'object')
    walkMembers(walk, pattern, present, rules, at, absent || known !== undefined);
  else if (pattern.kind === 'array')
    walkElements(walk, pattern, present, rules, at, absent || known !== undefined);
  else if (!absent && known === undefined && present.some((live) => live !== pattern.value))
    walk.derived.push({ at, as: typeRule(pattern.value, present) });
}

/** Below these places are compared further; a rule of any other kind says all. */
const LOOKED_INTO: ReadonlySet<MatchKind> = new Set(['shape', 'exact', 'optional', 'set']);

function typeOf(pattern: Exclude<Pattern, { kind: 'elision' }>): string {
  return pattern.kind === 'scalar' ? jsonType(pattern.value) : pattern.kind;
}

function typeRule(recorded: JsonValue, lives: readonly JsonValue[]): MatchKind {
  const type = jsonType(recorded);
  if (type !== 'number') return type;
  const isWhole = (value: JsonValue): boolean => typeof value === 'bigint' || Number.isInteger(value);
  return [recorded, ...lives].every(isWhole) ? 'integer' : 'number';
}

function walkMembers(
  walk: Walk,
  pattern: Extract<Pattern, { kind: 'object' }>,
  lives: readonly JsonValue[],
  rules: RulesHere,
  at: string,
  hasRule: boolean,
): void {
  const objects = lives.filter(isJsonObject);
  const hasMore = objects.some((live) => Object.keys(live).some((name) => !pattern.members.has(name)));
  // Members that come and go are no difference in shape, and one in exactness.
  if (walk.exact && hasMore && !hasRule) replaceRule(walk, { at, as: 'shape' });
  for (const [name, member] of pattern.members) {
    const below = objects.map((live) => (Object.hasOwn(live, name) ? live[name] : undefined));
    walkPattern(walk, member, below, rulesBelow(rules, name), pointerTo(at, name));
  }
}

function replaceRule({ derived }: Walk, rule: MatchRule): void {
  const before = derived.findIndex(({ at }) => at === rule.at);
  if (before >= 0) derived.splice(before, 1);
  derived.push(rule);
}

function walkElements(
  walk: Walk,
  pattern: Extract<Pattern, { kind: 'array' }>,
  lives: readonly JsonValue[],
  rules: RulesHere,
  at: string,
  hasRule: boolean,
): void {
  const { value } = valueOfPattern(pattern);
  const recorded = isJsonArray(value) ? value : [];
  if (pattern.open) return;
  const alignment = alignArrays(recorded, lives);
  if (alignment.kind === 'apart') {
    const isEmpty = lives.some((live) => isJsonArray(live) && live.length === 0);
    // By shape, an array may be of any length but none.
    if (!hasRule && (walk.exact || isEmpty) && (recorded.length > 0 || walk.exact))
      walk.derived.push({ at, as: 'array' });
    return;
  }
  if (alignment.reordered && !hasRule) walk.derived.push({ at, as: 'set' });
  pattern.elements.forEach((element, index) => {
    walkPattern(
      walk,
      element,
      alignment.partners[index] ?? [],
      rulesBelow(rules, index),
      pointerTo(at, index),
    );
  });
}

/** Whatever a rule was missed for, is compared no further: what came once may come again. */
function repair(
  { pattern, lives, rules }: MessageLesson,
  derived: readonly MatchRule[],
): readonly MatchRule[] {
  const repaired = [...derived];
  for (let count = 0; count < MAX_REPAIRS; count++) {
    const pointer = lives
      .map((live) => firstMismatch(pattern, live, [...repaired, ...rules]))
      .find((one) => one !== undefined);
    if (pointer === undefined) return repaired;
    const place = existingPlace(pattern, pointer);
    const before = repaired.findIndex(({ at, as }) => at === place && as !== 'capture');
    if (before >= 0) repaired.splice(before, 1);
    repaired.push({ at: place, as: 'any' });
  }
  return repaired;
}

function firstMismatch(pattern: Pattern, live: JsonValue, rules: readonly MatchRule[]): string | undefined {
  return matchMessage(pattern, live, { rules, captures: new Map() }).mismatches[0]?.pointer;
}

/** The place itself, or the nearest around it that the recording has: a rule can stand nowhere else. */
function existingPlace(pattern: Pattern, pointer: string): string {
  const { value } = valueOfPattern(pattern);
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) if (hasPlace(value, at)) return at;
  return '';
}

function hasPlace(value: JsonValue, pointer: string): boolean {
  let here: JsonValue | undefined = value;
  for (const step of pointer.slice(1).split('/')) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonArray(here)) here = here[Number(name)];
    else if (isJsonObject(here) && Object.hasOwn(here, name)) here = here[name];
    else return false;
  }
  return here !== undefined;
}
