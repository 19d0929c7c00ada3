import { duplexPair } from 'node:stream';
import { FrameReader } from '../json/frame-reader.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator, type SchemaViolation, type Validator } from '../json-schema/validator.ts';
import { readText } from '../qapi/language/fixture-schema.ts';
import type { QapiModel } from '../qapi/model.ts';
import { QmpConnection } from '../qmp/connection.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import type { Server, Venue } from './venue.ts';

/** For tests: a schema with each thing that a client can send wrongly. */
export const SCHEMA = `
{ 'pragma': { 'member-name-exceptions': [ 'QapiErrorClass' ], 'command-name-exceptions': [ 'qmp_capabilities' ] } }
{ 'enum': 'QapiErrorClass', 'data': [ 'GenericError', 'CommandNotFound', 'DeviceNotFound' ] }
{ 'command': 'query-version' }
{ 'command': 'query-state', 'returns': 'State' }
{ 'struct': 'State', 'data': { 'changes': 'int' } }
{ 'command': 'reset' }
{ 'enum': 'Kind', 'data': [ 'plain', 'deep', 'none', { 'name': 'rare', 'if': 'CONFIG_RARE' } ] }
{ 'struct': 'Widths', 'data': { '*a': 'int8', '*b': 'int16', '*c': 'int32', '*d': 'int64', '*e': 'int',
    '*f': 'uint8', '*g': 'uint16', '*h': 'uint32', '*i': 'uint64', '*j': 'size', '*k': 'number' } }
{ 'command': 'set-widths', 'data': 'Widths' }
{ 'struct': 'Base', 'data': { 'id': 'str', '*on': 'bool', '*kinds': [ 'Kind' ] } }
{ 'struct': 'Plain', 'base': 'Base', 'data': { 'nothing': 'null', '*extra': 'any' } }
{ 'union': 'Tree', 'base': { 'kind': 'Kind', 'name': 'str' }, 'discriminator': 'kind',
  'data': { 'plain': 'Plain', 'deep': 'Deep' } }
{ 'struct': 'Deep', 'data': { 'child': 'TreeRef', '*children': [ 'TreeRef' ] } }
{ 'alternate': 'TreeRef', 'data': { 'name': 'str', 'tree': 'Tree', 'nothing': 'null' } }
{ 'command': 'plant', 'data': 'Tree', 'boxed': true, 'allow-oob': true }
{ 'struct': 'Rare', 'data': { 'x': 'int', 'y': { 'type': 'int', 'if': 'CONFIG_RARE' } } }
{ 'command': 'rare', 'data': 'Rare', 'boxed': true, 'if': 'CONFIG_RARE' }
{ 'command': 'loose', 'data': { 'driver': 'str' }, 'gen': false }
{ 'command': 'qmp_capabilities', 'data': { '*enable': [ 'str' ] } }
{ 'command': 'quit' }
`;

let fixture: { readonly model: QapiModel; readonly validator: Validator } | undefined;

/** For tests: the model of {@link SCHEMA}, and its validator. */
export function fixtureSchema(): { readonly model: QapiModel; readonly validator: Validator } {
  if (fixture !== undefined) return fixture;
  const model = readText(SCHEMA);
  fixture = { model, validator: createValidator(schemaFromModel(model)) };
  return fixture;
}

/** A request that a fake server has got, and what it can do about it. */
export interface Received {
  readonly request: JsonObject;
  /** As it came on the wire. */
  readonly text: string;
  readonly violations: readonly SchemaViolation[];
  /** The server that it came to; no other has the same. */
  readonly server: object;
  /** What a server that behaves answers. */
  readonly answer: JsonObject;
  /** Changes what `query-state` tells. */
  readonly change: () => void;
  /** Ends the process. */
  readonly end: (how: Pick<ProcessEnd, 'code' | 'signal'>) => void;
}

/** What a server answers; `undefined`: nothing. */
export type Behaviour = (received: Received) => JsonValue | string | undefined;

/** For tests: a server that behaves. */
export const behaves: Behaviour = ({ answer }) => answer;

/** For tests: where servers are that behave so, and how many were started. */
export function fakeVenue(behaviour: Behaviour): Venue & { readonly started: () => number } {
  let started = 0;
  return {
    start: () => {
      started++;
      return Promise.resolve(fakeServer(behaviour));
    },
    started: () => started,
    command: ['qemu', '-qmp', 'stdio'],
  };
}

function fakeServer(behaviour: Behaviour): Server {
  const [ours, theirs] = duplexPair();
  const connection = new QmpConnection(ours);
  let changes = 0;
  let ended = false;
  let resolveEnd: (end: ProcessEnd) => void = () => undefined;
  const exited = new Promise<ProcessEnd>((resolve) => (resolveEnd = resolve));
  const end = (how: Pick<ProcessEnd, 'code' | 'signal'>): void => {
    resolveEnd({ command: ['fake'], stderr: '', ...how });
    ended = true;
    // What was written before comes still, as it does from a process that has ended.
    theirs.end();
  };
  const isEnded = (): boolean => ended;
  const frames = new FrameReader();
  theirs.on('data', (chunk: Buffer) => {
    for (const { bytes } of frames.push(chunk)) {
      const text = bytes.toString();
      const request = readJson(text);
      if (!isJsonObject(request) || isEnded()) return;
      const violations = violationsOf(request, text);
      const answer = answerTo(request, violations, changes);
      const change = (): void => {
        changes++;
      };
      const given = behaviour({ request, text, violations, server: exited, answer, change, end });
      if (given !== undefined && !isEnded())
        theirs.write(`${typeof given === 'string' ? given : writeJson(given)}\r\n`);
    }
  });
  const kill = (): Promise<ProcessEnd> => {
    end({ code: null, signal: 'SIGKILL' });
    return exited;
  };
  return { connection, exited, kill, close: () => kill().then(() => undefined) };
}

/** What the schema has against a request; a spelling of a number that reading does not keep included. */
function violationsOf(request: JsonObject, text: string): readonly SchemaViolation[] {
  const { validator } = fixtureSchema();
  const found = validator.checkCommand(request);
  if (!/:-?\d\.0[,}\]]/.test(text)) return found;
  return [...found, { rule: 'schema/type', pointer: '', what: text, expected: 'an integer' }];
}

function answerTo(request: JsonObject, violations: readonly SchemaViolation[], changes: number): JsonObject {
  const id = Object.hasOwn(request, 'id') ? { id: request['id'] ?? null } : {};
  const isUnknown =
    request['execute'] === 'qmp_capabilities' ||
    violations.some(({ rule }) => rule === 'schema/unknown-command');
  if (isUnknown || violations.length > 0)
    return { ...id, error: { class: isUnknown ? 'CommandNotFound' : 'GenericError', desc: 'no' } };
  return { ...id, return: stringAt(request, 'execute') === 'query-state' ? { changes } : {} };
}
