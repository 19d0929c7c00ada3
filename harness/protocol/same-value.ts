import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';

/**
 * Tells whether two JSON values are the same: numbers by what they count, however they are written, objects whatever
 * the order of their members, arrays in order (qmp-spec, Protocol Specification). Does not recurse: values nest deeply.
 */
export function isSameValue(left: JsonValue, right: JsonValue): boolean {
  const pending: [JsonValue, JsonValue][] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [a, b] = pair;
    if (isJsonArray(a) && isJsonArray(b)) {
      if (a.length !== b.length) return false;
      for (const [index, element] of a.entries()) pending.push([element, b[index] ?? null]);
    } else if (isJsonObject(a) && isJsonObject(b)) {
      const names = Object.keys(a);
      if (names.length !== Object.keys(b).length || !names.every((name) => Object.hasOwn(b, name)))
        return false;
      for (const name of names) pending.push([a[name] ?? null, b[name] ?? null]);
    } else if (!isSameScalar(a, b)) return false;
  }
  return true;
}

function isSameScalar(a: JsonValue, b: JsonValue): boolean {
  if (typeof a === 'bigint' && typeof b === 'number') return Number.isInteger(b) && BigInt(b) === a;
  if (typeof a === 'number' && typeof b === 'bigint') return isSameScalar(b, a);
  // `===`, not `Object.is`: 0 and -0 count the same.
  return a === b;
}
