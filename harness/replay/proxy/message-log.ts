import { FrameReader } from '../../json/frame-reader.ts';
import { readJson } from '../../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../json/value.ts';
import { writeJson } from '../../json/write-json.ts';

/** A message as it was seen at one place of its way. */
export interface LoggedMessage {
  readonly text: string;
  /** When its last byte was seen, in milliseconds on the clock of `performance.now()`. */
  readonly at: number;
  /** Absent for what is no JSON. */
  readonly value: JsonValue | undefined;
  /** The same for messages that say the same: the order of members has no meaning (qmp-spec, Protocol Specification). */
  readonly key: string;
}

/** The messages of one direction at one place, in order. */
export class MessageLog {
  readonly messages: LoggedMessage[] = [];
  private readonly frames = new FrameReader();

  /** Takes in bytes as they pass. */
  push(bytes: Buffer, at: number): void {
    for (const frame of this.frames.push(bytes)) this.put(frame.bytes, at);
  }

  /** Nothing further comes; what has begun and not ended is a message as well. */
  end(): void {
    const rest = this.frames.end();
    if (rest.length > 0) this.put(rest, performance.now());
  }

  private put(bytes: Buffer, at: number): void {
    const text = bytes.toString('latin1');
    const value = valueOf(bytes.toString());
    this.messages.push({ text, at, value, key: value === undefined ? text : writeJson(sorted(value)) });
  }
}

function valueOf(text: string): JsonValue | undefined {
  try {
    return readJson(text, { singleQuotes: true });
  } catch {
    return undefined;
  }
}

function sorted(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}

/** The logs of both directions of one connection, at one place. */
export interface ConnectionLog {
  readonly toServer: MessageLog;
  readonly toClient: MessageLog;
  /** Who ended it first, seen from this place; undefined while it is open. */
  endedBy: LogSide | undefined;
  /** When that was, in milliseconds on the clock of `performance.now()`; `Infinity` while it is open. */
  endedAt: number;
  /** When the client was about to end it: what the server sends later need not arrive. */
  settledAt: number;
}

/** One of the two sides of a place at which a connection is seen. */
type LogSide = 'client side' | 'server side';

/** Begins the log of a connection. */
export function createConnectionLog(): ConnectionLog {
  const [toServer, toClient] = [new MessageLog(), new MessageLog()];
  return { toServer, toClient, endedBy: undefined, endedAt: Infinity, settledAt: Infinity };
}

/** A side has ended a connection; the first one counts. */
export function noteEnd(log: ConnectionLog, by: LogSide, at: number): void {
  if (log.endedBy !== undefined) return;
  log.endedBy = by;
  log.endedAt = at;
}
