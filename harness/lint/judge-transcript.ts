import type { Validator } from '../json-schema/validator.ts';
import type { Finding } from '../results/verdict.ts';
import { askedAt, isInvalidAt } from '../transcript/completed-messages.ts';
import { isCapture } from '../transcript/is-capture.ts';
import { pairResponses } from '../transcript/pair-responses.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { commandName, eventName, isResponse, judgeMessage, readMessage } from './judge-message.ts';

/** What a release's schema says of a transcript. */
export interface StaticJudgement {
  readonly findings: readonly Finding[];
  /** How many messages were compared with the schema. */
  readonly checks: number;
  /** Commands of the transcript, in order, and those that its front matter asks. */
  readonly commands: readonly string[];
  /** Those of a capture that it only shows refused: a target need not have them. */
  readonly refused?: ReadonlySet<string>;
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
  const pairs = isCapture(transcript) ? pairResponses(transcript) : undefined;
  const refused = new Set(
    pairs && [...pairs].flatMap(([at, of]) => (messages[at]?.kind === 'error' ? [of] : [])),
  );
  // Documented dialogues answer in turn: what is not answered before the next command is not shown.
  let waiting: string | undefined;
  const findings = messages.flatMap((message, index): Finding[] => {
    const { kind, direction, value } = message;
    const asked = askedAt(head, index)?.execute;
    const paired = pairs && commandName(messages[pairs.get(index) ?? -1]?.value);
    const answered = isResponse(kind) ? (asked ?? paired ?? waiting) : undefined;
    if (isResponse(kind)) waiting = undefined;
    if (direction === '->') waiting = commandName(value);
    // A client may try what a release does not have, and send what is no JSON: the capture shows what came of it.
    if (isInvalidAt(head, index) || refused.has(index) || (pairs && kind === 'bytes')) return [];
    const complaints = judgeMessage(message, validator, answered);
    return complaints.map((complaint) => ({ blame: 'example', message: index, ...complaint }));
  });
  const namesOf = (isMeant: (index: number) => boolean): readonly string[] =>
    messages.flatMap(({ kind, value }, at) =>
      kind === 'command' && isMeant(at) ? [commandName(value)] : [],
    );
  const executed = new Set(namesOf((at) => !refused.has(at)));
  const tried = namesOf((at) => refused.has(at)).filter((name) => !executed.has(name));
  return {
    findings,
    checks: messages.length,
    commands: [...namesOf(() => true), ...(head.asks ?? []).map(({ execute }) => execute)],
    ...(tried.length > 0 && { refused: new Set(tried) }),
    events: messages.filter(({ kind }) => kind === 'event').map(({ value }) => eventName(value)),
  };
}
