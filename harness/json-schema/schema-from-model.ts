import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import {
  BUILTIN_TYPES,
  type AlternateDefinition,
  type Arguments,
  type CommandDefinition,
  type Definition,
  type EventDefinition,
  type Member,
  type QapiModel,
  type StructDefinition,
  type UnionDefinition,
} from '../qapi/model.ts';
import { annotationsOf, annotationsOfDefinition, annotationsOfValues, ifOf } from './annotations.ts';
import { builtinSchemas } from './builtin-schemas.ts';
import { envelopeSchemas, NOTHING, returnsSchema } from './envelopes.ts';
import { jsonTypeOf, keyOf, refTo, schemaOfType } from './references.ts';

/**
 * The JSON Schema bundle (2020-12) of a model: everything in `$defs`, by name, nothing inlined. What QAPI says and JSON
 * Schema cannot is kept in keywords that begin with `qapi-`; the room's README lists them. The order depends on names only.
 */
export function schemaFromModel(model: QapiModel): JsonObject {
  const builtins = builtinSchemas(model.source);
  const defs: [string, JsonValue][] = BUILTIN_TYPES.map((name) => [name, annotateBuiltin(builtins[name])]);
  defs.push(...Object.entries(envelopeSchemas(model)));
  const rest = [...model.definitions.values()].flatMap((definition) =>
    schemasOfDefinition(model, definition),
  );
  defs.push(...rest.sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:qmp-conformance:schema:${model.family}:${model.release}`,
    'qapi-source': model.source,
    'qapi-family': model.family,
    'qapi-release': model.release,
    $defs: Object.fromEntries(defs),
  };
}

/** Writes a bundle with one definition to a line, so that a difference of releases can be read line by line. */
export function writeSchema(bundle: JsonObject): string {
  const { $defs, ...head } = bundle;
  const headLines = Object.entries(head).map(([name, value]) => `  ${member(name, value)},\n`);
  const defLines = Object.entries($defs as JsonObject).map(([name, value]) => `    ${member(name, value)}`);
  return `{\n${headLines.join('')}  "$defs": {\n${defLines.join(',\n')}\n  }\n}\n`;
}

function member(name: string, value: JsonValue): string {
  return `${JSON.stringify(name)}: ${writeJson(value, { spaced: true })}`;
}

function annotateBuiltin(schema: JsonValue): JsonValue {
  return schema === true ? true : { 'qapi-kind': 'builtin', ...(schema as JsonObject) };
}

function schemasOfDefinition(model: QapiModel, definition: Definition): [string, JsonValue][] {
  const annotations = annotationsOfDefinition(definition);
  const { name } = definition;
  switch (definition.kind) {
    case 'enum': {
      const values = definition.values.map((value) => value.name);
      return [[name, { ...annotations, enum: values, ...annotationsOfValues(definition.values) }]];
    }
    case 'struct':
      return [[name, { ...annotations, ...schemaOfStruct(model, definition) }]];
    case 'union':
      return [[name, { ...annotations, ...schemaOfUnion(model, definition) }]];
    case 'alternate':
      return [[name, { ...annotations, ...schemaOfAlternate(model, definition) }]];
    case 'command':
      return schemasOfCommand(model, definition, annotations);
    case 'event':
      return [[keyOf.data(name), { ...annotations, ...schemaOfData(model, definition) }]];
  }
}

/** An object with these members. One that is conditional may be absent, so it is never required. */
function schemaOfMembers(model: QapiModel, members: readonly Member[]): JsonObject {
  const properties = members.map((member): [string, JsonValue] => [
    member.name,
    { ...schemaOfType(model, member.type), ...annotationsOf(member) },
  ]);
  const required = members.filter((member) => !member.optional && member.condition === undefined);
  return {
    type: 'object',
    ...(members.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
  };
}

function schemaOfStruct(model: QapiModel, struct: StructDefinition): JsonObject {
  const members = schemaOfMembers(model, struct.members);
  return struct.base === undefined ? members : { $ref: refTo(struct.base), ...members };
}

/** Base, then for each value of the discriminator the branch that joins its members. */
function schemaOfUnion(model: QapiModel, union: UnionDefinition): JsonObject {
  const { base, discriminator } = union;
  const members = schemaOfMembers(model, typeof base === 'string' ? [] : base);
  const branches = union.branches.flatMap((branch): JsonObject[] => {
    if (branch.type === undefined || 'array' in branch.type) return [];
    const when = { properties: { [discriminator]: { const: branch.name } }, required: [discriminator] };
    return [{ if: when, then: { $ref: refTo(branch.type.name) }, ...ifOf(branch) }];
  });
  return {
    ...(typeof base === 'string' && { $ref: refTo(base) }),
    ...members,
    'qapi-discriminator': discriminator,
    ...(branches.length > 0 && { allOf: branches }),
  };
}

/** The JSON type decides which alternative is meant. */
function schemaOfAlternate(model: QapiModel, alternate: AlternateDefinition): JsonObject {
  const types: string[] = [];
  const alternatives: JsonObject[] = [];
  for (const alternative of alternate.alternatives) {
    const type = jsonTypeOf(model, alternative.type);
    if (type === undefined) return {};
    types.push(type);
    alternatives.push({ if: { type }, then: schemaOfType(model, alternative.type), ...ifOf(alternative) });
  }
  return { type: types, allOf: alternatives };
}

function schemasOfCommand(
  model: QapiModel,
  command: CommandDefinition,
  annotations: JsonObject,
): [string, JsonValue][] {
  const flags = {
    ...(!command.gen && { 'qapi-gen': false }),
    ...(!command.successResponse && { 'qapi-success-response': false }),
    ...(command.allowOob && { 'qapi-allow-oob': true }),
    ...(command.allowPreconfig && { 'qapi-allow-preconfig': true }),
  };
  const { unevaluatedProperties, ...open } = schemaOfArguments(model, command.arguments);
  const taken = command.gen ? { ...open, unevaluatedProperties: unevaluatedProperties ?? false } : open;
  const returns = command.successResponse ? returnsSchema(model, command.returns) : NOTHING;
  return [
    [keyOf.arguments(command.name), { ...annotations, ...flags, ...taken }],
    [keyOf.returns(command.name), returns],
  ];
}

function schemaOfArguments(model: QapiModel, written: Arguments): JsonObject {
  if (written === undefined) return { type: 'object', unevaluatedProperties: false };
  if ('type' in written) return schemaOfType(model, { name: written.type });
  return { ...schemaOfMembers(model, written.members), unevaluatedProperties: false };
}

/** An event whose type has no members carries no `data` at all. */
function schemaOfData(model: QapiModel, event: EventDefinition): JsonObject {
  return event.arguments === undefined || isEmptyType(model, event.arguments)
    ? NOTHING
    : schemaOfArguments(model, event.arguments);
}

function isEmptyType(model: QapiModel, written: NonNullable<Arguments>): boolean {
  if ('members' in written) return written.members.length === 0;
  const type = model.definitions.get(written.type);
  return type?.kind === 'struct' && type.base === undefined && type.members.length === 0;
}
