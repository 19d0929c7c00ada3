import type { JsonObject } from '../json/value.ts';
import type { SpelledMember } from '../json/spelled-members.ts';

/**
 * Where an answer comes from. `recorded`: the same command with the same arguments stands in a recording. `similar`: the
 * same command with arguments of the same shape. `schema`: it says something of the release itself. `generated`: the
 * smallest value that the schema allows. `refused`: the release's schema forbids the request. `disorder`: the recording
 * goes on otherwise. `unknown`: nothing is known of it.
 */
export const ANSWER_KINDS = [
  'recorded',
  'similar',
  'schema',
  'generated',
  'refused',
  'disorder',
  'unknown',
] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

/** A command that a client sent, after negotiation and in a right envelope. */
export interface ServedCommand {
  readonly name: string;
  readonly arguments: JsonObject;
  readonly outOfBand: boolean;
  /** The connection: 0 is the first that was opened. */
  readonly connection: number;
  /** The whole message. */
  readonly message: JsonObject;
}

/** What a server says to a command. */
export interface Answer {
  readonly kind: AnswerKind;
  /** `file:line` of the recording. */
  readonly where?: string;
  /** Exactly one response, with events before and after it. */
  readonly messages: readonly AnswerMessage[];
  /** Why, in words; for what is refused, unknown, or out of order. */
  readonly reason?: string;
}

/** A message of an answer, spelled. `delay` is in milliseconds after the message before it. */
export type AnswerMessage =
  | { readonly kind: 'response'; readonly members: readonly SpelledMember[]; readonly delay: number }
  | { readonly kind: 'event'; readonly text: string; readonly delay: number };

/** Something that answers commands, and remembers what it was asked. */
export interface Answerer {
  readonly answer: (command: ServedCommand) => Answer;
  /** Events that come as soon as a connection has negotiated. */
  readonly opening: (connection: number) => readonly AnswerMessage[];
  /** What of the dialogue nobody asked for; empty where there is no order to keep. */
  readonly left: () => readonly string[];
}
