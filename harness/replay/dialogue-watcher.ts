import type { JsonValue } from '../json/value.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { Complaint, Finding } from '../results/verdict.ts';

/** A message of the client that goes out. */
export interface OutgoingMessage {
  /** Its index in the transcript. */
  readonly index: number;
  readonly connection: number;
  /** What is sent, where that is text. */
  readonly text: string;
  /** Absent for what is no JSON. */
  readonly value?: JsonValue;
}

/** A message of the server that has come. */
export interface CameMessage {
  readonly connection: number;
  readonly incoming: Incoming;
  /** The command that it answers; '' where that is unknown, and for what is no response. */
  readonly command: string;
  /** What the schema says against it. */
  readonly violations: readonly Complaint[];
}

/** Sees a dialogue as it goes. `at` is in milliseconds on the clock of `performance.now()`. */
export interface DialogueWatcher {
  /** The stage stands, and the dialogue begins when this resolves; `pid` is that of the process that it is with. */
  readonly ready?: (pid: number) => Promise<void>;
  readonly opened?: (connection: number, at: number) => void;
  readonly closed?: (connection: number, by: 'client' | 'server', at: number) => void;
  /** A message waits for this before it goes out; by throwing it ends the dialogue. */
  readonly before?: (message: OutgoingMessage) => Promise<void>;
  readonly sent?: (message: OutgoingMessage, at: number) => void;
  readonly came?: (message: CameMessage) => void;
  /** A message of the transcript was compared with one that came; without complaints it is as shown. */
  readonly compared?: (index: number, live: JsonValue, complaints: readonly Complaint[]) => void;
  /** Something is wrong that is no difference between two messages: one that did not come, or was not asked for. */
  readonly missed?: (finding: Finding) => void;
}
