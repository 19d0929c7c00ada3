import { isJsonArray, jsonType, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { MAX_COMPARED_LEVELS } from './compared-levels.ts';
import type { Pattern } from './transcript.ts';

/** What counts when two values are put into one class: their shape only, or their scalars too. */
export type Grain = 'shape' | 'value';

/**
 * Numbers values so that two of one number fit the same patterns: each is looked at once, from its leaves up. A
 * pattern without elisions has the number of the values that look exactly like it.
 */
export interface ShapeClasses {
  ofValue(value: JsonValue, grain: Grain): number;
  ofPattern(pattern: Pattern, grain: Grain): number;
}

/** Makes a numbering, good for as long as the values in it do not change. */
export function numberShapes(): ShapeClasses {
  const numbers = new Map<string, number>();
  const known = { shape: new Map<object, number>(), value: new Map<object, number>() };
  const numberOf = (key: string): number => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  const remember = (what: object, grain: Grain, keyOf: () => string): number => {
    const before = known[grain].get(what);
    if (before !== undefined) return before;
    const number = numberOf(keyOf());
    known[grain].set(what, number);
    return number;
  };
  const ofValue = (value: JsonValue, grain: Grain, depth = 0): number => {
    if (depth > MAX_COMPARED_LEVELS) return numberOf(TOO_DEEP);
    if (value === null || typeof value !== 'object') return numberOf(keyOfScalar(value, grain));
    return remember(value, grain, () =>
      isJsonArray(value)
        ? keyOfArray(
            value.map((element) => ofValue(element, grain, depth + 1)),
            grain,
          )
        : keyOfObject(
            Object.entries(value).map(([name, member]) => [name, ofValue(member, grain, depth + 1)]),
          ),
    );
  };
  const ofPattern = (pattern: Pattern, grain: Grain, depth = 0): number => {
    if (depth > MAX_COMPARED_LEVELS) return numberOf(TOO_DEEP);
    if (pattern.kind === 'elision') return numberOf('...');
    if (pattern.kind === 'scalar') return numberOf(keyOfScalar(pattern.value, grain));
    return remember(pattern, grain, () => {
      const open = pattern.open ? '...' : '';
      if (pattern.kind === 'array') {
        return (
          open +
          keyOfArray(
            pattern.elements.map((element) => ofPattern(element, grain, depth + 1)),
            grain,
          )
        );
      }
      return (
        open +
        keyOfObject([...pattern.members].map(([name, member]) => [name, ofPattern(member, grain, depth + 1)]))
      );
    });
  };
  return { ofValue, ofPattern };
}

/** The class of all that is too deep to be compared. */
const TOO_DEEP = 'too deep';

function keyOfScalar(value: JsonValue, grain: Grain): string {
  if (grain === 'shape') return jsonType(value);
  return writeJson(value);
}

/** In an array of which only the shape counts, neither order nor number does. */
function keyOfArray(elements: readonly number[], grain: Grain): string {
  const counted = grain === 'shape' ? [...new Set(elements)].sort((a, b) => a - b) : elements;
  return `[${counted.join()}]`;
}

function keyOfObject(members: readonly (readonly [string, number])[]): string {
  const parts = members.map(([name, number]) => `${JSON.stringify(name)}:${number}`);
  return `{${parts.sort().join()}}`;
}
