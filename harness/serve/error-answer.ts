import type { Answer, AnswerKind, AnswerMessage } from './answer.ts';
import { spell } from './lay-out.ts';

/** The classes of errors that a server of recordings makes itself (QapiErrorClass). */
export type ErrorClass = 'GenericError' | 'CommandNotFound';

/** An error response (qmp-spec, Commands Responses: error). */
export function errorMessage(errorClass: ErrorClass, desc: string): AnswerMessage {
  return {
    kind: 'response',
    members: [{ name: 'error', text: spell({ class: errorClass, desc }) }],
    delay: 0,
  };
}

/** An answer that is an error of ours. */
export function errorAnswer(kind: AnswerKind, errorClass: ErrorClass, desc: string): Answer {
  return { kind, messages: [errorMessage(errorClass, desc)], reason: desc };
}

/** A success response (qmp-spec, Commands Responses: success); `text` is the spelled value. */
export function successMessage(text: string): AnswerMessage {
  return { kind: 'response', members: [{ name: 'return', text }], delay: 0 };
}
