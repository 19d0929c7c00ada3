import { pointerTo } from '../json/pointer.ts';
import type { JsonObject, JsonType, JsonValue } from '../json/value.ts';
import { isBuiltin, jsonKindOf, type JsonKind } from '../qapi/json-kind.ts';
import type { AlternateDefinition, EnumDefinition, Member, TypeRef } from '../qapi/model.ts';
import type { Random } from './random.ts';
import { sampleMember, sampleObject, sampleValue } from './sample-value.ts';
import { isThere, shapesOf, sizeOfShape, type Shape, type TypeBook } from './type-book.ts';
import { deepValue, wireType, wrongNumbers, wrongTypes, type WrongValue } from './wrong-scalars.ts';

/** What is needed to make wrong values of the types of a model. */
export interface Maker {
  readonly book: TypeBook;
  readonly random: Random;
  /** Also ask for what QEMU takes on purpose although the schema forbids it. */
  readonly strict: boolean;
  /** Names of the types that were looked into; it grows. QEMU reads a type by one function wherever it stands. */
  readonly seen: Set<string>;
}

/** How many objects may lie in each other; what lies deeper is wrong in its type only. */
const MAX_DEPTH = 5;

/**
 * Values that each have one thing wrong for a type, be it deep in them. A type that was looked into before is wrong in
 * its JSON type only.
 * @param hint name of the member that they are for
 * @param depth how many objects they are in
 */
export function* wrongValues(
  maker: Maker,
  type: TypeRef,
  hint: string,
  depth: number,
): Generator<WrongValue> {
  if ('array' in type) {
    yield* wrongTypes(['array'], maker.random.pick);
    yield* wrongElements(maker, type.array, hint, depth);
    return;
  }
  const { name } = type;
  const definition = maker.book.model.definitions.get(name);
  const isNew = depth < MAX_DEPTH && !maker.seen.has(name);
  if (isNew) maker.seen.add(name);
  switch (definition?.kind) {
    case 'enum':
      yield* wrongEnumValues(maker, definition);
      return;
    case 'alternate':
      yield* wrongAlternates(maker, definition, hint, isNew ? depth : undefined);
      return;
    case 'struct':
    case 'union':
      yield* wrongTypes(['object'], maker.random.pick);
      if (isNew) yield* wrongObjects(maker, shapesOf(maker.book.model, name), depth + 1);
      return;
    default:
      yield* wrongBuiltins(maker, name);
  }
}

function* wrongBuiltins({ book, random, strict }: Maker, name: string): Generator<WrongValue> {
  if (!isBuiltin(name)) return;
  const kind = jsonKindOf(book.model, { name });
  if (kind === 'any') return;
  yield* wrongTypes([kind], random.pick);
  yield* wrongNumbers(name, strict);
}

function* wrongElements(maker: Maker, type: TypeRef, hint: string, depth: number): Generator<WrongValue> {
  for (const wrong of wrongValues(maker, type, hint, depth)) {
    const before = maker.random.below(2) === 0 ? [] : [sampleValue(maker.book, type, hint)];
    yield {
      ...wrong,
      value: [...before, wrong.value],
      pointer: `/${before.length}${wrong.pointer}`,
    };
  }
}

const ENUM_TYPES: readonly [JsonType] = ['string'];

function* wrongEnumValues({ random }: Maker, definition: EnumDefinition): Generator<WrongValue> {
  yield* wrongTypes(ENUM_TYPES, random.pick);
  const known = definition.values.map(({ name }) => name);
  const near = random.some(known, 2).flatMap(misspellings);
  const unknown = [...new Set(['no-such-value', '', ...near])].filter((value) => !known.includes(value));
  for (const value of random.some(unknown, 3))
    yield { value, kind: 'unknown-value', pointer: '', what: `'${value}', no value of ${definition.name}` };
}

/** Names that are nearly the same; QAPI names are compared to the letter. */
function misspellings(name: string): readonly string[] {
  return [
    name.toUpperCase(),
    name.includes('-') ? name.replaceAll('-', '_') : name.replaceAll('_', '-'),
    `${name} `,
    name.slice(0, -1),
  ];
}

