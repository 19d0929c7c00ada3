import { isJsonObject, type JsonValue } from '../json/value.ts';
import { hasElision, valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern } from '../transcript/transcript.ts';
import type { AnswerMessage } from './answer.ts';
import { completeArguments, completeValue } from './complete-value.ts';
import { successMessage } from './error-answer.ts';
import { spell } from './lay-out.ts';
import type { RecordedExchange, RecordedMessage } from './recorded-dialogue.ts';
import type { ServedRelease } from './served-release.ts';
import { spelledMembers } from '../json/spelled-members.ts';

/**
 * What a recorded exchange has a server say. Captured messages are said as they are spelled; what a documented example
 * elides or leaves out is filled with what the schema demands.
 * @param trusted whether messages that contradict the schema are said too: what was captured did happen, what is
 *   documented may be wrong
 * @returns `undefined` where the exchange shows no response that could be said
 */
export function spellExchange(
  exchange: RecordedExchange,
  release: ServedRelease | undefined,
  trusted: boolean,
): readonly AnswerMessage[] | undefined {
  const messages = exchange.messages.map((message) =>
    spellMessage(message, exchange.command, release, trusted),
  );
  if (messages.some((message) => message === undefined)) return undefined;
  const spelled = messages.filter((message) => message !== undefined);
  if (spelled.some(({ kind }) => kind === 'response')) return spelled;
  // A transcript that shows no response means that the command succeeds; it does not say with what.
  if (trusted && exchange.messages.length === 0 && release === undefined) return undefined;
  const success = spellSuccess(exchange.command, release);
  return success === undefined ? undefined : [success, ...spelled];
}

/** A success response that nobody recorded: only where the command returns nothing. */
function spellSuccess(command: string, release: ServedRelease | undefined): AnswerMessage | undefined {
  if (release?.validator.hasCommand(command) !== true || release.returns(command) !== undefined)
    return undefined;
  return successMessage('{}');
}

/** Spells a message of a server; `undefined` where the schema contradicts it. */
export function spellMessage(
  { kind, pattern, text, delay }: RecordedMessage,
  command: string,
  release: ServedRelease | undefined,
  trusted: boolean,
): AnswerMessage | undefined {
  const doubtful = !trusted || hasElision(pattern);
  const value = doubtful ? completeMessage(pattern, command, release) : valueOfPattern(pattern).value;
  if (doubtful && release !== undefined && complaintsOf(kind, value, command, release) > 0) return undefined;
  const whole = doubtful ? spell(value) : text;
  return kind === 'event'
    ? { kind, text: whole, delay }
    : { kind: 'response', members: spelledMembers(whole), delay };
}

function complaintsOf(
  kind: RecordedMessage['kind'],
  value: JsonValue,
  command: string,
  { validator }: ServedRelease,
): number {
  switch (kind) {
    case 'success':
      return validator.checkSuccess(command, value).length;
    case 'error':
      return validator.checkError(value).length;
    case 'event':
      return validator.checkEvent(value).length;
  }
}

/** A time for events whose own is elided. */
const TIMESTAMP = { seconds: 1, microseconds: 0 };

function completeMessage(pattern: Pattern, command: string, release: ServedRelease | undefined): JsonValue {
  const { value } = valueOfPattern(pattern);
  if (pattern.kind !== 'object' || !isJsonObject(value)) return value;
  const returned = pattern.members.get('return');
  if (returned !== undefined) return { ...value, return: completeReturn(returned, command, release) };
  if (pattern.members.has('error')) return { ...value, error: completeError(value['error']) };
  const { event, data: _, timestamp, ...rest } = value;
  const data = completeData(pattern, typeof event === 'string' ? event : '', release);
  const whole = isJsonObject(timestamp) && Object.keys(timestamp).length === 2 ? timestamp : TIMESTAMP;
  return {
    ...rest,
    timestamp: whole,
    ...(event === undefined ? {} : { event }),
    ...(data === undefined ? {} : { data }),
  };
}

function completeReturn(pattern: Pattern, command: string, release: ServedRelease | undefined): JsonValue {
  const type = release?.returns(command);
  if (release !== undefined && type !== undefined)
    return completeValue(release.book(), type, pattern, command);
  return pattern.kind === 'elision' ? {} : valueOfPattern(pattern).value;
}

function completeError(error: JsonValue | undefined): JsonValue {
  const { class: errorClass, desc } = isJsonObject(error) ? error : {};
  return { class: errorClass ?? 'GenericError', desc: typeof desc === 'string' ? desc : 'not recorded' };
}

function completeData(
  pattern: Pattern,
  event: string,
  release: ServedRelease | undefined,
): JsonValue | undefined {
  const data = pattern.kind === 'object' ? pattern.members.get('data') : undefined;
  const type = release?.data(event);
  if (release !== undefined && type !== undefined)
    return completeArguments(
      release.book(),
      type,
      data ?? { kind: 'object', members: new Map(), open: true },
    );
  return data === undefined ? undefined : valueOfPattern(data).value;
}
