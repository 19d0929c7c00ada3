import { pointerTo } from '../json/pointer.ts';
import type { JsonValue } from '../json/value.ts';
import { report, tryOut, type Comparison } from './comparison.ts';
import { rulesBelow, type RulesHere } from './rule-tree.ts';
import type { Grain } from './shape-classes.ts';
import type { Pattern } from './transcript.ts';

/** An array as the transcript shows it. */
export type ArrayPattern = Extract<Pattern, { kind: 'array' }>;

/** An element of the transcript's array. */
export interface ExampleElement {
  readonly pattern: Pattern;
  readonly index: number;
  readonly rules: RulesHere;
  readonly pointer: string;
  /** Values count only where a rule may look at them; elsewhere elements of one shape are one. */
  readonly grain: Grain;
}

/** The elements of a transcript's array, each with the rules that apply to it. */
export function elementsOf(
  pattern: ArrayPattern,
  rules: RulesHere,
  pointer: string,
): readonly ExampleElement[] {
  return pattern.elements.map((element, index) => {
    const below = rulesBelow(rules, index);
    const grain = below.length === 0 ? 'shape' : 'value';
    return { pattern: element, index, rules: below, pointer: pointerTo(pointer, index), grain };
  });
}

/** Elements of one key fit the same values. */
export function keyOf(comparison: Comparison, { pattern, rules, grain }: ExampleElement): string {
  return `${rules.map(({ id }) => id).join()} ${comparison.classes.ofPattern(pattern, grain)}`;
}

/** Tries an element that came, by shape. */
export function tryElement(comparison: Comparison, element: ExampleElement, live: JsonValue): Comparison {
  return tryOut(comparison, element.pattern, live, element.rules, 'shape', element.pointer);
}

/** Reports that the search for fitting elements was given up; `rule` is the kind of comparison. */
export function reportUndecided(
  comparison: Comparison,
  rule: string,
  pointer: string,
  live: readonly JsonValue[],
): void {
  const what = (): string => `${live.length} elements, too many unlike ones to be compared with each other`;
  report(comparison, `${rule}/undecided`, pointer, what, 'elements that fit');
}
