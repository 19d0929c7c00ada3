import type { Validator } from '../json-schema/validator.ts';
import { isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import type { Complaint } from '../results/verdict.ts';
import { classifyMessage, type MessageClass } from '../transcript/classify-message.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { TranscriptMessage } from '../transcript/transcript.ts';

/** A message, and what it is. */
export interface ReadMessage {
  readonly message: TranscriptMessage;
  readonly kind: MessageClass;
  readonly direction: '->' | '<-';
  /** Absent where the text is no JSON. Elided values are null. */
  readonly value?: JsonValue;
  /** See `valueOfPattern`. */
  readonly open: ReadonlySet<string>;
}

const NOTHING_OPEN: ReadonlySet<string> = new Set();

/** Tells what a message is and what it says. */
export function readMessage(message: TranscriptMessage): ReadMessage {
  const kind = classifyMessage(message);
  const { direction, body } = message;
  if (body.kind !== 'pattern') return { message, kind, direction, open: NOTHING_OPEN };
  return { message, kind, direction, ...valueOfPattern(body.pattern) };
}

/** The name of the command that a client message executes; '' where none is told. */
export function commandName(message: JsonValue | undefined): string {
  const name = isJsonObject(message) ? (message['execute'] ?? message['exec-oob']) : undefined;
  return typeof name === 'string' ? name : '';
}

/** Tells whether a message answers a command. */
export function isResponse(kind: MessageClass): boolean {
  return kind === 'success' || kind === 'error';
}

/** The name of an event. */
export function eventName(message: JsonValue | undefined): string {
  return stringAt(message, 'event');
}

/**
 * What a schema says against a message. What an elision may stand for is taken to be right.
 * @param answered for a response the command that it answers; '' where that is unknown, `undefined` where there is none
 */
export function judgeMessage(
  { message, kind, value = null, open }: ReadMessage,
  validator: Validator,
  answered: string | undefined,
): readonly Complaint[] {
  switch (kind) {
    case 'command':
      return validator.checkCommand(value, { open });
    case 'success':
      if (answered === undefined) return [responseWithoutCommand()];
      // A command that the release does not have has been blamed already.
      if (!validator.hasCommand(answered)) return [];
      return validator.checkSuccess(answered, value, { open });
    case 'error':
      return validator.checkError(value, { open });
    case 'event':
      return validator.checkEvent(value, { open });
    case 'greeting':
      return validator.checkGreeting(value, { open });
    case 'malformed':
    case 'bytes':
      return [notJson(message)];
    case 'other':
      return [notQmp(message)];
  }
}

function notJson(message: TranscriptMessage): Complaint {
  const what = message.body.kind === 'malformed' ? message.body.reason : 'bytes that are no JSON';
  return { rule: 'example/not-json', pointer: '', what, expected: 'a JSON object' };
}

function notQmp(message: TranscriptMessage): Complaint {
  const expected =
    message.direction === '->' ? 'a command: an object with execute' : 'a response, an event or the greeting';
  return { rule: 'example/not-qmp', pointer: '', what: `'${firstWords(message.text)}'`, expected };
}

function responseWithoutCommand(): Complaint {
  return {
    rule: 'example/no-command',
    pointer: '',
    what: 'a response without a command',
    expected: 'a command before it',
  };
}

function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
