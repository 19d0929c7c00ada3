import type { JsonObject, JsonValue } from '../json/value.ts';
import type { CommandDefinition, Member, QapiModel, TypeRef } from '../qapi/model.ts';
import { keyOf, refTo, schemaOfType } from './references.ts';

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
  const hasEvents = [...model.definitions.values()].some(({ kind }) => kind === 'event');
  const errorClass = model.definitions.get('QapiErrorClass')?.kind === 'enum';
  return {
    ...greetingSchema(model),
    success: closed({ return: true, id: true }, ['return']),
    error: closed(
      {
        error: closed(
          { class: errorClass ? { $ref: refTo('QapiErrorClass') } : { enum: ERROR_CLASSES }, desc: STRING },
          ['class', 'desc'],
        ),
        id: true,
      },
      ['error'],
    ),
    ...(hasEvents && { event: eventSchema() }),
  };
}

const STRING = { type: 'string' };

function closed(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required, unevaluatedProperties: false };
}

/** A server that negotiates capabilities greets, with the version that `query-version` returns (qmp-spec, "Server Greeting"). */
function greetingSchema(model: QapiModel): Readonly<Record<string, JsonObject>> {
  const negotiation = model.definitions.get('qmp_capabilities');
  if (negotiation?.kind !== 'command') return {};
  const version = model.definitions.has('query-version')
    ? { $ref: refTo(keyOf.returns('query-version')) }
    : true;
  const enable = argumentMembers(model, negotiation).find(({ name }) => name === 'enable');
  const capabilities =
    enable === undefined ? { type: 'array', items: STRING } : schemaOfType(model, enable.type);
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

/** Both times are -1 when the clock failed (qmp-spec, "Asynchronous events"). */
function eventSchema(): JsonObject {
  const seconds = { type: 'integer', minimum: -1 };
  const microseconds = { type: 'integer', minimum: -1, maximum: 999_999 };
  const timestamp = closed({ seconds, microseconds }, ['seconds', 'microseconds']);
  return closed({ event: STRING, data: true, timestamp }, ['event', 'timestamp']);
}

/** What no value satisfies: the data of an event that carries none, the answer of a command that never succeeds aloud. */
export const NOTHING: JsonObject = { not: {} };

/** What a command returns; the empty object when nothing. */
export function returnsSchema(model: QapiModel, returns: TypeRef | undefined): JsonValue {
  return returns === undefined
    ? { type: 'object', unevaluatedProperties: false }
    : schemaOfType(model, returns);
}
