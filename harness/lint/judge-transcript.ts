import type { Validator } from '../json-schema/validator.ts';
import type { Finding } from '../results/verdict.ts';
import { askedAt, isInvalidAt } from '../transcript/completed-messages.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { commandName, eventName, isResponse, judgeMessage, readMessage } from './judge-message.ts';

/** What a release's schema says of a transcript. */
export interface StaticJudgement {
  readonly findings: readonly Finding[];
  /** How many messages were compared with the schema. */
  readonly checks: number;
  /** Commands of the transcript, in order, and those that its front matter asks. */
  readonly commands: readonly string[];
  /** Events of the transcript, in order. */
  readonly events: readonly string[];
}

/**
 * The static tier: compares each message of a transcript with a schema; needs no target. Whatever an elision may
 * stand for is taken to be right.
 */
export function judgeTranscript(transcript: Transcript, validator: Validator): StaticJudgement {
  const { head } = transcript;
  const messages = transcript.messages.map(readMessage);
  // Documented dialogues answer in turn: what is not answered before the next command is not shown.
  let waiting: string | undefined;
  const findings = messages.flatMap((message, index): Finding[] => {
    const { kind, direction, value } = message;
    const asked = askedAt(head, index)?.execute;
    const answered = isResponse(kind) ? (asked ?? waiting) : undefined;
    if (isResponse(kind)) waiting = undefined;
    if (direction === '->') waiting = commandName(value);
    if (isInvalidAt(head, index)) return [];
    const complaints = judgeMessage(message, validator, answered);
    return complaints.map((complaint) => ({ blame: 'example', message: index, ...complaint }));
  });
  const sent = messages.filter(({ kind }) => kind === 'command').map(({ value }) => commandName(value));
  return {
    findings,
    checks: messages.length,
    commands: [...sent, ...(head.asks ?? []).map(({ execute }) => execute)],
    events: messages.filter(({ kind }) => kind === 'event').map(({ value }) => eventName(value)),
  };
}
