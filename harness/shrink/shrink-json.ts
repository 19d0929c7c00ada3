import { isJsonArray, isJsonObject, setMember, type JsonObject, type JsonValue } from '../json/value.ts';
import { Attempts, type ShrinkBounds, type Shrunk, type StillFails } from './attempts.ts';

/**
 * Makes a JSON value smaller while it still fails: members and elements are left out, values are replaced by simpler
 * ones. `value` itself is taken to fail and never asked. When it is finished, none of {@link simplerValues} of the
 * result fails.
 */
export async function shrinkJson(
  value: JsonValue,
  stillFails: StillFails<JsonValue>,
  bounds?: ShrinkBounds,
): Promise<Shrunk<JsonValue>> {
  const attempts = new Attempts(stillFails, bounds);
  let smallest = value;
  for (let smaller: JsonValue | undefined = value; smaller !== undefined && attempts.left > 0;) {
    smaller = await firstThatFails(smallest, attempts);
    if (smaller !== undefined) smallest = smaller;
    else if (attempts.left > 0) return { value: smallest, attempts: attempts.used, finished: true };
  }
  return { value: smallest, attempts: attempts.used, finished: false };
}

async function firstThatFails(
  value: JsonValue,
  attempts: Attempts<JsonValue>,
): Promise<JsonValue | undefined> {
  for (const candidate of simplerValues(value)) {
    if (attempts.left <= 0) return undefined;
    if (await attempts.fails(candidate)) return candidate;
  }
  return undefined;
}

/**
 * Values that are one step simpler than `value`, the greatest steps first. Each is smaller in a well-founded order
 * (fewer values, then shorter text, then smaller), so that stepping ends.
 */
export function* simplerValues(value: JsonValue): Generator<JsonValue> {
  if (isJsonArray(value)) yield* simplerArrays(value);
  else if (isJsonObject(value)) yield* simplerObjects(value);
  else if (typeof value === 'string') yield* simplerStrings(value);
  else if (typeof value === 'number' || typeof value === 'bigint') yield* simplerNumbers(value);
  else if (value === true) yield false;
}

function* simplerArrays(value: readonly JsonValue[]): Generator<JsonValue> {
  if (value.length > 1) yield [];
  for (const index of value.keys()) yield value.toSpliced(index, 1);
  for (const element of value) if (isNested(element)) yield element;
  for (const [index, element] of value.entries()) {
    for (const simpler of simplerParts(element)) yield value.with(index, simpler);
  }
}

function* simplerObjects(value: JsonObject): Generator<JsonValue> {
  const members = Object.entries(value);
  if (members.length > 1) yield {};
  for (const index of members.keys()) yield objectOf(members.toSpliced(index, 1));
  for (const [index, [name, member]] of members.entries()) {
    for (const simpler of simplerParts(member)) yield objectOf(members.with(index, [name, simpler]));
  }
}

/** What stands in an object or array may also become `null`, if it is anything with parts, or half as deep. */
function* simplerParts(value: JsonValue): Generator<JsonValue> {
  if (isNested(value)) yield null;
  const deep = halfWayDown(value);
  if (deep !== undefined) yield deep;
  yield* simplerValues(value);
}

/** The value half way down where arrays and objects lie in each other; `undefined` where that is no great step. */
function halfWayDown(value: JsonValue): JsonValue | undefined {
  const chain: JsonValue[] = [];
  for (let at: JsonValue | undefined = value; at !== undefined; at = partsOf(at).find(hasParts))
    chain.push(at);
  return chain.length > 4 ? chain[chain.length >> 1] : undefined;
}

function partsOf(value: JsonValue): readonly JsonValue[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function hasParts(value: JsonValue): boolean {
  return isJsonArray(value) || isJsonObject(value);
}

function* simplerStrings(value: string): Generator<JsonValue> {
  if (value === '') return;
  yield '';
  const characters = Array.from(value);
  if (characters.length > 1) yield characters.slice(0, Math.floor(characters.length / 2)).join('');
  if (characters.length > 2) yield characters.slice(Math.floor(characters.length / 2)).join('');
  if (characters.length > 3) yield characters.slice(1).join('');
  if (characters.length > 3) yield characters.slice(0, -1).join('');
}

function* simplerNumbers(value: number | bigint): Generator<JsonValue> {
  if (value === 0 || value === 0n) return;
  yield 0;
  if (value < 0) yield -value;
  if (typeof value === 'number' && !Number.isInteger(value)) {
    if (Math.trunc(value) !== 0) yield Math.trunc(value);
    return;
  }
  const size = Math.abs(Number(value));
  if (size > 4) yield Math.trunc(Math.sqrt(size));
  if (size > 1) yield typeof value === 'bigint' ? narrow(value / 2n) : Math.trunc(value / 2);
}

/** An integer as `readJson` gives it. */
function narrow(value: bigint): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function isNested(value: JsonValue): boolean {
  return partsOf(value).length > 0;
}

function objectOf(members: readonly (readonly [string, JsonValue])[]): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (const [name, member] of members) setMember(object, name, member);
  return object;
}
