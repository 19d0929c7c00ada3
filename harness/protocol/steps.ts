import type { Answer, Bytes, ErrorClass, Start, Step, Test } from './check.ts';

/** Sends bytes by one write. */
export function send(bytes: Bytes, connection?: string): Step {
  return { kind: 'send', bytes, ...(connection !== undefined && { connection }) };
}

/** Sends a text again and again, cut at another place each time. */
export function sendCut(text: string, id: string): Step {
  return { kind: 'send cut', text, answer: { id } };
}

/** The next message is the greeting; `test` is of its member `QMP`. */
export function greeting(test?: Test, connection?: string): Step {
  return { kind: 'greeting', ...(test && { test }), ...(connection !== undefined && { connection }) };
}

/** The next response is a success; `id` is JSON text, and without it there is none. */
export function success(id?: string, returns?: Test, connection?: string): Step {
  return {
    kind: 'success',
    answer: answer(id),
    ...(returns !== undefined && { returns }),
    ...(connection !== undefined && { connection }),
  };
}

/** The next response is an error of a class; `id` is JSON text, and without it there is none. */
export function error(kind: ErrorClass, id?: string, connection?: string): Step {
  return { kind: 'error', class: kind, answer: answer(id), ...(connection !== undefined && { connection }) };
}

/** The next response is a success or an error. */
export function response(id?: string): Step {
  return { kind: 'response', answer: answer(id) };
}

/** One error or more, none with an `id`, and then the server answers what it is asked. */
export const errors: Step = { kind: 'errors' };

/** Whatever the server says, it then answers what it is asked. */
export const survival: Step = { kind: 'survival' };

/** An event of this name came, or comes. */
export function event(name: string, test?: Test): Step {
  return { kind: 'event', name, ...(test && { test }) };
}

/** Opens another connection. */
export function open(connection: string, start: Start): Step {
  return { kind: 'open', connection, start };
}

/** Closes a connection. */
export function close(connection: string): Step {
  return { kind: 'close', connection };
}

function answer(id: string | undefined): Answer {
  return id === undefined ? {} : { id };
}
