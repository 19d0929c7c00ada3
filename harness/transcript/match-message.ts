import { pointerTo } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, jsonType, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { MAX_COMPARED_LEVELS } from './compared-levels.ts';
import { describe, isSame, report, type Comparison, type Mismatch, type Mode } from './comparison.ts';
import { matchElements, matchSequence } from './match-elements.ts';
import { matchSet } from './match-set.ts';
import { ELIDED } from './read-pattern.ts';
import { capturesHere, kindHere, mayBeAbsent, plantRules, rulesBelow, type RulesHere } from './rule-tree.ts';
import { numberShapes } from './shape-classes.ts';
import type { MatchKind, MatchRule, Pattern } from './transcript.ts';

export type { Mismatch } from './comparison.ts';

/** How a message is to be compared. */
export interface MatchOptions {
  /** The rules for this message; their `at` is a pointer into it, without the index of the message. */
  readonly rules: readonly MatchRule[];
  /** Receives what `as: capture` remembers. */
  readonly captures: Map<string, JsonValue>;
}

/** What came of a comparison. */
export interface MatchResult {
  /** Comparisons made; without any, nothing was asserted. */
  readonly checks: number;
  readonly mismatches: readonly Mismatch[];
}

/**
 * Comparisons that one message may cost beyond a walk through it, to find for elements of arrays others that fit:
 * some tenths of a second. Arrays of up to a few hundred elements that are all unlike stay below it.
 */
const MAX_EFFORT = 400_000;

/**
 * Compares a message that came with the one that the transcript shows. By default by shape: the members shown are
 * there and of the same JSON type; whatever is elided may be anything; further members are the schema's business.
 * Without a rule of their own, `id`, `event` and an error's `class` must be equal (qmp-spec, Commands Responses,
 * Asynchronous events), `timestamp` an object, and `desc`, which clients must not interpret, a string.
 */
export function matchMessage(expected: Pattern, live: JsonValue, options: MatchOptions): MatchResult {
  const outcome = compareOutcome(expected, live, options.rules);
  if (outcome !== undefined) return { checks: 1, mismatches: [outcome] };
  const comparison: Comparison = {
    classes: numberShapes(),
    effort: { left: MAX_EFFORT },
    trial: false,
    compare,
    mismatches: [],
    captured: [],
    failures: 0,
    checks: 0,
    depth: 0,
  };
  compare(
    comparison,
    expected,
    live,
    plantRules([...options.rules, ...rulesOfProtocol(expected)]),
    'shape',
    '',
  );
  for (const [name, value] of comparison.captured) options.captures.set(name, value);
  return { checks: comparison.checks, mismatches: comparison.mismatches };
}

/** Success where an error is shown, or the other way round, is one mismatch, not one for each member. */
function compareOutcome(
  expected: Pattern,
  live: JsonValue,
  rules: readonly MatchRule[],
): Mismatch | undefined {
  if (expected.kind !== 'object' || !isJsonObject(live) || rules.some(({ at }) => at === ''))
    return undefined;
  if (expected.members.has('return') && !expected.members.has('error') && Object.hasOwn(live, 'error')) {
    return { rule: 'shape/outcome', pointer: '', what: describeError(live['error']), expected: 'success' };
  }
  if (expected.members.has('error') && !expected.members.has('return') && Object.hasOwn(live, 'return')) {
    return { rule: 'shape/outcome', pointer: '', what: 'success', expected: 'an error' };
  }
  return undefined;
}

function describeError(error: JsonValue | undefined): string {
  if (!isJsonObject(error)) return 'an error';
  const { class: name = null, desc = null } = error;
  return `error ${textOf(name)}: ${textOf(desc)}`;
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : writeJson(value);
}

function rulesOfProtocol(expected: Pattern): readonly MatchRule[] {
  if (expected.kind !== 'object') return [];
  const { members } = expected;
  const rules: MatchRule[] = [];
  if (members.has('error') || members.has('return')) rules.push({ at: '/id', as: 'exact' });
  if (members.get('error')?.kind === 'object') {
    rules.push({ at: '/error/class', as: 'exact' }, { at: '/error/desc', as: 'string' });
  }
  if (members.has('event')) rules.push({ at: '/event', as: 'exact' }, { at: '/timestamp', as: 'object' });
  // Only of what is shown: a rule for what is not would demand it.
  return rules.filter(({ at }) => isShown(expected, at.slice(1).split('/')));
}

function isShown(pattern: Pattern | undefined, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return pattern !== undefined;
  return pattern?.kind === 'object' && isShown(pattern.members.get(step), rest);
}

function compare(
  comparison: Comparison,
  pattern: Pattern,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  comparison.checks++;
  for (const name of capturesHere(rules)) comparison.captured.push([name, live]);
  if (comparison.depth === MAX_COMPARED_LEVELS) {
    const what = `a value below ${MAX_COMPARED_LEVELS} levels`;
    report(comparison, `${mode}/too-deep`, pointer, () => what, 'one that can be compared');
    return;
  }
  comparison.depth++;
  compareByKind(comparison, pattern, live, rules, mode, pointer);
  comparison.depth--;
}

