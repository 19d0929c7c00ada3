import type { Frame } from '../json/frame-reader.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';

/**
 * What a message of the server is, told by its one distinguishing member (qmp-spec, Server Greeting, Commands
 * Responses, Asynchronous events). `unknown` is JSON that is none of them, `garbage` is no JSON.
 */
export type IncomingKind = 'greeting' | 'success' | 'error' | 'event' | 'unknown' | 'garbage';

/** One message of the server, as it came. */
export interface Incoming {
  readonly kind: IncomingKind;
  /** The message's bytes, read as UTF-8; the wire observer has them as they were. */
  readonly text: string;
  /** Absent for `garbage` only. */
  readonly value: JsonValue | undefined;
  /** Milliseconds on the clock of `performance.now()` when its last byte came. */
  readonly at: number;
}

/** What a server says of itself in its greeting (qmp-spec, Server Greeting). */
export interface Greeting {
  /** `major.minor.micro`, as in `7.2.22`. */
  readonly version: string;
  /** The package string, often empty. */
  readonly package: string;
  readonly capabilities: readonly string[];
}

const MARKS = [
  ['return', 'success'],
  ['error', 'error'],
  ['event', 'event'],
  ['QMP', 'greeting'],
] as const;

/** Reads a frame of the server's output. `at` is when its last byte came. */
export function readIncoming(frame: Frame, at: number): Incoming {
  const text = frame.bytes.toString();
  if (frame.kind === 'garbage') return { kind: 'garbage', text, value: undefined, at };
  try {
    const value = readJson(text);
    return { kind: kindOfMessage(value), text, value, at };
  } catch {
    return { kind: 'garbage', text, value: undefined, at };
  }
}

/** What kind of message of a server `value` is; a value with two of the distinguishing members is none. */
function kindOfMessage(value: JsonValue): IncomingKind {
  if (!isJsonObject(value)) return 'unknown';
  const marks = MARKS.filter(([member]) => Object.hasOwn(value, member));
  return marks.length === 1 ? (marks[0]?.[1] ?? 'unknown') : 'unknown';
}

/** Name of an event; `undefined` where the message is no event or its name no string. */
export function eventName({ kind, value }: Incoming): string | undefined {
  if (kind !== 'event' || !isJsonObject(value)) return undefined;
  const name = value['event'];
  return typeof name === 'string' ? name : undefined;
}

/** What a greeting says; `undefined` where a mandatory member is missing or of a wrong type. */
export function readGreeting(incoming: Incoming): Greeting | undefined {
  const qmp = memberObject(incoming.value, 'QMP');
  const version = memberObject(qmp, 'version');
  const qemu = memberObject(version, 'qemu');
  if (qmp === undefined || version === undefined || qemu === undefined) return undefined;
  const numbers = [qemu['major'], qemu['minor'], qemu['micro']];
  if (!numbers.every((number) => typeof number === 'number')) return undefined;
  const packaged = version['package'];
  const capabilities = qmp['capabilities'];
  return {
    version: numbers.join('.'),
    package: typeof packaged === 'string' ? packaged.trim() : '',
    capabilities: Array.isArray(capabilities) ? capabilities.filter((name) => typeof name === 'string') : [],
  };
}

function memberObject(value: JsonValue | undefined, name: string): JsonObject | undefined {
  const member = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isJsonObject(member) ? member : undefined;
}
