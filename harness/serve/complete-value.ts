import { jsonKindOf, type JsonKind } from '../qapi/json-kind.ts';
import type { Arguments, TypeRef } from '../qapi/model.ts';
import { setMember, type JsonValue } from '../json/value.ts';
import { sampleMember, sampleValue } from '../refusals/sample-value.ts';
import { shapesOf, shapesOfArguments, type Shape, type TypeBook } from '../refusals/type-book.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern } from '../transcript/transcript.ts';

type ObjectPattern = Extract<Pattern, { kind: 'object' }>;

/**
 * The value of a pattern, with small values in the place of what is elided or left out: what a type demands, and no
 * more. What the type does not know stays as it is.
 * @param hint name of the member that it is for, so that strings look like what they mean
 */
export function completeValue(book: TypeBook, type: TypeRef, pattern: Pattern, hint: string): JsonValue {
  switch (pattern.kind) {
    case 'elision':
      return sampleValue(book, type, hint);
    case 'scalar':
      return pattern.value;
    case 'array': {
      const element = elementOf(book, type);
      if (element === undefined) return valueOfPattern(pattern).value;
      return pattern.elements
        .filter((one) => !isNothing(one))
        .map((one) => completeValue(book, element, one, hint));
    }
    case 'object':
      return completeObject(book, type, pattern);
  }
}

/** `{ ... }` in an array: further elements, of which nothing is known. */
function isNothing(pattern: Pattern): boolean {
  return (
    pattern.kind === 'elision' || (pattern.kind === 'object' && pattern.open && pattern.members.size === 0)
  );
}

function elementOf(book: TypeBook, type: TypeRef): TypeRef | undefined {
  if ('array' in type) return type.array;
  const chosen = alternativeOf(book, type, 'array');
  return chosen !== undefined && 'array' in chosen ? chosen.array : undefined;
}

function completeObject(book: TypeBook, type: TypeRef, pattern: ObjectPattern): JsonValue {
  const chosen = alternativeOf(book, type, 'object') ?? type;
  return completeMembers(book, 'name' in chosen ? shapeOf(book, chosen.name, pattern) : undefined, pattern);
}

/** As {@link completeValue}, for the data of an event or the arguments of a command. */
export function completeArguments(book: TypeBook, args: Arguments, pattern: Pattern): JsonValue {
  const written: ObjectPattern =
    pattern.kind === 'object' ? pattern : { kind: 'object', members: new Map(), open: true };
  return completeMembers(book, shapeAmong(shapesOfArguments(book, args), written), written);
}

function completeMembers(book: TypeBook, shape: Shape | undefined, pattern: ObjectPattern): JsonValue {
  const object: Record<string, JsonValue> = {};
  for (const [name, member] of pattern.members) {
    const known = shape?.members.find((one) => one.name === name);
    if (known !== undefined) setMember(object, name, completeValue(book, known.type, member, name));
    else if (member.kind !== 'elision') setMember(object, name, valueOfPattern(member).value);
  }
  if (shape === undefined) return object;
  for (const member of shape.members)
    if (!member.optional && !Object.hasOwn(object, member.name))
      setMember(object, member.name, sampleMember(book, shape, member));
  return object;
}

/** The shape of a struct or union that the discriminators of a pattern allow; `undefined` for what has none. */
function shapeOf(book: TypeBook, name: string, pattern: ObjectPattern): Shape | undefined {
  const kind = book.model.definitions.get(name)?.kind;
  if (kind !== 'struct' && kind !== 'union') return undefined;
  return shapeAmong(shapesOf(book.model, name), pattern);
}

function shapeAmong(shapes: readonly Shape[], { members }: ObjectPattern): Shape | undefined {
  return shapes.find(({ tags }) => [...tags].every(([tag, value]) => allows(members.get(tag), value)));
}

function allows(shown: Pattern | undefined, value: string): boolean {
  return (
    shown === undefined || shown.kind === 'elision' || (shown.kind === 'scalar' && shown.value === value)
  );
}

function alternativeOf(book: TypeBook, type: TypeRef, kind: JsonKind): TypeRef | undefined {
  const definition = 'name' in type ? book.model.definitions.get(type.name) : undefined;
  if (definition?.kind !== 'alternate') return undefined;
  return definition.alternatives.find((one) => jsonKindOf(book.model, one.type) === kind)?.type;
}
