import type { Transcript, TranscriptMark, TranscriptMessage } from '../../transcript/transcript.ts';

/** What a client does, or what comes, in the order of the capture. `at`: how many messages stand before it. */
export type CaptureItem =
  | {
      readonly kind: 'open' | 'close' | 'closed by the server';
      readonly connection: number;
      readonly at: number;
    }
  | { readonly kind: 'message'; readonly connection: number; readonly at: number };

/**
 * Lays out a capture: messages and marks in order. A connection without a mark is opened before its first message; what
 * stands behind `ends` was written down no further.
 */
export function layOutCapture({ messages, marks = [] }: Transcript): readonly CaptureItem[] {
  const items: CaptureItem[] = [];
  const open = new Set<number>();
  const openOnce = (connection: number, at: number): void => {
    if (!open.has(connection)) items.push({ kind: 'open', connection, at });
    open.add(connection);
  };
  let next = 0;
  for (let at = 0; at <= messages.length; at++) {
    for (let mark = marks[next]; mark !== undefined && mark.before <= at; mark = marks[++next]) {
      if (mark.what.kind === 'opened') openOnce(mark.connection, at);
      if (mark.what.kind === 'closed') items.push(closeItem(mark, at));
    }
    const message = messages[at];
    if (message === undefined) break;
    openOnce(message.connection, at);
    items.push({ kind: 'message', connection: message.connection, at });
  }
  return items;
}

function closeItem({ connection, what }: TranscriptMark, at: number): CaptureItem {
  const byClient = what.kind === 'closed' && what.by === 'client';
  return { kind: byClient ? 'close' : 'closed by the server', connection, at };
}

/**
 * Gives each connection a monitor. One monitor serves one client at a time, and the next waits for its greeting until
 * the first has left: connections whose dialogues overlap had monitors of their own.
 * @returns by number of the connection, the monitor's number from 0
 */
export function assignMonitors(transcript: Transcript): ReadonlyMap<number, number> {
  const spans = spansOf(transcript);
  const busyUntil: number[] = [];
  const monitors = new Map<number, number>();
  for (const [connection, { from, to }] of [...spans].sort(([, a], [, b]) => a.from - b.from)) {
    const free = busyUntil.findIndex((until) => until <= from);
    const monitor = free < 0 ? busyUntil.length : free;
    busyUntil[monitor] = to;
    monitors.set(connection, monitor);
  }
  return monitors;
}

/** From the first message of the server (or the first at all, where it says nothing) to the end of the connection. */
function spansOf(
  transcript: Transcript,
): ReadonlyMap<number, { readonly from: number; readonly to: number }> {
  const items = layOutCapture(transcript);
  const spans = new Map<number, { from: number; to: number }>();
  items.forEach((item, position) => {
    const span = spans.get(item.connection);
    const message = item.kind === 'message' ? transcript.messages[item.at] : undefined;
    if (span !== undefined) {
      if (item.kind !== 'message') span.to = position;
      return;
    }
    if (message !== undefined && isServed(message, transcript, item.connection))
      spans.set(item.connection, { from: position, to: Infinity });
  });
  for (const { connection } of items) {
    const end = { from: items.length, to: items.length };
    if (!spans.has(connection)) spans.set(connection, end);
  }
  return spans;
}

/** A client may send before it is served; what the server sends tells that it is. */
function isServed(message: TranscriptMessage, { messages }: Transcript, connection: number): boolean {
  const silent = !messages.some((other) => other.connection === connection && other.direction === '<-');
  return silent || message.direction === '<-';
}

/** Tells whether a whole message may be absent: `{ at: /7, as: optional }`. */
export function mayNotCome({ match }: Transcript['head'], index: number): boolean {
  return match.some(({ at, as }) => at === `/${index}` && (as === 'optional' || as === 'any'));
}
