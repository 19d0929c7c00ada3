import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonValue } from '../json/value.ts';
import type { Answer, Answerer, AnswerMessage, ServedCommand } from './answer.ts';
import { errorMessage } from './error-answer.ts';
import { InBandQueue } from './in-band-queue.ts';
import { layOut, putTogether } from './lay-out.ts';
import type { Ledger } from './ledger.ts';
import { RequestReader, type Request } from './request-reader.ts';
import { beginSession, endsServer, negotiationAnswer, type Session } from './session.ts';

/** What all connections of a server share. */
export interface Service {
  /** The greeting, spelled. */
  readonly greeting: string;
  /** The capabilities that it offers. */
  readonly offered: readonly string[];
  readonly pretty: boolean;
  /** Whether answers take as long as they took when they were recorded. */
  readonly recordedTiming: boolean;
  readonly ledger: Ledger;
  /** What answers a new connection, and its number in the dialogue, from 0. */
  readonly join: () => { readonly answerer: Answerer; readonly connection: number };
  /** Called when a client has ended the server by `quit`, before the answer is sent. */
  readonly onQuit: () => void;
}

/** A connection that is served. */
interface Talk {
  readonly stream: Duplex;
  readonly service: Service;
  readonly session: Session;
  readonly answerer: Answerer;
  readonly connection: number;
  readonly gone: AbortSignal;
}

/**
 * Serves one client until it leaves, or ends the server. Nothing is read while the client does not take what was said:
 * no more than one answer is held for it.
 * @param signal ends the connection
 */
export async function serveConnection(stream: Duplex, service: Service, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const gone = AbortSignal.any([ended.signal, signal]);
  const leave = (): void => {
    ended.abort();
    stream.destroy();
  };
  // Both stay: a write after the client left may fail more than once.
  stream.on('error', leave);
  stream.on('close', leave);
  signal.addEventListener('abort', leave, { once: true });
  service.ledger.opened();
  const { answerer, connection } = service.join();
  const session = beginSession(service.offered, connection);
  const talk = { stream, service, session, answerer, connection, gone };
  try {
    if (signal.aborted) return;
    await send(talk, layOut(service.greeting, service));
    await readAll(talk);
    // A client that has ended its side first is still told everything.
    if (!stream.destroyed) await finished(stream.end(), { signal: gone, readable: false });
  } catch (error) {
    // Whoever leaves in the middle is no failure of the server.
    if (!gone.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

async function readAll(talk: Talk): Promise<void> {
  const reader = new RequestReader();
  const queue = new InBandQueue();
  for await (const chunk of talk.stream) {
    if (!(chunk instanceof Buffer)) continue;
    for (const request of reader.read(chunk)) {
      if (talk.gone.aborted) return;
      if (isOutOfBand(request, talk.session)) await respond(talk, request);
      else await queue.put(() => respond(talk, request), talk.session.oob());
    }
  }
  await queue.end();
}

function isOutOfBand(request: Request, session: Session): boolean {
  if (request.kind === 'error' || !session.oob()) return false;
  const { value } = request;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'exec-oob');
}

/** Answers one message, whatever it is. */
async function respond(talk: Talk, request: Request): Promise<void> {
  const { service, session, answerer, connection } = talk;
  if (request.kind === 'error') {
    service.ledger.malformed();
    return say(talk, [errorMessage('GenericError', `JSON parse error: ${request.reason}`)], undefined);
  }
  const outcome = session.take(request.value);
  switch (outcome.kind) {
    case 'say':
      if (session.negotiated()) service.ledger.malformed();
      return say(talk, outcome.messages, outcome.id);
    case 'negotiated':
      return say(talk, negotiationAnswer(answerer.opening(connection)), outcome.id);
    case 'answer':
      return answerCommand(talk, outcome.command, outcome.id);
  }
}

async function answerCommand(talk: Talk, command: ServedCommand, id: JsonValue | undefined): Promise<void> {
  const { service, answerer, stream } = talk;
  const answer: Answer = answerer.answer(command);
  service.ledger.record(command, answer);
  const ends = endsServer(command, answer);
  if (ends) service.onQuit();
  await say(talk, answer.messages, id);
  if (ends) stream.end(() => stream.destroy());
}

async function say(talk: Talk, messages: readonly AnswerMessage[], id: JsonValue | undefined): Promise<void> {
  const { recordedTiming, pretty } = talk.service;
  for (const message of messages) {
    if (recordedTiming && message.delay > 0)
      await delay(Math.min(message.delay, LONGEST_DELAY), undefined, { signal: talk.gone });
    const text = message.kind === 'event' ? message.text : putTogether(message.members, id);
    await send(talk, layOut(text, { pretty }));
  }
}

/** What a timer of the system can wait, in milliseconds. */
const LONGEST_DELAY = 2 ** 31 - 1;

async function send({ stream, gone }: Talk, text: string): Promise<void> {
  if (gone.aborted || !stream.writable) return;
  if (!stream.write(text)) await once(stream, 'drain', { signal: gone });
}
