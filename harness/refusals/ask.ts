import { ConnectionClosed, DeadlineExceeded, InboxFull } from '../qmp/connection-errors.ts';
import type { Incoming } from '../qmp/message.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import { endWithin } from '../target/end-within.ts';
import type { Server } from './venue.ts';

/** Why a server answers no more. */
export type Interruption =
  { readonly kind: 'ended'; readonly end: ProcessEnd } | { readonly kind: 'hang'; readonly reason: string };

/** What came of requests. */
export interface Asked {
  /** One for each request, in order, until the interruption. */
  readonly answers: readonly Incoming[];
  /** When each request was handed to the stream, on the clock of `performance.now()`. */
  readonly sentAt: readonly number[];
  readonly events: readonly Incoming[];
  /** The first request without an answer is the one that was being looked at. */
  readonly interruption: Interruption | undefined;
}

/** How many requests are on their way at a time. QEMU reads ahead eight; the socket holds the others. */
const WINDOW = 64;

/**
 * Sends requests without waiting for each answer, and takes the answers, which come in the order of the requests
 * (qmp-spec, "Out-of-band execution"). Nothing that the server does throws.
 * @param patience milliseconds for each answer
 */
export async function ask(server: Server, requests: readonly string[], patience: number): Promise<Asked> {
  const { connection } = server;
  const answers: Incoming[] = [];
  const events: Incoming[] = [];
  const sentAt: number[] = [];
  try {
    while (answers.length < requests.length) {
      if (sentAt.length < requests.length && sentAt.length - answers.length <= WINDOW / 2) {
        const next = requests.slice(sentAt.length, sentAt.length + WINDOW / 2);
        sentAt.push(...next.map(() => performance.now()));
        // Its own end shows in the answers, and a server that does not read is one that does not answer.
        connection.send(next.map((text) => `${text}\r\n`).join(''), patience).catch(() => undefined);
      }
      const incoming = await connection.next(patience);
      (incoming.kind === 'event' ? events : answers).push(incoming);
    }
    return { answers, sentAt, events, interruption: undefined };
  } catch (error) {
    return { answers, sentAt, events, interruption: await interruptionOf(error, server, patience) };
  }
}

async function interruptionOf(error: unknown, server: Server, patience: number): Promise<Interruption> {
  if (error instanceof ConnectionClosed) return { kind: 'ended', end: await endWithin(server, patience) };
  if (error instanceof DeadlineExceeded || error instanceof InboxFull)
    return { kind: 'hang', reason: error.message };
  throw error;
}

/** Tells whether a process ended otherwise than by a decision of its own. */
export function isCrash({ code, signal }: ProcessEnd): boolean {
  return signal !== null || code !== 0;
}
