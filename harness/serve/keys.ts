import { jsonType, isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';

/** A text that two values share exactly if they are equal; the order of members has no meaning, that of elements has. */
export function keyOfValue(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(keyOfValue).join()}]`;
  if (isJsonObject(value)) return keyOfMembers(value, keyOfValue);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/**
 * A text that two values share exactly if they have the same shape: the same JSON types, members of the same names, and
 * arrays of elements of the same shapes, however many.
 */
export function keyOfShape(value: JsonValue): string {
  if (isJsonArray(value)) return `[${[...new Set(value.map(keyOfShape))].sort().join()}]`;
  return isJsonObject(value) ? keyOfMembers(value, keyOfShape) : jsonType(value);
}

function keyOfMembers(
  value: Readonly<Record<string, JsonValue>>,
  keyOf: (member: JsonValue) => string,
): string {
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${keyOf(member)}`);
  return `{${members.sort().join()}}`;
}
