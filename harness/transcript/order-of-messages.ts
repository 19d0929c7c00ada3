import { classifyMessage, type MessageClass } from './classify-message.ts';
import type { Pattern, Transcript, TranscriptMessage } from './transcript.ts';

/** A message with its index (from 0) in the transcript. */
export interface PlacedMessage {
  readonly index: number;
  readonly message: TranscriptMessage;
  readonly class: MessageClass;
}

/** What one client message brought about. */
export interface Exchange {
  readonly connection: number;
  /** What was sent; undefined for messages that came before anything was sent. */
  readonly command: PlacedMessage | undefined;
  /** Responses to it: usually one; none if it is not shown, several if one broken request drew several errors. */
  readonly replies: readonly PlacedMessage[];
  /** The greeting and the events that came between this client message and the next. */
  readonly others: readonly PlacedMessage[];
}

interface OpenExchange extends Exchange {
  readonly replies: PlacedMessage[];
  readonly others: PlacedMessage[];
  /** See {@link idOf}; of the command. */
  readonly id: string | undefined;
}

/**
 * Groups the messages of a transcript into exchanges, in the order in which they were sent. A response belongs to the
 * command of its connection with the same `id`; without one, to the earliest unanswered client message, as in-band
 * commands are answered in order (qmp-spec, Out-of-band execution); and with none unanswered, to the latest.
 */
export function readExchanges(transcript: Transcript): readonly Exchange[] {
  const exchanges: OpenExchange[] = [];
  const latest = new Map<number, OpenExchange>();
  const pending = new Map<number, OpenExchange[]>();
  const begin = (connection: number, command?: PlacedMessage): OpenExchange => {
    const exchange: OpenExchange = { connection, command, replies: [], others: [], id: idOf(command) };
    exchanges.push(exchange);
    latest.set(connection, exchange);
    return exchange;
  };
  transcript.messages.forEach((message, index) => {
    const placed: PlacedMessage = { index, message, class: classifyMessage(message) };
    const { connection } = message;
    const waiting = pending.get(connection) ?? [];
    pending.set(connection, waiting);
    if (message.direction === '->') {
      waiting.push(begin(connection, placed));
      return;
    }
    const current = latest.get(connection) ?? begin(connection);
    if (placed.class === 'event' || placed.class === 'greeting') current.others.push(placed);
    else (takeAnswered(placed, waiting) ?? current).replies.push(placed);
  });
  return exchanges;
}

function takeAnswered(reply: PlacedMessage, waiting: OpenExchange[]): OpenExchange | undefined {
  const id = idOf(reply);
  const sameId = id === undefined ? -1 : waiting.findIndex((exchange) => exchange.id === id);
  // What is no command may draw an error, but never a success.
  const able = waiting.findIndex(({ command }) => reply.class !== 'success' || command?.class === 'command');
  const at = sameId >= 0 ? sameId : able;
  return at < 0 ? undefined : waiting.splice(at, 1)[0];
}

/** The `id` of a message as a text that tells ids of different types apart. */
function idOf(placed: PlacedMessage | undefined): string | undefined {
  const body = placed?.message.body;
  if (body?.kind !== 'pattern' || body.pattern.kind !== 'object') return undefined;
  const id = body.pattern.members.get('id');
  return id === undefined ? undefined : keyOf(id);
}

function keyOf(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'elision':
      return '...';
    case 'scalar':
      return typeof pattern.value === 'string' ? JSON.stringify(pattern.value) : String(pattern.value);
    case 'array':
      return `[${pattern.elements.map(keyOf).join()}]`;
    case 'object': {
      const members = [...pattern.members].map(
        ([name, member]) => `${JSON.stringify(name)}:${keyOf(member)}`,
      );
      return `{${members.sort().join()}}`;
    }
  }
}
