import {
  BUILTIN_TYPES,
  type Branch,
  type Definition,
  type EnumDefinition,
  type Member,
  type TypeRef,
  type UnionDefinition,
} from './model.ts';
import { semanticError, type SourceInfo } from './source-info.ts';

/** A definition and where it was read. */
export interface SourcedDefinition {
  readonly definition: Definition;
  readonly info: SourceInfo;
  /** Whether `'boxed': true` stood there: only then may arguments be a union. */
  readonly boxed: boolean;
}

const BUILTINS: ReadonlySet<string> = new Set(BUILTIN_TYPES);

/**
 * Makes the whole of the definitions: every reference is resolved, what is wrong only in meaning is found, and branches
 * of a union are there for every value of its discriminator.
 * @throws {InputError} `file:line: In union 'X': message`.
 */
export function assembleDefinitions(
  sources: readonly SourcedDefinition[],
  release: { readonly textDiscriminators: boolean },
): ReadonlyMap<string, Definition> {
  const schema: Schema = {
    sources: new Map(),
    members: new Map(),
    textDiscriminators: release.textDiscriminators,
  };
  for (const source of sources) addSource(schema, source);
  const definitions = new Map<string, Definition>();
  for (const source of schema.sources.values()) {
    definitions.set(source.definition.name, checkDefinition(schema, source));
  }
  return definitions;
}

interface Schema {
  readonly sources: Map<string, SourcedDefinition>;
  /** Members of structs, of unions without their branches; with those of the bases. Filled as they are asked for. */
  readonly members: Map<string, readonly Member[] | 'in work'>;
  /** Before 2.0 a discriminator could be a string. */
  readonly textDiscriminators: boolean;
}

function addSource(schema: Schema, source: SourcedDefinition): void {
  const { name } = source.definition;
  if (BUILTINS.has(name)) fail(source, `'${name}' is a built-in type`);
  const earlier = schema.sources.get(name);
  // The wrapper of a simple union's branch is the same for all unions that have one of that type.
  if (earlier !== undefined && name.startsWith('q_obj_')) return;
  if (earlier !== undefined) {
    const place = `${earlier.info.file}:${earlier.info.line}`;
    fail(source, `'${name}' is already defined as ${earlier.definition.kind} at ${place}`);
  }
  schema.sources.set(name, source);
}

function fail(source: SourcedDefinition, message: string): never {
  throw semanticError(source.info, message, `${source.definition.kind} '${source.definition.name}'`);
}

function checkDefinition(schema: Schema, source: SourcedDefinition): Definition {
  const { definition } = source;
  switch (definition.kind) {
    case 'enum':
      return definition;
    case 'struct':
      checkMemberTypes(schema, source, definition.members);
      membersOf(schema, source);
      return definition;
    case 'union':
      return checkUnion(schema, source, definition);
    case 'alternate':
      checkAlternate(schema, source, definition);
      return definition;
    case 'command':
      checkArguments(schema, source, definition.arguments);
      if (definition.returns !== undefined) checkType(schema, source, definition.returns, "'returns'");
      return definition;
    case 'event':
      checkArguments(schema, source, definition.arguments);
      return definition;
  }
}

function checkMemberTypes(schema: Schema, source: SourcedDefinition, members: readonly Member[]): void {
  for (const member of members) checkType(schema, source, member.type, `member '${member.name}'`);
}

/** A type that a value may have: anything but a command or an event. */
function checkType(schema: Schema, source: SourcedDefinition, type: TypeRef, what: string): void {
  if ('array' in type) {
    checkType(schema, source, type.array, what);
    return;
  }
  if (BUILTINS.has(type.name)) return;
  const kind = schema.sources.get(type.name)?.definition.kind;
  if (kind === undefined) fail(source, `${what} uses unknown type '${type.name}'`);
  if (kind === 'command' || kind === 'event') fail(source, `${what} uses ${kind} '${type.name}' as a type`);
}

/** The struct or union `name`. */
function objectSource(
  schema: Schema,
  user: SourcedDefinition,
  name: string,
  what: string,
): SourcedDefinition {
  const source = schema.sources.get(name);
  if (source === undefined && !BUILTINS.has(name)) fail(user, `${what} uses unknown type '${name}'`);
  if (source?.definition.kind !== 'struct' && source?.definition.kind !== 'union') {
    const kind = source?.definition.kind ?? 'built-in';
    fail(user, `${what} cannot use ${kind} type '${name}'`);
  }
  return source;
}

/** The members that every value of a struct or union has: its own and those of its bases, each name once. */
function membersOf(schema: Schema, source: SourcedDefinition): readonly Member[] {
  const { definition } = source;
  if (definition.kind !== 'struct' && definition.kind !== 'union') return [];
  const known = schema.members.get(definition.name);
  if (known === 'in work') fail(source, 'object contains itself');
  if (known !== undefined) return known;
  schema.members.set(definition.name, 'in work');
  const base = typeof definition.base === 'string' ? inheritedMembers(schema, source, definition.base) : [];
  const own = definition.kind === 'struct' ? definition.members : inlineBase(definition);
  const members = [...base, ...own];
  checkClashes(source, members);
  schema.members.set(definition.name, members);
  return members;
}

