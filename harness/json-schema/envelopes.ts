import type { JsonObject } from '../json/value.ts';
import type { CommandDefinition, EventDefinition, Member, QapiModel } from '../qapi/model.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { keyOf, refTo, schemaOfType } from './references.ts';
import { carriesData } from './schemas-of-definition.ts';

/** The error classes that are left since 1.2; introspection does not show the type that lists them. */
const ERROR_CLASSES = [
  'GenericError',
  'CommandNotFound',
  'DeviceNotActive',
  'DeviceNotFound',
  'KVMMissingCap',
];

/** The messages around the values that QAPI describes (qmp-spec, "Protocol Specification"), by key in `$defs`. */
export function envelopeSchemas(model: QapiModel): Readonly<Record<string, JsonObject>> {
  const definitions = [...model.definitions.values()];
  const events = definitions.filter((definition) => definition.kind === 'event');
  const commands = definitions.filter((definition) => definition.kind === 'command');
  return {
    ...greetingSchema(model),
    command: commandSchema(commands),
    success: closed({ return: true, id: true }, ['return']),
    error: closed({ error: errorSchema(model), id: true }, ['error']),
    ...(events.length > 0 && { event: eventSchema(model, events) }),
  };
}

const STRING = { type: 'string' };

function closed(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** A server that negotiates capabilities greets, with the version that `query-version` returns (qmp-spec, "Server Greeting"). */
function greetingSchema(model: QapiModel): Readonly<Record<string, JsonObject>> {
  const negotiation = model.definitions.get('qmp_capabilities');
  if (negotiation?.kind !== 'command') return {};
  const version = model.definitions.has('query-version')
    ? { $ref: refTo(keyOf.returns('query-version')) }
    : true;
  const enable = argumentMembers(model, negotiation).find(({ name }) => name === 'enable');
  const capabilities = enable === undefined ? { type: 'array', items: STRING } : schemaOfType(enable.type);
  return {
    greeting: closed({ QMP: closed({ version, capabilities }, ['version', 'capabilities']) }, ['QMP']),
  };
}

function argumentMembers(model: QapiModel, command: CommandDefinition): readonly Member[] {
  if (command.arguments === undefined) return [];
  if ('members' in command.arguments) return command.arguments.members;
  const type = model.definitions.get(command.arguments.type);
  return type?.kind === 'struct' ? type.members : [];
}

/**
 * A client's message, but for the arguments of the command (qmp-spec, "Issuing Commands"). `exec-oob` is there where a
 * command may run out of band.
 */
function commandSchema(commands: readonly CommandDefinition[]): JsonObject {
  const outOfBand = commands.filter(({ allowOob }) => allowOob);
  const verbs: JsonObject = {
    execute: { enum: namesOf(commands) },
    ...(outOfBand.length > 0 && { 'exec-oob': { enum: namesOf(outOfBand) } }),
  };
  const one = Object.keys(verbs).map((verb) => ({ properties: { [verb]: true }, required: [verb] }));
  return {
    type: 'object',
    properties: { ...verbs, arguments: { type: 'object' }, id: true },
    oneOf: one,
    additionalProperties: false,
  };
}

function namesOf(definitions: readonly { readonly name: string }[]): string[] {
  return definitions.map(({ name }) => name).sort();
}

/** Until 1.1 an error had any number of classes and carried `data` (qmp-spec of 1.1 and of 1.2, "error"). */
function errorSchema(model: QapiModel): JsonObject {
  if (compareReleases(model.release, '1.2') < 0)
    return closed({ class: STRING, data: { type: 'object' }, desc: STRING }, ['class', 'data', 'desc']);
  const named = model.definitions.get('QapiErrorClass')?.kind === 'enum';
  const errorClass = named ? { $ref: refTo('QapiErrorClass') } : { enum: ERROR_CLASSES };
  return closed({ class: errorClass, desc: STRING }, ['class', 'desc']);
}

/** Both times are -1 when the clock failed (qmp-spec, "Asynchronous events"). */
function timestampSchema(): JsonObject {
  const seconds = { type: 'integer', minimum: -1 };
  const microseconds = { type: 'integer', minimum: -1, maximum: 999_999 };
  return closed({ seconds, microseconds }, ['seconds', 'microseconds']);
}

/** The part of an event that is the same for all. */
export const EVENT_ENVELOPE: JsonObject = closed(
  { event: STRING, data: true, timestamp: timestampSchema() },
  ['event', 'timestamp'],
);

/** An event with its data: the name tells what they are. */
function eventSchema(model: QapiModel, events: readonly EventDefinition[]): JsonObject {
  const names = namesOf(events);
  const carriers = new Set(events.filter((event) => carriesData(model, event)).map(({ name }) => name));
  const branches = names.map((name) => ({
    if: { properties: { event: { const: name } }, required: ['event'] },
    then: {
      properties: { data: { $ref: refTo(keyOf.data(name)) } },
      ...(carriers.has(name) && { required: ['data'] }),
    },
  }));
  const properties = { event: { enum: names }, data: true, timestamp: timestampSchema() };
  return { ...closed(properties, ['event', 'timestamp']), allOf: branches };
}
