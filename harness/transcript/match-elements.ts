import type { JsonValue } from '../json/value.ts';
import { adopt, report, tryOut, type Comparison, type Mismatch, type Mode } from './comparison.ts';
import {
  elementsOf,
  keyOf,
  reportUndecided,
  tryElement,
  type ArrayPattern,
  type ExampleElement,
} from './example-elements.ts';
import { capturesHere, mayBeAbsent, type RulesHere } from './rule-tree.ts';
import type { Grain } from './shape-classes.ts';

/** How many elements are tried to find the one that is nearest to an element that fits none. */
const NEAREST_OF = 16;

/**
 * Compares arrays by shape: every distinct element of the transcript must fit some element that came. The one at the
 * same index is tried first, then one that looks exactly like it, then one of each class of the others; when the
 * effort for the whole message is spent, the array is reported as undecided instead of being searched on.
 */
export function matchElements(
  comparison: Comparison,
  pattern: ArrayPattern,
  live: readonly JsonValue[],
  rules: RulesHere,
  pointer: string,
): void {
  const elements = elementsOf(pattern, rules, pointer).filter((element) => !mayBeAbsent(element.rules));
  if (elements.length > 0 && live.length === 0) {
    report(comparison, 'shape/empty-array', pointer, () => 'an empty array', 'at least one element');
    return;
  }
  const lookUp = indexClasses(comparison, live);
  const seen = new Set<string>();
  for (const element of elements) {
    const key = keyOf(comparison, element);
    if (seen.has(key)) continue;
    seen.add(key);
    const nearest = findElement(comparison, element, live, lookUp(element.grain));
    if (nearest === undefined) continue;
    if (comparison.effort.left <= 0) {
      reportUndecided(comparison, 'shape', pointer, live);
      return;
    }
    reportNearest(comparison, element, live, nearest);
  }
}

/** For each class of elements that came, the first of it. */
type ClassIndex = ReadonlyMap<number, JsonValue>;

function indexClasses(comparison: Comparison, live: readonly JsonValue[]): (grain: Grain) => ClassIndex {
  const made = new Map<Grain, Map<number, JsonValue>>();
  return (grain) => {
    const before = made.get(grain);
    if (before !== undefined) return before;
    const index = new Map<number, JsonValue>();
    if (comparison.trial) comparison.effort.left -= live.length;
    for (const element of live) {
      const number = comparison.classes.ofValue(element, grain);
      if (!index.has(number)) index.set(number, element);
    }
    made.set(grain, index);
    return index;
  };
}

/** Finds an element that fits, and counts it; where there is none, returns the trial that came nearest. */
function findElement(
  comparison: Comparison,
  element: ExampleElement,
  live: readonly JsonValue[],
  index: ClassIndex,
): Nearest | undefined {
  let nearest: Nearest = { failures: Infinity, first: undefined };
  let tried = 0;
  for (const candidate of candidatesFor(comparison, element, live, index)) {
    if (comparison.effort.left <= 0) break;
    const trial = tryElement(comparison, element, candidate);
    if (trial.failures === 0) {
      adopt(comparison, trial);
      return undefined;
    }
    if (++tried > NEAREST_OF || trial.failures >= nearest.failures) continue;
    nearest = { failures: trial.failures, first: trial.mismatches[0] };
  }
  return nearest;
}

interface Nearest {
  readonly failures: number;
  readonly first: Mismatch | undefined;
}

/** Each class of elements once: nested arrays would multiply what is tried twice. */
function* candidatesFor(
  comparison: Comparison,
  element: ExampleElement,
  live: readonly JsonValue[],
  index: ClassIndex,
): Generator<JsonValue> {
  const { classes } = comparison;
  const opposite = live[element.index];
  const classOfOpposite = opposite === undefined ? undefined : classes.ofValue(opposite, element.grain);
  if (opposite !== undefined) yield opposite;
  const classAlike = classes.ofPattern(element.pattern, element.grain);
  const alike = classAlike === classOfOpposite ? undefined : index.get(classAlike);
  if (alike !== undefined) yield alike;
  for (const [number, candidate] of index) {
    if (number !== classOfOpposite && number !== classAlike) yield candidate;
  }
}

function reportNearest(
  comparison: Comparison,
  element: ExampleElement,
  live: readonly JsonValue[],
  { first }: Nearest,
): void {
  comparison.checks++;
  const rest = first?.pointer.slice(element.pointer.length) ?? '';
  const what = (): string =>
    `none of ${live.length} elements fits; the nearest has ${first?.what ?? 'nothing alike'}${rest && ` at ${rest}`}`;
  report(comparison, 'shape/no-such-element', element.pointer, what, first?.expected ?? 'one that fits');
}

/** Compares arrays exactly: element by element, or, where some are elided, in the same order with others between. */
export function matchSequence(
  comparison: Comparison,
  pattern: ArrayPattern,
  live: readonly JsonValue[],
  rules: RulesHere,
  pointer: string,
): void {
  const mode: Mode = 'exact';
  const elements = elementsOf(pattern, rules, pointer);
  if (!pattern.open) {
    if (live.length !== elements.length) {
      report(comparison, 'exact/length', pointer, () => `${live.length} elements`, String(elements.length));
    }
    for (const element of elements.slice(0, live.length)) {
      comparison.compare(
        comparison,
        element.pattern,
        live[element.index] ?? null,
        element.rules,
        mode,
        element.pointer,
      );
    }
    return;
  }
  let from = 0;
  for (const element of elements) {
    if (mayBeAbsent(element.rules) && capturesHere(element.rules).length === 0) continue;
    let found: Comparison | undefined;
    while (from < live.length && found === undefined) {
      const trial = tryOut(
        comparison,
        element.pattern,
        live[from++] ?? null,
        element.rules,
        mode,
        element.pointer,
      );
      if (trial.failures === 0) found = trial;
    }
    if (found !== undefined) adopt(comparison, found);
    else
      report(
        comparison,
        'exact/no-such-element',
        element.pointer,
        () => 'no equal element in its order',
        'one',
      );
  }
}
