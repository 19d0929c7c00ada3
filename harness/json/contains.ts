import { isJsonArray, isJsonObject, type JsonValue } from './value.ts';

/**
 * Tells whether `value` has all that `part` has: an object its members, an array for each element one that contains
 * it, anything else the same value.
 */
export function contains(value: JsonValue | undefined, part: JsonValue): boolean {
  if (isJsonObject(part)) {
    return (
      isJsonObject(value) &&
      Object.entries(part).every(
        ([name, member]) => Object.hasOwn(value, name) && contains(value[name], member),
      )
    );
  }
  if (isJsonArray(part)) {
    return isJsonArray(value) && part.every((wanted) => value.some((element) => contains(element, wanted)));
  }
  return value === part;
}
