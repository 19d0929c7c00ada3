import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';

/** How the elements of a recorded array go with those of the arrays that came. */
export type ArrayAlignment =
  /** For each recorded element, those that came for it, one of each array. */
  | {
      readonly kind: 'aligned';
      readonly reordered: boolean;
      readonly partners: readonly (readonly JsonValue[])[];
    }
  /** The arrays do not go together element by element. */
  | { readonly kind: 'apart' };

/**
 * Aligns arrays: by a member that names their elements, by the elements themselves, or, where they are equally long, by
 * their places.
 */
export function alignArrays(recorded: readonly JsonValue[], lives: readonly JsonValue[]): ArrayAlignment {
  const arrays = lives.filter(isJsonArray);
  if (arrays.length !== lives.length || arrays.some(({ length }) => length !== recorded.length))
    return { kind: 'apart' };
  const identify = [canonical, ...keyMembers(recorded)].find((candidate) =>
    [recorded, ...arrays].every((array) => isSameSet(array, recorded, candidate)),
  );
  if (identify === undefined)
    return {
      kind: 'aligned',
      reordered: false,
      partners: recorded.map((_, at) => arrays.map((array) => array[at] ?? null)),
    };
  const orders = arrays.map((array) => array.map(identify));
  const names = recorded.map(identify);
  return {
    kind: 'aligned',
    reordered: orders.some((order) => order.some((name, at) => name !== names[at])),
    partners: names.map((name) => arrays.map((array, nth) => array[orders[nth]?.indexOf(name) ?? 0] ?? null)),
  };
}

type Identify = (element: JsonValue) => string;

function canonical(element: JsonValue): string {
  return writeJson(sorted(element));
}

function sorted(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name] ?? null)]),
  );
}

/** Members that all elements have and that are strings or numbers, unlike in each: they name them. */
function keyMembers(elements: readonly JsonValue[]): readonly Identify[] {
  const objects = elements.filter(isJsonObject);
  const [first] = objects;
  if (first === undefined || objects.length !== elements.length) return [];
  return Object.keys(first)
    .filter((name) => new Set(objects.map((object) => keyOf(object, name))).size === objects.length)
    .map((name) => (element) => (isJsonObject(element) ? keyOf(element, name) : ''));
}

function keyOf(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === 'string' || typeof value === 'number' ? writeJson(value) : '';
}

function isSameSet(one: readonly JsonValue[], other: readonly JsonValue[], identify: Identify): boolean {
  const left = one.map(identify).sort();
  const right = other.map(identify).sort();
  return left.every((name, at) => name === right[at] && (name !== left[at + 1] || identify === canonical));
}
