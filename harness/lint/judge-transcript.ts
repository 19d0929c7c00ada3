import type { Validator } from '../json-schema/validator.ts';
import type { Finding } from '../results/verdict.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { commandName, eventName, isResponse, judgeMessage, readMessage } from './judge-message.ts';
import { idOf, WaitingCommands } from './waiting-commands.ts';

/** What a release's schema says of a transcript. */
export interface StaticJudgement {
  readonly findings: readonly Finding[];
  /** How many messages were compared with the schema. */
  readonly checks: number;
  /** Commands of the transcript, in order. */
  readonly commands: readonly string[];
  /** Events of the transcript, in order. */
  readonly events: readonly string[];
}

/**
 * The static tier: compares each message of a transcript with a schema; needs no target. Whatever an elision may
 * stand for is taken to be right.
 */
export function judgeTranscript(transcript: Transcript, validator: Validator): StaticJudgement {
  const messages = transcript.messages.map(readMessage);
  const waiting = new WaitingCommands();
  const findings = messages.flatMap((message, index): Finding[] => {
    const { kind, direction, value } = message;
    const answered = isResponse(kind) ? waiting.candidates(idOf(value))[0] : undefined;
    waiting.take(answered);
    if (direction === '->') waiting.add({ index, name: commandName(value), id: idOf(value) });
    const complaints = judgeMessage(message, validator, answered?.name);
    return complaints.map((complaint) => ({ blame: 'example', message: index, ...complaint }));
  });
  return {
    findings,
    checks: messages.length,
    commands: messages.filter(({ kind }) => kind === 'command').map(({ value }) => commandName(value)),
    events: messages.filter(({ kind }) => kind === 'event').map(({ value }) => eventName(value)),
  };
}
