import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Descriptor, Step } from './step.ts';

/** A transcript: a dialogue with a server, with its identity and provenance. The content of one `.qmp` file. */
export interface Transcript {
  /** Path of the file, as it was given. */
  readonly file: string;
  readonly head: TranscriptHead;
  readonly messages: readonly TranscriptMessage[];
  /** What happened beside the messages, in order; absent where nothing is noted. Wire captures only. */
  readonly marks?: readonly TranscriptMark[];
}

/** The front matter; described by `schemas/formats/transcript.json`. */
export interface TranscriptHead {
  /** Stable for ever: path-like, e.g. `examples/migration/query-migrate/active`. QAPI names in it are never re-cased. */
  readonly id: string;
  /** When and of what it was recorded, as the recorder says. */
  readonly recorded?: RecordedFacts;
  readonly source: readonly Provenance[];
  /** Name of the stage to replay on; without one (and without `missing`) the bare VM. */
  readonly stage?: string;
  /**
   * What state would be needed and cannot be produced: the row is `untestable` and says this. A list says so of some
   * releases; on others the row is performed.
   */
  readonly missing?: string | readonly MissingState[];
  /**
   * What of the host or its hypervisor is needed, and few have. The row is performed; where it does not come to what is
   * documented it is `untestable`, and what the target answered is the evidence.
   */
  readonly hardware?: string;
  readonly requires?: Requirements;
  /** Further preparation, after that of the stage. */
  readonly prepare?: readonly Step[];
  /** What makes the events come that a transcript without commands shows; performed when the dialogue begins. */
  readonly provoke?: readonly Step[];
  /** Commands for responses whose command the document shows in another notation than QMP's. */
  readonly asks?: readonly AskedResponse[];
  /** Messages (`/0`) that are no JSON on purpose: they are sent as they stand, and are no errata. */
  readonly invalid?: readonly string[];
  readonly match: readonly MatchRule[];
  readonly substitute: readonly Substitution[];
  readonly descriptors?: readonly CommandDescriptor[];
}

/** What a recorder knows of a recording. */
export interface RecordedFacts {
  /** When it began, in UTC: `2026-11-21T15:07:59Z`. */
  readonly at: string;
  /** The program that recorded, with its version. */
  readonly by: string;
  /** The server's version and package, as its first greeting tells; absent where none came, or recording was cut off. */
  readonly server?: string;
}

/** A state that cannot be produced on some releases. */
export interface MissingState {
  readonly releases: string;
  readonly state: string;
}

/** What is handed over with a command of the dialogue; `at` is `/<message index>`. */
export interface CommandDescriptor {
  readonly at: string;
  readonly descriptor: Descriptor;
}

/** A response of the transcript, and the command that draws it. */
export interface AskedResponse {
  /** The message: `/0`. */
  readonly at: string;
  readonly execute: string;
  readonly arguments?: JsonObject;
}

/** Where a documented example stands. */
export interface Provenance {
  /** E.g. `qapi/migration.json`. */
  readonly document: string;
  /** The definition in whose documentation it stands. */
  readonly definition: string;
  /** Releases in which this text stands, as ranges: `2.9-8.0`, `10.2`, `5.2, 7.2-10.2`. */
  readonly releases: string;
  /** Where it begins in the newest of these releases, from 1. */
  readonly line?: number;
  readonly title?: string;
}

/** What a target must have for this transcript to mean something. */
export interface Requirements {
  /** Range of releases, e.g. `6.0-`, `-9.0`, `7.2-10.2`. */
  readonly releases?: string;
  readonly accelerator?: 'tcg' | 'kvm';
  readonly architecture?: readonly string[];
}

/**
 * How a place of the transcript is compared with what came. `at` is `/<message index>/<JSON Pointer>`, where a step
 * `*` stands for every element or member.
 */
export interface MatchRule {
  readonly at: string;
  readonly as: MatchKind;
  /** For `as: capture`: the name under which the live value is used later, as `${name}`. */
  readonly name?: string;
}

/**
 * `shape` (default): same JSON type, members of the example present. `exact`: equal. `any`: anything may stand there,
 * and it may be absent. `optional`: may be absent, else shape. `set`: array in any order, elements by shape, none
 * more, none fewer. `capture`: remember. The others: a value of that JSON type (`integer`: a whole number).
 */
export type MatchKind =
  | 'shape'
  | 'exact'
  | 'any'
  | 'optional'
  | 'set'
  | 'capture'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'null'
  | 'array'
  | 'object';

/** A value that is sent instead of the documented one, because it names the documenter's machine (paths, hosts). */
export interface Substitution {
  /** `/<message index>/<JSON Pointer>`. */
  readonly at: string;
  /** The value to send; strings may hold `${name}` of a capture. */
  readonly value: JsonValue;
}

/** `->`: client to server, `<-`: server to client. */
export type Direction = '->' | '<-';

/** One message of a dialogue. */
export interface TranscriptMessage {
  readonly direction: Direction;
  /** Number of the connection; 0 where only one is in play. */
  readonly connection: number;
  /** Seconds since the first message, as written (wire captures only). */
  readonly offset?: string;
  /** The message as it is written in the file, without arrow; keeps number spelling and member order. */
  readonly text: string;
  /** Line (from 1) of the arrow in the file. */
  readonly line: number;
  readonly body: MessageBody;
}

/** What happened to a connection of a wire capture, beside its messages: `@1.5 2-- opened`. */
export interface TranscriptMark {
  readonly connection: number;
  /** Seconds since the first message, as written. */
  readonly offset?: string;
  /** How many messages of the transcript stand before it. */
  readonly before: number;
  /** Line (from 1) in the file. */
  readonly line: number;
  readonly what: MarkedEvent;
}

/**
 * `opened`: a client came. `closed by`: who ended the connection first. `descriptor`: one was handed over with the next
 * message of the connection (SCM_RIGHTS). `ends`: the dialogue went on, but is written down no further.
 */
export type MarkedEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed'; readonly by: 'client' | 'server' }
  | { readonly kind: 'descriptor'; readonly of: DescriptorKind }
  | { readonly kind: 'ends'; readonly reason: string };

/** What a file descriptor refers to, as fstat(2) tells. */
export const DESCRIPTOR_KINDS = ['file', 'socket', 'pipe', 'device', 'other'] as const;
export type DescriptorKind = (typeof DESCRIPTOR_KINDS)[number];

/** What a message's text is. */
export type MessageBody =
  | { readonly kind: 'pattern'; readonly pattern: Pattern }
  /** Documented so, and no JSON: `->?`. Kept as it is; its finding is the result. */
  | { readonly kind: 'malformed'; readonly reason: string }
  /** Bytes of a wire capture that are no JSON: `->x 0dff`. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer };

/** JSON with elisions: `...` in an object or array (`open`), or in place of a value. */
export type Pattern =
  | { readonly kind: 'elision' }
  | { readonly kind: 'scalar'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'array'; readonly elements: readonly Pattern[]; readonly open: boolean }
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Pattern>; readonly open: boolean };
