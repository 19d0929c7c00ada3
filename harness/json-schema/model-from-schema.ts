import { InputError } from '../errors.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import type {
  AlternateDefinition,
  Alternative,
  Arguments,
  Branch,
  CommandDefinition,
  Definition,
  EventDefinition,
  Member,
  QapiModel,
  SchemaFamily,
  TypeRef,
  UnionDefinition,
} from '../qapi/model.ts';
import { definitionsOf, structureOf, typeOfReference } from './describe-definition.ts';
import { keyOf } from './references.ts';
import {
  isSource,
  readAnnotations,
  readChoice,
  readEnumValues,
  readPart,
  stringsOf,
} from './read-annotations.ts';
import { completeBranches } from './union-branches.ts';

/**
 * The model of a bundle: the inverse of `schemaFromModel`, but that definitions come in the order of their names and
 * that lines of places are not kept (0). Types that nobody wrote, such as the envelopes, are none of it.
 * @throws {InputError} for what `schemaFromModel` does not make.
 */
export function modelFromSchema(bundle: JsonObject): QapiModel {
  const defs = definitionsOf(bundle);
  const definitions = new Map<string, Definition>();
  for (const [key, schema] of Object.entries(defs)) {
    const definition = isJsonObject(schema) ? readDefinition(defs, key, schema) : undefined;
    if (definition !== undefined) definitions.set(definition.name, definition);
  }
  for (const definition of definitions.values()) {
    if (definition.kind !== 'union') continue;
    const schema = structureOf(defs, definition.name, objectIn(defs, definition.name));
    if (schema['qapi-branches'] === 'written') continue;
    const branches = completeBranches(definitions, definition, definition.branches);
    definitions.set(definition.name, { ...definition, branches });
  }
  return { ...readHead(bundle), definitions };
}

function readHead(bundle: JsonObject): Omit<QapiModel, 'definitions'> {
  const { 'qapi-sources': sources, 'qapi-family': family, 'qapi-release': release } = bundle;
  if (!isJsonArray(sources) || !sources.every(isSource)) throw wrong('bundle', "'qapi-sources'");
  if (!isFamily(family)) throw wrong('bundle', "'qapi-family'");
  if (typeof release !== 'string') throw wrong('bundle', "'qapi-release'");
  return { sources, family, release };
}

function isFamily(value: JsonValue | undefined): value is SchemaFamily {
  return value === 'qmp' || value === 'qga' || value === 'qsd';
}

function wrong(where: string, part: string): InputError {
  return new InputError(
    `schema bundle: ${where}: no ${part} as expected; expected what 'schema build' writes`,
  );
}

function objectIn(defs: JsonObject, key: string): JsonObject {
  const schema = defs[key];
  if (!isJsonObject(schema)) throw wrong(key, 'definition');
  return schema;
}

/** `undefined`: a built-in type, an envelope, or what another definition refers to as its part. */
function readDefinition(defs: JsonObject, key: string, schema: JsonObject): Definition | undefined {
  const kind = schema['qapi-kind'];
  switch (kind) {
    case 'enum': {
      const common = readCommon(schema, key);
      return { kind, ...common, values: readEnumValues(schema, common.origin) };
    }
    case 'struct': {
      const structure = structureOf(defs, key, schema);
      const common = readCommon(schema, key);
      return { kind, ...common, ...readBase(structure), members: readMembers(structure, common) };
    }
    case 'union':
      return readUnion(schema, structureOf(defs, key, schema), key);
    case 'alternate':
      return readAlternate(schema, readCommon(schema, key));
    case 'command':
      return readCommand(defs, schema, nameIn(key, 'command', 'arguments'));
    case 'event':
      return readEvent(schema, nameIn(key, 'event', 'data'));
    default:
      return undefined;
  }
}

type Common = Pick<Definition, 'name' | 'place' | 'since' | 'condition' | 'features' | 'origin'>;

function readCommon(schema: JsonObject, name: string): Common {
  const file = schema['qapi-module'];
  return {
    name,
    ...(typeof file === 'string' && { place: { file, line: 0 } }),
    ...readAnnotations(schema),
  };
}

/** The name in `command/NAME/arguments` and the like. */
function nameIn(key: string, kind: string, part: string): string {
  const [before, after] = [`${kind}/`, `/${part}`];
  if (!key.startsWith(before) || !key.endsWith(after)) throw wrong(key, `key '${before}NAME${after}'`);
  return key.slice(before.length, -after.length);
}

