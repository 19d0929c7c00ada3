import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';

/** Tells whether two values are the same to JSON: the order of members has no meaning (qmp-spec, "General Definitions"). */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (isJsonArray(a)) {
    return (
      isJsonArray(b) && a.length === b.length && a.every((element, index) => sameJson(element, b[index]))
    );
  }
  if (isJsonObject(a)) {
    if (!isJsonObject(b) || Object.keys(a).length !== Object.keys(b).length) return false;
    return Object.entries(a).every(([name, member]) => Object.hasOwn(b, name) && sameJson(member, b[name]));
  }
  return a === b;
}
