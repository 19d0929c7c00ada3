/**
 * A JSON value as QMP carries it. Integers that a double cannot hold exactly are `bigint`, so that numbers up to
 * 2^64−1 (QAPI `uint64`, `size`) survive; all other numbers are `number`.
 */
export type JsonValue = null | boolean | string | number | bigint | readonly JsonValue[] | JsonObject;

/** A JSON object. The order of its members has no meaning (qmp-spec, Protocol Specification). */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** The JSON type of a value, in the words of RFC 8259. */
export type JsonType = 'null' | 'boolean' | 'string' | 'number' | 'array' | 'object';

/** Names the JSON type of `value`. */
export function jsonType(value: JsonValue): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'bigint':
      return 'number';
    case 'boolean':
    case 'string':
    case 'number':
    case 'object':
      return typeof value as JsonType;
    default:
      throw new TypeError(`${typeof value} is no JSON value`);
  }
}

/** Tells whether `value` is a JSON object (not an array, not null). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether `value` is a JSON array. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Sets a member as JSON means it: `__proto__` is a name like any other, never the object's prototype. */
export function setMember(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}

/** The string member `name` of an object; '' where `value` is no object, or has no such member, or it is no string. */
export function stringAt(value: JsonValue | undefined, name: string): string {
  const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof member === 'string' ? member : '';
}
