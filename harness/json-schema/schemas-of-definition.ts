import type { JsonObject, JsonValue } from '../json/value.ts';
import { jsonKindOf } from '../qapi/json-kind.ts';
import { writeJson } from '../json/write-json.ts';
import type {
  AlternateDefinition,
  Branch,
  CommandDefinition,
  Definition,
  EventDefinition,
  Member,
  QapiModel,
  StructDefinition,
  TypeRef,
  UnionDefinition,
} from '../qapi/model.ts';
import { annotationsOfDefinition, annotationsOfPart, annotationsOfValues } from './annotations.ts';
import { keyOf, refTo, schemaOfType } from './references.ts';
import { completeBranches } from './union-branches.ts';

/** The types whose members others take over: bases, branches, arguments of commands that take further members. */
export function sharedTypes(model: QapiModel): ReadonlySet<string> {
  const shared = new Set<string>();
  for (const definition of model.definitions.values()) {
    if ('base' in definition && typeof definition.base === 'string') shared.add(definition.base);
    if (definition.kind === 'union') {
      for (const { type } of definition.branches)
        if (type !== undefined && 'name' in type) shared.add(type.name);
    }
    if (definition.kind === 'command' && !definition.gen) {
      const written = definition.arguments;
      if (written !== undefined && 'type' in written) shared.add(written.type);
    }
  }
  return shared;
}

/** What stands in `$defs` for a definition. */
export function schemasOfDefinition(
  model: QapiModel,
  shared: ReadonlySet<string>,
  definition: Definition,
): [string, JsonValue][] {
  const annotations = annotationsOfDefinition(definition);
  const { name } = definition;
  switch (definition.kind) {
    case 'enum': {
      const values = definition.values.map((value) => value.name);
      return [[name, { ...annotations, enum: values, ...annotationsOfValues(definition) }]];
    }
    case 'struct':
      return schemasOfObject(definition, schemaOfStruct(definition), shared.has(name));
    case 'union':
      return schemasOfObject(definition, schemaOfUnion(model, definition), shared.has(name));
    case 'alternate':
      return [[name, { ...annotations, ...schemaOfAlternate(model, definition) }]];
    case 'command':
      return schemasOfCommand(definition, annotations);
    case 'event':
      return [[keyOf.data(name), { ...annotations, ...schemaOfData(model, definition) }]];
  }
}

/**
 * A type takes the members that it names and no other. What others are to take over must not forbid theirs, so that it
 * stands for itself, open, and the type refers to it.
 */
function schemasOfObject(
  definition: StructDefinition | UnionDefinition,
  open: JsonObject,
  isShared: boolean,
): [string, JsonValue][] {
  const { name } = definition;
  const annotations = annotationsOfDefinition(definition);
  if (!isShared) return [[name, { ...annotations, ...closed(open) }]];
  const key = keyOf.members(name);
  return [
    [name, { ...annotations, ...closed({ type: 'object', $ref: refTo(key) }) }],
    [key, open],
  ];
}

/** Forbids all members but those that are named, in the plainest way that sees them. */
function closed(open: JsonObject): JsonObject {
  const isPlain = open['$ref'] === undefined && open['allOf'] === undefined;
  return { ...open, [isPlain ? 'additionalProperties' : 'unevaluatedProperties']: false };
}

/** An object with these members. One that is conditional may be absent, so it is never required. */
function schemaOfMembers(definition: Definition, members: readonly Member[]): JsonObject {
  const properties = members.map((member): [string, JsonValue] => [
    member.name,
    {
      ...schemaOfType(member.type),
      ...annotationsOfPart(definition, member),
      ...(member.condition && !member.optional && { 'qapi-optional': false }),
    },
  ]);
  const required = members.filter((member) => !member.optional && member.condition === undefined);
  return {
    type: 'object',
    ...(members.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required: required.map(({ name }) => name) }),
  };
}

function schemaOfStruct(struct: StructDefinition): JsonObject {
  const { type, ...members } = schemaOfMembers(struct, struct.members);
  return { type: type ?? 'object', ...(struct.base !== undefined && baseReference(struct.base)), ...members };
}

function baseReference(base: string): JsonObject {
  return { $ref: refTo(keyOf.members(base)) };
}

/** Base, then for each value of the discriminator the branch that joins its members. */
function schemaOfUnion(model: QapiModel, union: UnionDefinition): JsonObject {
  const { base, discriminator } = union;
  const { type, ...members } = schemaOfMembers(union, typeof base === 'string' ? [] : base);
  const withMembers = union.branches.filter((branch) => branch.type !== undefined);
  const complete = completeBranches(model.definitions, union, withMembers);
  const follow = branchesInJson(union, complete) === branchesInJson(union, union.branches);
  const branches = (follow ? withMembers : union.branches).map((branch) => schemaOfBranch(union, branch));
  return {
    type: type ?? 'object',
    ...(typeof base === 'string' && baseReference(base)),
    ...members,
    'qapi-discriminator': discriminator,
    ...(!follow && { 'qapi-branches': 'written' }),
    ...(branches.length > 0 && { allOf: branches }),
  };
}

