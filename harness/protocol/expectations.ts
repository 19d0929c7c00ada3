import { setImmediate as tick } from 'node:timers/promises';
import { membersOf, type Answer, type ErrorClass } from './check.ts';
import type { Conversation } from './conversation.ts';
import type { Received } from './message-stream.ts';
import { fillIn } from './words.ts';

/** Sends a text cut in two at each place, and takes the success of each. */
export async function sendCut(talk: Conversation, text: string, answer: Answer): Promise<void> {
  const bytes = Buffer.from(fillIn(text, talk.manner.words));
  for (let at = 1; at < bytes.length; at++) {
    talk.stream.send(bytes.subarray(0, at));
    // The server may take in the first piece alone.
    await tick();
    talk.stream.send(bytes.subarray(at));
    const received = await talk.nextResponse(answer, `response to a command cut after byte ${at}`);
    if (received.incoming.kind !== 'success')
      throw talk.failed(received, `success of a command cut after byte ${at}`);
  }
}

/** Takes an error response. */
export async function expectError(talk: Conversation, answer: Answer, kind: ErrorClass): Promise<void> {
  const received = await talk.nextResponse(answer, 'error response');
  const error = membersOf(membersOf(received.incoming.value)['error']);
  if (received.incoming.kind === 'error' && (kind === 'any' || error['class'] === kind)) return;
  throw talk.failed(received, kind === 'any' ? 'an error' : `an error of class ${kind}`);
}

/** One broken request may draw more than one error; an error that comes of broken JSON knows no `id`. */
export async function expectErrors(talk: Conversation): Promise<void> {
  const before = await talk.probe();
  if (before.length === 0) throw talk.failed(undefined, 'an error');
  const wrong = before.find(({ incoming }) => incoming.kind !== 'error');
  if (wrong !== undefined) throw talk.failed(wrong, 'an error');
  const named = before.find(({ incoming }) => Object.hasOwn(membersOf(incoming.value), 'id'));
  if (named !== undefined) throw talk.failed(named, 'an error without id', '/id');
}

/** Nothing but events comes before the answer to a harmless command. */
export async function expectSilence(talk: Conversation): Promise<void> {
  const [first] = await talk.probe();
  if (first !== undefined) throw talk.failed(first, 'nothing');
}

/** The connection ends, and so many messages came that no step has taken. */
export async function expectEnd(talk: Conversation, messages: number): Promise<void> {
  const { stream, manner } = talk;
  await stream.until(() => stream.ended !== undefined, 'end of the connection', manner.patience);
  const extra = talk.untaken();
  if (extra.length > messages)
    throw talk.failed(extra[0], `${messages === 0 ? 'nothing' : messages} before the end`);
}

/** Events of a name that came until now, counted. */
export function expectAtMost(talk: Conversation, count: number, name: string): void {
  const found = eventsNamed(talk, name);
  if (found.length > count) throw talk.failed(found[count], `at most ${count} of ${name}`);
}

/** The last event of a name, by when it came. */
export function expectAfter(talk: Conversation, milliseconds: number, name: string): void {
  const last = eventsNamed(talk, name).at(-1);
  const distance = (last?.incoming.at ?? talk.mark) - talk.mark;
  if (distance < milliseconds)
    throw talk.failed(
      last,
      `${name} no sooner than after ${milliseconds} ms`,
      '',
      `${Math.round(distance)} ms`,
    );
}

/** All that has come, to the byte. */
export function bytesOf({ stream }: Conversation): Buffer {
  return Buffer.concat([...stream.received.flatMap(({ before, bytes }) => [before, bytes]), stream.after]);
}

/** Waits until the last message's line end is there, or cannot come any more. */
export async function awaitLineEnd({ stream, manner }: Conversation): Promise<void> {
  const isDone = (): boolean => stream.after.length >= 2 || !'\r\n'.startsWith(stream.after.toString());
  if (stream.ended === undefined && stream.received.length > 0)
    await stream.until(isDone, 'line end', manner.patience).catch(() => undefined);
}

function eventsNamed(talk: Conversation, name: string): readonly Received[] {
  return talk.events.filter(({ incoming }) => membersOf(incoming.value)['event'] === name);
}