function* wrongAlternates(
  maker: Maker,
  { alternatives }: AlternateDefinition,
  hint: string,
  depth: number | undefined,
): Generator<WrongValue> {
  const { model } = maker.book;
  const kinds = alternatives.map(({ type }) => jsonKindOf(model, type));
  if (kinds.includes('any')) return;
  yield* wrongTypes(kinds.filter(isJsonType), maker.random.pick);
  if (depth === undefined) return;
  for (const alternative of alternatives.filter((one) => isThere(model, one))) {
    const kind = jsonKindOf(model, alternative.type);
    for (const wrong of wrongValues(maker, alternative.type, hint, depth)) {
      // Of another JSON type it would be another alternative.
      if (wireType(wrong) === kind) yield wrong;
    }
  }
}

function isJsonType(kind: JsonKind): kind is JsonType {
  return kind !== 'any';
}

/** Objects with one thing wrong in them, in each of their shapes; what shapes have in common once. */
export function* wrongObjects(maker: Maker, shapes: readonly Shape[], depth: number): Generator<WrongValue> {
  const done = new Set<Member>();
  for (const shape of shapes) {
    if (!Number.isFinite(sizeOfShape(maker.book, shape))) continue;
    const base = sampleObject(maker.book, shape);
    for (const member of shape.members) {
      if (done.has(member)) continue;
      done.add(member);
      yield* wrongMembers(maker, shape, member, base, depth);
    }
    yield* unexpectedMembers(maker, shape, base);
    yield* foreignMembers(maker, shape, shapes, base);
  }
}

function* wrongMembers(
  maker: Maker,
  shape: Shape,
  { name, type, optional }: Member,
  base: JsonObject,
  depth: number,
): Generator<WrongValue> {
  if (!optional)
    yield {
      value: without(base, name),
      kind: 'missing-member',
      pointer: pointerTo('', name),
      what: `no '${name}'`,
    };
  for (const wrong of wrongValues(maker, type, name, depth))
    yield { ...wrong, value: { ...base, [name]: wrong.value }, pointer: pointerTo('', name) + wrong.pointer };
  if (depth > 1 || shape.members[0]?.name !== name || !isScalar(maker, type)) return;
  const deep = deepValue();
  yield { ...deep, value: { ...base, [name]: deep.value }, pointer: pointerTo('', name) };
}

function isScalar({ book }: Maker, type: TypeRef): boolean {
  return !['array', 'object', 'any'].includes(jsonKindOf(book.model, type));
}

/** Members that no shape has, some of them nearly. */
function* unexpectedMembers({ random }: Maker, shape: Shape, base: JsonObject): Generator<WrongValue> {
  const names = shape.members.map(({ name }) => name);
  const near = random.some(names, 1).flatMap(misspellings);
  const strange = ['no-such-member', '', 'arguments', 'id', 'x-__proto', ...near].filter(
    (name) => !names.includes(name),
  );
  for (const name of random.some([...new Set(strange)], 2)) {
    const value = { ...base, [name]: random.pick<JsonValue>([null, 0, '', {}, []]) };
    yield {
      value,
      kind: 'unexpected-member',
      pointer: pointerTo('', name),
      what: `unexpected member '${name}'`,
    };
  }
}

/** One member of another branch than the discriminator names. */
function* foreignMembers(
  { book, random }: Maker,
  shape: Shape,
  shapes: readonly Shape[],
  base: JsonObject,
): Generator<WrongValue> {
  if (shape.tags.size === 0) return;
  const names = new Set(shape.members.map(({ name }) => name));
  const foreign = shapes.flatMap((other) =>
    other.members.filter(({ name }) => !names.has(name)).map((member) => ({ other, member })),
  );
  for (const { other, member } of random.some(foreign, 1)) {
    const value = { ...base, [member.name]: sampleMember(book, other, member) };
    const what = `'${member.name}' of another branch`;
    yield { value, kind: 'branch', pointer: pointerTo('', member.name), what };
  }
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([member]) => member !== name));
}