function inlineBase(definition: UnionDefinition): readonly Member[] {
  return typeof definition.base === 'string' ? [] : definition.base;
}

function inheritedMembers(schema: Schema, source: SourcedDefinition, base: string): readonly Member[] {
  const from = objectSource(schema, source, base, "'base'");
  if (from.definition.kind !== 'struct')
    fail(source, `'base' cannot use ${from.definition.kind} type '${base}'`);
  return membersOf(schema, from);
}

function checkClashes(source: SourcedDefinition, members: readonly Member[], what = 'member'): void {
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name)) fail(source, `${what} '${name}' collides with another member of that name`);
    seen.add(name);
  }
}

function checkUnion(schema: Schema, source: SourcedDefinition, union: UnionDefinition): UnionDefinition {
  checkMemberTypes(schema, source, inlineBase(union));
  const members = membersOf(schema, source);
  const values = discriminatorValues(schema, source, union, members);
  if (union.branches.length === 0) fail(source, 'union has no branches');
  for (const branch of union.branches) {
    if (values !== undefined && !values.values.some(({ name }) => name === branch.name)) {
      fail(source, `branch '${branch.name}' is not a value of enum '${values.name}'`);
    }
    checkBranch(schema, source, branch, members);
  }
  const named = new Set(union.branches.map(({ name }) => name));
  const others: Branch[] = (values?.values ?? [])
    .filter(({ name }) => !named.has(name))
    .map(({ name, condition }) => ({ name, type: undefined, ...(condition && { condition }) }));
  return { ...union, branches: [...union.branches, ...others] };
}

function discriminatorValues(
  schema: Schema,
  source: SourcedDefinition,
  union: UnionDefinition,
  members: readonly Member[],
): EnumDefinition | undefined {
  const what = `discriminator '${union.discriminator}'`;
  const member = members.find(({ name }) => name === union.discriminator);
  if (member === undefined) fail(source, `${what} is not a member of 'base'`);
  if (member.optional) fail(source, `${what} must not be optional`);
  if (member.condition !== undefined) fail(source, `${what} must not be conditional`);
  const type = 'name' in member.type ? member.type.name : undefined;
  const definition = type === undefined ? undefined : schema.sources.get(type)?.definition;
  if (definition?.kind === 'enum') return definition;
  if (schema.textDiscriminators && type === 'str') return undefined;
  return fail(source, `${what} must be of enum type`);
}

/** A branch is a struct or, since 8.2, a union; its members must not clash with those of the base. */
function checkBranch(
  schema: Schema,
  source: SourcedDefinition,
  branch: Branch,
  members: readonly Member[],
): void {
  const what = `branch '${branch.name}'`;
  if (branch.type === undefined) return;
  if ('array' in branch.type) fail(source, `${what} cannot use array type`);
  const inner = objectSource(schema, source, branch.type.name, what);
  checkClashes(source, [...members, ...membersOf(schema, inner)], `${what}: member`);
}

type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';

/** The JSON types that a value of a type may have; `any` is all of them. */
function jsonKinds(schema: Schema, type: TypeRef): readonly JsonKind[] {
  if ('array' in type) return ['array'];
  switch (type.name) {
    case 'str':
    case 'QType':
      return ['string'];
    case 'bool':
      return ['boolean'];
    case 'null':
      return ['null'];
    case 'any':
      return ['string', 'number', 'boolean', 'null', 'object', 'array'];
  }
  const kind = schema.sources.get(type.name)?.definition.kind;
  if (kind === undefined) return ['number'];
  return kind === 'enum' ? ['string'] : ['object'];
}

/**
 * Which alternative is meant is told by the JSON type, so no two may share one. A string could also be meant as a number
 * or a boolean where those come from a command line; QAPI itself refuses that, and so do we.
 */
function checkAlternate(
  schema: Schema,
  source: SourcedDefinition,
  definition: Extract<Definition, { kind: 'alternate' }>,
): void {
  const taken = new Map<JsonKind, string>();
  for (const { name, type } of definition.alternatives) {
    const what = `branch '${name}'`;
    checkType(schema, source, type, what);
    if ('name' in type && schema.sources.get(type.name)?.definition.kind === 'alternate') {
      fail(source, `${what} cannot use alternate type '${type.name}'`);
    }
    for (const kind of jsonKinds(schema, type)) {
      const other = taken.get(kind);
      if (other !== undefined) fail(source, `${what} can't be distinguished from '${other}'`);
      taken.set(kind, name);
    }
  }
}

function checkArguments(
  schema: Schema,
  source: SourcedDefinition,
  written: Extract<Definition, { kind: 'command' }>['arguments'],
): void {
  if (written === undefined) return;
  if ('members' in written) {
    checkMemberTypes(schema, source, written.members);
    checkClashes(source, written.members);
    return;
  }
  const { definition } = objectSource(schema, source, written.type, "'data'");
  if (definition.kind === 'union' && !source.boxed) {
    fail(source, `'data' can use union type '${written.type}' only with 'boxed': true`);
  }
}