function readBase(structure: JsonObject): { readonly base?: string } {
  const reference = structure['$ref'];
  return typeof reference === 'string' ? { base: typeOfReference(reference) } : {};
}

function readMembers(structure: JsonObject, { name: where, origin }: Common): Member[] {
  const { properties } = structure;
  if (!isJsonObject(properties)) return [];
  const required = new Set(stringsOf(structure['required']));
  return Object.entries(properties).map(([name, schema]) => {
    if (!isJsonObject(schema)) throw wrong(where, `member '${name}'`);
    return {
      name,
      type: readType(schema, where),
      optional: !required.has(name) && schema['qapi-optional'] !== false,
      ...readPart(schema, origin),
    };
  });
}

function readType(schema: JsonValue | undefined, where: string): TypeRef {
  if (!isJsonObject(schema)) throw wrong(where, 'type');
  if (schema['type'] === 'array') return { array: readType(schema['items'], where) };
  const reference = schema['$ref'];
  if (typeof reference !== 'string') throw wrong(where, "'$ref' to a type");
  return { name: typeOfReference(reference) };
}

function readUnion(schema: JsonObject, structure: JsonObject, name: string): UnionDefinition {
  const { base } = readBase(structure);
  const discriminator = structure['qapi-discriminator'];
  if (typeof discriminator !== 'string') throw wrong(name, "'qapi-discriminator'");
  const common = readCommon(schema, name);
  return {
    kind: 'union',
    ...common,
    base: base ?? readMembers(structure, common),
    discriminator,
    branches: objectsOf(structure['allOf']).map((branch) => readBranch(branch, discriminator, common)),
  };
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

function readBranch(branch: JsonObject, discriminator: string, union: Common): Branch {
  const where = union.name;
  const name = valueIn(branch, ['if', 'properties', discriminator, 'const']);
  if (typeof name !== 'string') throw wrong(where, `'const' of '${discriminator}'`);
  const type = branch['then'] === true ? undefined : readType(branch['then'], where);
  return { name, type, ...readChoice(branch, union.origin) };
}

/** What stands at the end of `steps`. */
function valueIn(value: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const step of steps) at = isJsonObject(at) ? at[step] : undefined;
  return at;
}

function readAlternate(schema: JsonObject, common: Common): AlternateDefinition {
  const alternatives = objectsOf(schema['anyOf']).map((alternative): Alternative => {
    const name = alternative['qapi-alternative'];
    if (typeof name !== 'string') throw wrong(common.name, "'qapi-alternative'");
    return { name, type: readType(alternative, common.name), ...readChoice(alternative, common.origin) };
  });
  return { kind: 'alternate', ...common, alternatives };
}

function readCommand(defs: JsonObject, schema: JsonObject, name: string): CommandDefinition {
  const returns = objectIn(defs, keyOf.returns(name));
  const common = readCommon(schema, name);
  const replyUnknown = returns['qapi-reply-unknown'] === true;
  return {
    kind: 'command',
    ...common,
    ...readArguments(schema, common),
    returns: readReturns(returns, name),
    ...(replyUnknown && { replyUnknown }),
    gen: schema['qapi-gen'] !== false,
    successResponse: schema['qapi-success-response'] !== false,
    allowOob: schema['qapi-allow-oob'] === true,
    allowPreconfig: schema['qapi-allow-preconfig'] === true,
  };
}

function readEvent(schema: JsonObject, name: string): EventDefinition {
  const common = readCommon(schema, name);
  return { kind: 'event', ...common, ...readArguments(schema, common) };
}

function readArguments(
  schema: JsonObject,
  common: Common,
): { readonly arguments: Arguments; readonly argumentsUnknown?: true } {
  if (schema['qapi-arguments-unknown'] === true) return { arguments: undefined, argumentsUnknown: true };
  const type = schema['not'] === undefined ? schema : schema['qapi-type'];
  if (!isJsonObject(type)) return { arguments: undefined };
  if (typeof type['$ref'] === 'string') return { arguments: { type: typeOfReference(type['$ref']) } };
  const hasMembers = isJsonObject(type['properties']);
  return { arguments: hasMembers ? { members: readMembers(type, common) } : undefined };
}

function readReturns(schema: JsonObject, where: string): TypeRef | undefined {
  if (schema['not'] !== undefined) {
    const type = schema['qapi-type'];
    return type === undefined ? undefined : readType(type, where);
  }
  return schema['type'] === 'object' ? undefined : readType(schema, where);
}
