import { isJsonObject, type JsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import type { Complaint } from '../results/verdict.ts';
import type { Answer } from './answer.ts';

/** A request of a command, and the key under which its answer is kept. */
export interface Pending {
  readonly key: string;
  readonly command: string;
  readonly arguments: JsonObject | undefined;
}

/** Who is told what comes. */
export interface Listener {
  /** An id that no other request has. */
  readonly nextId: () => string;
  readonly answered: (request: Pending, answer: Answer) => void;
  /** An event, or what is no response. */
  readonly heard: (incoming: Incoming) => void;
}

/** How the requests may be on their way. */
export interface PipelineOptions {
  /** So many at once. */
  readonly window: number;
  /** Milliseconds for each response. */
  readonly patience: number;
}

/** What is left when a process dies, falls silent, or floods us. */
export interface Interruption {
  /** Sent and not answered, in order. */
  readonly unanswered: readonly Pending[];
  readonly error: unknown;
}

interface Underway extends Pending {
  readonly id: string;
}

/** Makes the requests, so many at a time; `undefined` when all are answered. */
export async function makeRequests(
  connection: QmpConnection,
  requests: readonly Pending[],
  { window, patience }: PipelineOptions,
  listener: Listener,
): Promise<Interruption | undefined> {
  const underway: Underway[] = [];
  const left = requests.values();
  let garbage: Incoming | undefined;
  try {
    for (let next = left.next(); !next.done || underway.length > 0;) {
      for (; underway.length < window && !next.done; next = left.next()) {
        const request = { ...next.value, id: listener.nextId() };
        underway.push(request);
        await connection.send(textOf(request), patience);
      }
      const incoming = await connection.next(patience);
      if (garbage !== undefined) listener.heard(garbage);
      garbage = incoming.kind === 'garbage' ? incoming : undefined;
      if (garbage === undefined) take(incoming, underway, listener);
    }
    if (garbage !== undefined) listener.heard(garbage);
    return undefined;
  } catch (error) {
    // A message that a dying process did not write to its end is no message of another kind.
    if (garbage !== undefined && !(error instanceof ConnectionClosed)) listener.heard(garbage);
    return { unanswered: underway, error };
  }
}

function textOf({ command, arguments: given, id }: Underway): string {
  const body: JsonObject = { execute: command, ...(given && { arguments: given }), id };
  return `${writeJson(body, { spaced: true })}\r\n`;
}

/** In-band responses come in order (qmp-spec, Out-of-band execution), and each has the id of its command. */
function take(incoming: Incoming, underway: Underway[], listener: Listener): void {
  if (incoming.kind !== 'success' && incoming.kind !== 'error') {
    listener.heard(incoming);
    return;
  }
  const { value } = incoming;
  const id = isJsonObject(value) ? value['id'] : undefined;
  const at = underway.findIndex((request) => request.id === id);
  for (const skipped of underway.splice(0, Math.max(0, at)))
    listener.answered(skipped, noResponse(incoming, skipped.id));
  const request = underway.shift();
  if (request === undefined) {
    listener.heard(incoming);
    return;
  }
  const found = id === undefined ? 'none' : writeJson(id);
  const complaints = id === request.id ? [] : [wrongId(found, request.id)];
  listener.answered(request, { kind: 'response', incoming, value, complaints });
}

/** A response has the id of its command, or none that is right. */
export function wrongId(found: string, sent: string): Complaint {
  return { rule: 'protocol/id', pointer: '/id', what: found, expected: `"${sent}", as it was sent` };
}

/** The response to a later command came first, and this one never will. */
function noResponse(incoming: Incoming, id: string): Answer {
  const what = 'no response; the one to a later command came';
  const expected = `a response with id "${id}"`;
  const complaint = { rule: 'protocol/no-response', pointer: '', what, expected };
  return { kind: 'response', incoming, value: undefined, complaints: [complaint] };
}