function branchesInJson(union: UnionDefinition, branches: readonly Branch[]): string {
  return writeJson(
    branches.map((branch) => [branch.name, typeInJson(branch.type), annotationsOfPart(union, branch)]),
  );
}

function typeInJson(type: TypeRef | undefined): JsonValue {
  return type === undefined ? null : schemaOfType(type);
}

function schemaOfBranch(union: UnionDefinition, branch: Branch): JsonObject {
  const { discriminator } = union;
  const { name, type } = branch;
  const when = { properties: { [discriminator]: { const: name } }, required: [discriminator] };
  const then = type !== undefined && 'name' in type ? { $ref: refTo(keyOf.members(type.name)) } : true;
  return { if: when, then, ...annotationsOfPart(union, branch) };
}

/** The JSON type decides which alternative is meant; no two have the same. */
function schemaOfAlternate(model: QapiModel, alternate: AlternateDefinition): JsonObject {
  const alternatives = alternate.alternatives.map((alternative) => {
    const type = jsonKindOf(model, alternative.type);
    return {
      'qapi-alternative': alternative.name,
      ...(type !== 'any' && { type }),
      ...schemaOfType(alternative.type),
      ...annotationsOfPart(alternate, alternative),
    };
  });
  return { anyOf: alternatives };
}

function schemasOfCommand(command: CommandDefinition, annotations: JsonObject): [string, JsonValue][] {
  const flags = {
    ...(!command.gen && { 'qapi-gen': false }),
    ...(!command.successResponse && { 'qapi-success-response': false }),
    ...(command.allowOob && { 'qapi-allow-oob': true }),
    ...(command.allowPreconfig && { 'qapi-allow-preconfig': true }),
  };
  const taken = command.gen ? schemaOfArguments(command) : openArguments(command);
  return [
    [keyOf.arguments(command.name), { ...annotations, ...flags, ...taken }],
    [keyOf.returns(command.name), schemaOfReturns(command)],
  ];
}

function schemaOfArguments(definition: CommandDefinition | EventDefinition): JsonObject {
  const { arguments: written } = definition;
  if (definition.argumentsUnknown) return { 'qapi-arguments-unknown': true, type: 'object' };
  if (written === undefined) return EMPTY_OBJECT;
  return 'type' in written
    ? { $ref: refTo(written.type) }
    : closed(schemaOfMembers(definition, written.members));
}

function openArguments(command: CommandDefinition): JsonObject {
  const { arguments: written } = command;
  if (command.argumentsUnknown) return schemaOfArguments(command);
  if (written === undefined) return { type: 'object' };
  return 'type' in written
    ? { type: 'object', ...baseReference(written.type) }
    : schemaOfMembers(command, written.members);
}

const EMPTY_OBJECT = { type: 'object', additionalProperties: false };

/** What a command returns: the empty object when nothing. */
function schemaOfReturns(command: CommandDefinition): JsonObject {
  const { returns } = command;
  if (!command.successResponse) return nothing(returns);
  if (returns === undefined) return EMPTY_OBJECT;
  return { ...schemaOfType(returns), ...(command.replyUnknown && { 'qapi-reply-unknown': true }) };
}

/** What no value satisfies: data of an event that carries none, the answer of a command that never succeeds aloud. */
function nothing(type: TypeRef | undefined): JsonObject {
  return { ...(type !== undefined && { 'qapi-type': schemaOfType(type) }), not: {} };
}

function schemaOfData(model: QapiModel, event: EventDefinition): JsonObject {
  const { arguments: written } = event;
  if (event.argumentsUnknown || carriesData(model, event)) return schemaOfArguments(event);
  return nothing(written !== undefined && 'type' in written ? { name: written.type } : undefined);
}

/** Tells whether an event has `data`: one whose type has no members carries none at all. */
export function carriesData(model: QapiModel, { arguments: written }: EventDefinition): boolean {
  if (written === undefined) return false;
  return 'members' in written ? written.members.length > 0 : !isEmptyType(model, written.type);
}

function isEmptyType(model: QapiModel, name: string): boolean {
  const type = model.definitions.get(name);
  if (type?.kind !== 'struct' || type.members.length > 0) return false;
  return type.base === undefined || isEmptyType(model, type.base);
}