function compareByKind(
  comparison: Comparison,
  pattern: Pattern,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  const kind = kindHere(rules) ?? mode;
  switch (kind) {
    case 'any':
      break;
    case 'optional':
      compareValue(comparison, pattern, live, rules, 'shape', pointer);
      break;
    case 'shape':
    case 'exact':
      compareValue(comparison, pattern, live, rules, kind, pointer);
      break;
    case 'set':
      if (pattern.kind === 'array' && isJsonArray(live)) matchSet(comparison, pattern, live, rules, pointer);
      else compareValue(comparison, pattern, live, rules, 'shape', pointer);
      break;
    case 'integer':
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'array':
    case 'object':
      if (!isOfKind(live, kind))
        report(comparison, `type/${kind}`, pointer, () => describe(live), KIND_IN_WORDS[kind]);
  }
}

type TypeKind = Extract<MatchKind, 'integer' | 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object'>;

function isOfKind(live: JsonValue, kind: TypeKind): boolean {
  return kind === 'integer' ? typeof live === 'bigint' || Number.isInteger(live) : jsonType(live) === kind;
}

const KIND_IN_WORDS: Readonly<Record<TypeKind, string>> = {
  string: 'a string',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'a boolean',
  null: 'null',
  array: 'an array',
  object: 'an object',
};

/** What a place of the transcript demands by its shape alone. */
function describeShape(pattern: Pattern): string {
  if (pattern.kind === 'elision') return 'a value';
  return KIND_IN_WORDS[pattern.kind === 'scalar' ? jsonType(pattern.value) : pattern.kind];
}

function compareValue(
  comparison: Comparison,
  pattern: Pattern,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  if (pattern.kind === 'elision') {
    compareElided(comparison, new Set(), live, rules, mode, pointer);
  } else if (pattern.kind === 'scalar') {
    compareScalar(comparison, pattern.value, live, mode, pointer);
  } else if (pattern.kind === 'array' && isJsonArray(live)) {
    if (mode === 'exact') matchSequence(comparison, pattern, live, rules, pointer);
    else matchElements(comparison, pattern, live, rules, pointer);
    const shown = pattern.elements.map((_, at) => String(at));
    if (pattern.open) compareElided(comparison, new Set(shown), live, rules, mode, pointer);
  } else if (pattern.kind === 'object' && isJsonObject(live)) {
    compareMembers(comparison, pattern, live, rules, mode, pointer);
  } else {
    report(comparison, `${mode}/type`, pointer, () => describe(live), describeShape(pattern));
  }
}

function compareScalar(
  comparison: Comparison,
  expected: JsonValue,
  live: JsonValue,
  mode: Mode,
  pointer: string,
): void {
  const wanted = mode === 'exact' ? describe(expected) : KIND_IN_WORDS[jsonType(expected)];
  if (jsonType(live) !== jsonType(expected))
    report(comparison, `${mode}/type`, pointer, () => describe(live), wanted);
  else if (mode === 'exact' && !isSame(expected, live)) {
    report(comparison, 'exact/value', pointer, () => describe(live), wanted);
  }
}

function compareMembers(
  comparison: Comparison,
  pattern: Extract<Pattern, { kind: 'object' }>,
  live: JsonObject,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  for (const [name, member] of pattern.members) {
    compareMember(comparison, name, member, live, rules, mode, pointer);
  }
  if (pattern.open) compareElided(comparison, new Set(pattern.members.keys()), live, rules, mode, pointer);
  if (pattern.open || mode !== 'exact') return;
  for (const name of Object.keys(live)) {
    if (pattern.members.has(name)) continue;
    report(
      comparison,
      'exact/unknown-member',
      pointerTo(pointer, name),
      () => `member '${name}'`,
      'no such member',
    );
  }
}

function compareMember(
  comparison: Comparison,
  name: string,
  pattern: Pattern,
  live: JsonObject | readonly JsonValue[],
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  const below = rulesBelow(rules, name);
  const at = pointerTo(pointer, name);
  const value = memberOf(live, name);
  if (value !== undefined) {
    compare(comparison, pattern, value, below, mode, at);
    return;
  }
  if (mayBeAbsent(below)) return;
  comparison.checks++;
  report(comparison, `${mode}/missing-member`, at, () => `no '${name}'`, describeShape(pattern));
}

function memberOf(live: JsonObject | readonly JsonValue[], name: string): JsonValue | undefined {
  if (isJsonArray(live)) return live[Number(name)];
  return Object.hasOwn(live, name) ? live[name] : undefined;
}

/** Behind an elision only rules demand something: what they name must be there and of their kind. */
function compareElided(
  comparison: Comparison,
  shown: ReadonlySet<string>,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): void {
  if (rules.length === 0) return;
  const holder = isJsonArray(live) || isJsonObject(live) ? live : {};
  const names = new Set(rules.flatMap(({ steps }) => [...steps.keys()]));
  if (names.delete('*')) for (const name of Object.keys(holder)) names.add(name);
  for (const name of names) {
    if (!shown.has(name)) compareMember(comparison, name, ELIDED, holder, rules, mode, pointer);
  }
}
