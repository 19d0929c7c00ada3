import {
  FOLDED_INTEGER,
  type Definition,
  type Member,
  type QapiModel,
  type StructDefinition,
  type TypeRef,
  type UnionDefinition,
} from '../model.ts';

/** A struct or a union. */
export type ObjectDefinition = StructDefinition | UnionDefinition;

/** A member, and the definition in which it is written: the object itself or one of its bases. */
export interface PlacedMember {
  readonly owner: string;
  readonly member: Member;
}

/** Deeper chains of bases are circles. */
const MAX_BASES = 64;

/** A built-in type's name as introspection has it: without width. */
export function foldedName(name: string): string {
  return /^(?:u?int(?:8|16|32|64)?|size)$/.test(name) ? FOLDED_INTEGER : name;
}

export function isObject(definition: Definition | undefined): definition is ObjectDefinition {
  return definition?.kind === 'struct' || definition?.kind === 'union';
}

/** The members of an object with those of its bases, its own last. Those of a union's branches are not among them. */
export function membersOfObject(
  model: QapiModel,
  object: ObjectDefinition,
  depth = 0,
): readonly PlacedMember[] {
  const written = object.kind === 'struct' ? object.members : object.base;
  const own = typeof written === 'string' ? [] : written;
  const base = typeof object.base === 'string' ? model.definitions.get(object.base) : undefined;
  const inherited = isObject(base) && depth < MAX_BASES ? membersOfObject(model, base, depth + 1) : [];
  return [...inherited, ...own.map((member) => ({ owner: object.name, member }))];
}

/** The object and its bases. */
export function chainOfObject(model: QapiModel, name: string): readonly string[] {
  const chain: string[] = [];
  for (let at: string | undefined = name; at !== undefined && chain.length < MAX_BASES;) {
    chain.push(at);
    const object: Definition | undefined = model.definitions.get(at);
    at = isObject(object) && typeof object.base === 'string' ? object.base : undefined;
  }
  return chain;
}

/** A type for people: `[str]`, `enum RunState`, `integer`. */
export function describeType(model: QapiModel, type: TypeRef): string {
  if ('array' in type) return `[${describeType(model, type.array)}]`;
  const definition = model.definitions.get(type.name);
  if (definition === undefined) return type.name;
  const by = definition.kind === 'union' ? ` by '${definition.discriminator}'` : '';
  return `${definition.kind} ${type.name}${by}`;
}
