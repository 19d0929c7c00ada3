import { isJsonArray, isJsonObject, jsonType, type JsonObject, type JsonValue } from '../json/value.ts';

/** A JSON value is not of the shape that a file of ours promises. The caller adds file and line. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(
    readonly what: string,
    readonly expected: string,
  ) {
    super(`${what}; expected ${expected}`);
  }
}

/** The value as an object. @throws {ShapeError} */
export function objectFrom(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new ShapeError(describe(value), 'an object');
  return value;
}

/** A string member. @throws {ShapeError} */
export function textAt(object: JsonObject, name: string): string {
  const value = memberAt(object, name);
  if (typeof value !== 'string') throw wrong(name, value, 'a string');
  return value;
}

/** A number member that a double holds exactly enough to count and measure with. @throws {ShapeError} */
export function numberAt(object: JsonObject, name: string): number {
  const value = memberAt(object, name);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(name, value, 'a number');
  return value;
}

/** A boolean member. @throws {ShapeError} */
export function flagAt(object: JsonObject, name: string): boolean {
  const value = memberAt(object, name);
  if (typeof value !== 'boolean') throw wrong(name, value, 'true or false');
  return value;
}

/** A string member that is one of `words`. @throws {ShapeError} */
export function wordAt<T extends string>(object: JsonObject, name: string, words: readonly T[]): T {
  const value = textAt(object, name);
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new ShapeError(`member '${name}' is '${value}'`, words.join(', '));
  return word;
}

/** An array member, each element read by `read`. @throws {ShapeError} */
export function listAt<T>(object: JsonObject, name: string, read: (element: JsonValue) => T): readonly T[] {
  const value = memberAt(object, name);
  if (!isJsonArray(value)) throw wrong(name, value, 'an array');
  return value.map(read);
}

/** A string that stands by itself, as an element of an array. @throws {ShapeError} */
export function textFrom(value: JsonValue): string {
  if (typeof value !== 'string') throw new ShapeError(describe(value), 'a string');
  return value;
}

/** What `read` makes of the member, or nothing where the member is absent. */
export function optionalAt<T>(
  object: JsonObject,
  name: string,
  read: (object: JsonObject, name: string) => T,
): T | undefined {
  return memberAt(object, name) === undefined ? undefined : read(object, name);
}

/** `null` or what `read` makes of the member. */
export function nullableAt<T>(
  object: JsonObject,
  name: string,
  read: (object: JsonObject, name: string) => T,
): T | null {
  return memberAt(object, name) === null ? null : read(object, name);
}

/** The member itself; a name that every object inherits counts as absent. */
export function memberAt(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function wrong(name: string, value: JsonValue | undefined, expected: string): ShapeError {
  return new ShapeError(`member '${name}' is ${describe(value)}`, expected);
}

function describe(value: JsonValue | undefined): string {
  return value === undefined ? 'absent' : `of type ${jsonType(value)}`;
}
