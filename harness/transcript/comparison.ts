import { jsonType, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { RulesHere } from './rule-tree.ts';
import type { ShapeClasses } from './shape-classes.ts';
import type { Pattern } from './transcript.ts';

/** A place in which what came is not what the transcript shows. */
export interface Mismatch {
  /** The rule that was broken: kind of comparison, `/`, what is wrong. */
  readonly rule: string;
  /** JSON Pointer into the transcript's message. */
  readonly pointer: string;
  readonly what: string;
  readonly expected: string;
}

/** What goes for all that is below a place, until a rule says otherwise. */
export type Mode = 'shape' | 'exact';

/** A comparison of one message, or of one element tried against another. */
export interface Comparison {
  readonly classes: ShapeClasses;
  /** Shared by all trials of one message: comparisons that are left for the search of fitting elements. */
  readonly effort: { left: number };
  readonly trial: boolean;
  readonly compare: Compare;
  /** All of them; in a trial only the first. */
  readonly mismatches: Mismatch[];
  readonly captured: [string, JsonValue][];
  failures: number;
  checks: number;
  /** Levels between the message and the value that is being compared. */
  depth: number;
}

/** Compares a value that came with a place of the transcript, and reports into the comparison. */
export type Compare = (
  comparison: Comparison,
  pattern: Pattern,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
) => void;

/** Reports a mismatch. */
export function report(
  comparison: Comparison,
  rule: string,
  pointer: string,
  what: () => string,
  expected: string,
): void {
  comparison.failures++;
  if (comparison.trial && comparison.mismatches.length > 0) return;
  comparison.mismatches.push({ rule, pointer, what: what(), expected });
}

/** Compares an element on trial: nothing of it counts until {@link adopt} says so. */
export function tryOut(
  comparison: Comparison,
  pattern: Pattern,
  live: JsonValue,
  rules: RulesHere,
  mode: Mode,
  pointer: string,
): Comparison {
  const trial: Comparison = {
    ...comparison,
    trial: true,
    mismatches: [],
    captured: [],
    failures: 0,
    checks: 0,
  };
  comparison.compare(trial, pattern, live, rules, mode, pointer);
  comparison.effort.left -= trial.checks;
  return trial;
}

/** Counts a trial that fitted. */
export function adopt(comparison: Comparison, trial: Comparison): void {
  comparison.checks += trial.checks;
  comparison.captured.push(...trial.captured);
}

/** A value in a few words: its type, and the value if it is short. */
export function describe(value: JsonValue): string {
  const type = jsonType(value);
  if (type === 'array' || type === 'object') return `an ${type}`;
  if (value === null) return 'null';
  const text = writeJson(typeof value === 'string' && value.length > 60 ? `${value.slice(0, 57)}...` : value);
  return `${type} ${text}`;
}

/** Tells whether two scalars are equal; numbers by value, however they are spelled. */
export function isSame(left: JsonValue, right: JsonValue): boolean {
  if (isNumber(left) && isNumber(right)) return !(left < right) && !(left > right);
  return left === right;
}

function isNumber(value: JsonValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}
