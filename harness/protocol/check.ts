import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Demand } from './demands.ts';

/** Whether the specification demands it, recommends it, or allows a client to hope for it. */
export const LEVELS = ['must', 'should', 'may'] as const;
export type Level = (typeof LEVELS)[number];

/** What answers: a program of QEMU, or a server of which nothing but its greeting is known. */
export type Server = 'system' | 'storage-daemon' | 'guest-agent' | 'endpoint';

/** The servers that greet and negotiate. */
export const QMP_SERVERS: readonly Server[] = ['system', 'storage-daemon', 'endpoint'];

/** What a check cannot do without. */
export type Need =
  /** The greeting offers out-of-band execution. */
  | 'oob'
  /** The greeting does not offer it. */
  | 'no oob'
  /** The server has a command that may run out of band. */
  | 'oob command'
  /** The server has a harmless command, by whose success it can be judged. */
  | 'query'
  /** A command is executed that is no query: never on an endpoint. */
  | 'changes state'
  /** The process ends by it, or is not to be used after it. */
  | 'own process'
  /** A further client on the same process. */
  | 'reconnects'
  /** The program lays its messages out over several lines. */
  | 'pretty'
  /** Commands of the schema are looked at, as `query-qmp-schema` shows them. */
  | 'introspection'
  /** Takes longer than all others together, most of it waiting. */
  | 'slow'
  /** Large enough to be sent once to a program, not once on each of its transports. */
  | 'once'
  /** Megabytes, which a server may read byte by byte: only where it was asked for. */
  | 'large';

/**
 * Bytes to be sent: text (as UTF-8) and raw bytes, put together. In text `<name>` stands for a word of the server's
 * {@link Vocabulary}.
 */
export type Bytes = string | readonly (string | Uint8Array)[];

/** The words that differ from server to server. */
export interface Vocabulary {
  /** A harmless command without mandatory arguments, that returns an object. */
  readonly query: string;
  /** A command that no server has. */
  readonly unknown: string;
  /** A command with one mandatory argument, the argument's name, and a value of a wrong JSON type for it. */
  readonly typed: string;
  readonly member: string;
  readonly wrong: string;
  /** A command that may run out of band. */
  readonly oob: string;
  /** Paths of two FIFOs, on each of which a `blockdev-add` of a `blkdebug` configuration waits. */
  readonly fifo: string;
  readonly otherfifo: string;
}

/** What came over a check's connections, for a test to look at. */
export interface Seen {
  /** The value of the greeting's member `QMP`. */
  readonly greeting: JsonValue | undefined;
  /** The value of each success response's member `return`, in order. */
  readonly returns: readonly JsonValue[];
}

/** A test of a value; says what stands there that should not, or nothing. */
export interface Test {
  readonly expected: string;
  readonly complain: (value: JsonValue, seen: Seen) => string | undefined;
}

/** JSON text that the `id` must equal as a value; without it there must be none. */
export interface Answer {
  readonly id?: string;
}

/** One thing that is done, or waited for. Connections are named; the first is `main`. */
export type Step =
  | { readonly kind: 'send'; readonly bytes: Bytes; readonly connection?: string }
  /** Sends the text as often as it has places where it can be cut, in two pieces, and waits for a response to each. */
  | { readonly kind: 'send cut'; readonly text: string; readonly answer: Answer }
  /** The next message is the greeting, and its member `QMP` passes. */
  | { readonly kind: 'greeting'; readonly test?: Test; readonly connection?: string }
  | {
      readonly kind: 'success';
      readonly answer: Answer;
      readonly returns?: Test;
      readonly connection?: string;
    }
  | {
      readonly kind: 'error';
      readonly answer: Answer;
      readonly class: ErrorClass;
      readonly connection?: string;
    }
  /** A success or an error. */
  | { readonly kind: 'response'; readonly answer: Answer }
  /** One error or more come before the answer to a command that is sent now, each without `id`. */
  | { readonly kind: 'errors' }
  /** Whatever comes before the answer to a command that is sent now, it is answered. */
  | { readonly kind: 'survival' }
  | { readonly kind: 'event'; readonly name: string; readonly test?: Test }
  /** No more than so many events of a name have come until now. */
  | { readonly kind: 'at most'; readonly count: number; readonly name: string }
  /** Remembers the time. */
  | { readonly kind: 'mark' }
  /** The last event of a name came no sooner than so many milliseconds after the mark. */
  | { readonly kind: 'after'; readonly milliseconds: number; readonly name: string }
  | { readonly kind: 'open'; readonly connection: string; readonly start: Start }
  | { readonly kind: 'close'; readonly connection: string }
  /** The connection ends, after so many messages beyond those that were waited for; events count. */
  | { readonly kind: 'end'; readonly messages: number }
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' }
  /** Waits until a command waits on a FIFO, and keeps it waiting. */
  | { readonly kind: 'hold'; readonly fifo: Fifo }
  /** Lets the command go on that is held. */
  | { readonly kind: 'release'; readonly fifo: Fifo }
  /** What has come on the connection until now, byte by byte. */
  | {
      readonly kind: 'bytes';
      readonly expected: string;
      readonly complain: (bytes: Buffer) => string | undefined;
    };

/** A FIFO, by its word in the {@link Vocabulary}. */
export type Fifo = 'fifo' | 'otherfifo';

/** `any`: one of the five of QapiErrorClass. */
export type ErrorClass = 'GenericError' | 'CommandNotFound' | 'any';

/**
 * What a connection has behind it when the steps begin. `opened`: nothing was read. `greeted`: the greeting came.
 * `negotiated`, `oob`: capabilities were negotiated, without or with out-of-band execution. The guest agent neither
 * greets nor negotiates; there all of them mean `opened`.
 */
export type Start = 'opened' | 'greeted' | 'negotiated' | 'oob';

/** One row of the suite. */
export interface Check {
  /** Unique, in kebab case; part of the row's id. */
  readonly id: string;
  /** The demand that fails with it. */
  readonly demand: Demand;
  readonly level: Level;
  /** What is demanded, in a sentence without a full stop. */
  readonly title: string;
  readonly on: readonly Server[];
  readonly needs?: readonly Need[];
  readonly start: Start;
  readonly steps: readonly Step[];
}

/** Members of an object, where `value` is one. */
export function membersOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
