import { pointerTo, valueAt } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import { askedAt } from '../transcript/completed-messages.ts';
import { interpolate } from '../transcript/interpolate.ts';
import { readExchanges, type Exchange, type PlacedMessage } from '../transcript/order-of-messages.ts';
import { ELIDED, patternFromJson, valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern, Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import { elideRedacted } from './elide-redacted.ts';
import { isQuery } from './is-query.ts';
import { replaceIn } from './replace-in.ts';

/** A dialogue that was recorded, as a server sees it: what was asked, and what it said. */
export interface RecordedDialogue {
  /** Its file. */
  readonly file: string;
  readonly greeting: TranscriptMessage | undefined;
  /** Events that came before anything was asked. */
  readonly opening: readonly RecordedMessage[];
  /** In the order in which the commands were sent. */
  readonly exchanges: readonly RecordedExchange[];
}

/** A command, and what came of it. */
export interface RecordedExchange {
  /** `file:line` of the command. */
  readonly where: string;
  readonly connection: number;
  readonly command: string;
  /** The arguments that were sent; of a transcript with `substitute` also those that are sent in their place. */
  readonly arguments: readonly Pattern[];
  /** Response and events, in their order. Without a response the transcript shows none. */
  readonly messages: readonly RecordedMessage[];
  /** Whether the command may change what later ones answer. */
  readonly changes: boolean;
}

/** A message of the server. */
export interface RecordedMessage {
  readonly kind: 'success' | 'error' | 'event';
  readonly pattern: Pattern;
  /** As it is spelled in the file. */
  readonly text: string;
  /** Milliseconds after the message before it, the command first; 0 where the recording has no times. */
  readonly delay: number;
}

/** Reads a transcript as a server's part of it. Messages that are no JSON are left out: nothing can ask for them again. */
export function readDialogue(transcript: Transcript): RecordedDialogue {
  const captured = captureValues(transcript);
  const exchanges = readExchanges(transcript);
  const greeting = transcript.messages.find((message) => classifyMessage(message) === 'greeting');
  return {
    file: transcript.file,
    greeting,
    opening: exchanges
      .filter(({ command }) => command === undefined)
      .flatMap((exchange) => messagesOf({ ...exchange, replies: [] })),
    exchanges: exchanges.flatMap((exchange) =>
      exchange.command === undefined
        ? askedExchanges(transcript, exchange)
        : exchange.command.class === 'command'
          ? commandExchange(transcript, exchange, exchange.command, captured)
          : [],
    ),
  };
}

/** Negotiation and what is refused change nothing. */
function mayChange(command: string, { replies: [reply] }: Exchange): boolean {
  return command !== 'qmp_capabilities' && !isQuery(command) && reply?.class !== 'error';
}

function commandExchange(
  transcript: Transcript,
  exchange: Exchange,
  { index, message }: PlacedMessage,
  captured: ReadonlyMap<string, JsonValue>,
): readonly RecordedExchange[] {
  if (message.body.kind !== 'pattern' || message.body.pattern.kind !== 'object') return [];
  const { members } = message.body.pattern;
  const name = members.get('execute') ?? members.get('exec-oob');
  if (name?.kind !== 'scalar' || typeof name.value !== 'string') return [];
  const written = elideRedacted(members.get('arguments') ?? NO_ARGUMENTS);
  const replaced = substituted(transcript, index, written, captured);
  return [
    {
      where: `${transcript.file}:${message.line}`,
      connection: message.connection,
      command: name.value,
      arguments: replaced === written ? [written] : [written, replaced],
      messages: messagesOf(exchange),
      changes: mayChange(name.value, exchange),
    },
  ];
}

/** Responses whose command stands in the front matter. */
function askedExchanges(
  transcript: Transcript,
  { replies, connection }: Exchange,
): readonly RecordedExchange[] {
  return replies.flatMap((reply) => {
    const asked = askedAt(transcript.head, reply.index);
    if (asked === undefined) return [];
    return [
      {
        where: `${transcript.file}:${reply.message.line}`,
        connection,
        command: asked.execute,
        arguments: [patternFromJson(asked.arguments ?? {})],
        messages: messagesOf({ connection, command: undefined, replies: [reply], others: [] }),
        changes: !isQuery(asked.execute),
      },
    ];
  });
}

const NO_ARGUMENTS: Pattern = { kind: 'object', members: new Map(), open: false };

/** The first response and the events, with the time that each took. */
function messagesOf({ command, replies, others }: Exchange): readonly RecordedMessage[] {
  const placed = [...replies.slice(0, 1), ...others].sort((a, b) => a.index - b.index);
  let before = command?.message.offset;
  return placed.flatMap(({ message, class: kind }) => {
    if (message.body.kind !== 'pattern' || (kind !== 'success' && kind !== 'error' && kind !== 'event'))
      return [];
    const delay =
      before === undefined || message.offset === undefined ? 0 : Number(message.offset) - Number(before);
    before = message.offset;
    return [{ kind, pattern: message.body.pattern, text: message.text, delay: Math.max(0, delay * 1000) }];
  });
}

/** What `as: capture` would remember of the recorded responses. */
function captureValues({ head, messages }: Transcript): ReadonlyMap<string, JsonValue> {
  const captured = new Map<string, JsonValue>();
  for (const { at, as, name } of head.match) {
    const [, index = '', pointer = ''] = /^\/([0-9]+)(.*)$/s.exec(at) ?? [];
    const body = messages[Number(index)]?.body;
    if (as !== 'capture' || name === undefined || body?.kind !== 'pattern') continue;
    const { value, open } = valueOfPattern(body.pattern);
    const found = open.has(pointer) ? undefined : valueAt(value, pointer);
    if (found !== undefined) captured.set(name, found);
  }
  return captured;
}

/** The arguments of a command with the values that are sent instead of the documented ones. */
function substituted(
  { head }: Transcript,
  index: number,
  written: Pattern,
  captured: ReadonlyMap<string, JsonValue>,
): Pattern {
  const within = `${pointerTo('', index)}/arguments`;
  return head.substitute
    .filter(({ at }) => at === within || at.startsWith(`${within}/`))
    .reduce(
      (pattern, { at, value }) => replaceIn(pattern, at.slice(within.length), withCaptures(value, captured)),
      written,
    );
}

/** Whatever holds a name of which nothing is known may be anything. */
function withCaptures(value: JsonValue, captured: ReadonlyMap<string, JsonValue>): Pattern {
  if (typeof value === 'string') {
    const names = [...value.matchAll(/\$\{([^{}]*)\}/g)].map(([, name = '']) => name);
    const isKnown = (name: string): boolean => {
      const known = captured.get(name);
      return known !== undefined && (value === `\${${name}}` || typeof known !== 'object');
    };
    return names.every(isKnown) ? patternFromJson(interpolate(value, captured)) : ELIDED;
  }
  if (isJsonArray(value))
    return { kind: 'array', elements: value.map((element) => withCaptures(element, captured)), open: false };
  if (!isJsonObject(value)) return patternFromJson(value);
  const members = Object.entries(value).map(
    ([name, member]) => [name, withCaptures(member, captured)] as const,
  );
  return { kind: 'object', members: new Map(members), open: false };
}
