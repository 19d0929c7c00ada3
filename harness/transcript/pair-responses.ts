import { isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { classifyMessage } from './classify-message.ts';
import { valueOfPattern } from './read-pattern.ts';
import type { Transcript } from './transcript.ts';

/** A client's message that is not answered yet. */
interface Unanswered {
  readonly index: number;
  /** Its `id` as JSON; undefined where it has none, or is no JSON. */
  readonly id: string | undefined;
  readonly kind: SentKind;
  /** Whether it has drawn an error already: one broken request may draw several. */
  answered: boolean;
}

/** `raw`: no command, so that it may draw any number of errors, or none. */
export type SentKind = 'in-band' | 'out-of-band' | 'raw';

/** What a response answers. */
export interface Answered {
  /** What was given to {@link ResponsePairing.send}; undefined where nothing is left that it could answer. */
  readonly index: number | undefined;
  /** The in-band command that was sent before and is to be answered first (qmp-spec, Out-of-band execution). */
  readonly overtook: number | undefined;
}

/**
 * Finds out which message of a client a response answers, on one connection: that with the same `id`; without one, the
 * earliest that has none (qmp-spec, Issuing Commands). An error that was found before the `id` was read carries none.
 */
export class ResponsePairing {
  private waiting: Unanswered[] = [];

  /** The client's messages that wait for a response, oldest first; not those that are no commands. */
  get pending(): readonly number[] {
    return this.waiting.flatMap(({ kind, index }) => (kind === 'raw' ? [] : [index]));
  }

  /** A client's message goes out. */
  send(index: number, id: JsonValue | undefined, kind: SentKind): void {
    this.waiting.push({ index, id: id === undefined ? undefined : writeJson(id), kind, answered: false });
  }

  /** A response comes. */
  answer(id: JsonValue | undefined, isError: boolean): Answered {
    const found = id === undefined ? this.withoutId(isError) : this.withId(writeJson(id));
    if (found === undefined) return { index: undefined, overtook: undefined };
    const before = this.waiting.slice(0, this.waiting.indexOf(found));
    const overtook =
      found.kind === 'in-band' ? before.find(({ kind }) => kind === 'in-band')?.index : undefined;
    if (found.kind === 'raw') found.answered = true;
    else this.waiting = this.waiting.filter((one) => one !== found);
    return { index: found.index, overtook };
  }

  private withId(id: string): Unanswered | undefined {
    return this.waiting.find((one) => one.id === id);
  }

  private withoutId(isError: boolean): Unanswered | undefined {
    const anonymous = this.waiting.filter(({ id }) => id === undefined);
    const command = anonymous.find(({ kind }) => kind !== 'raw');
    const raw = anonymous.filter(({ kind }) => kind === 'raw');
    const [fresh = raw.at(-1)] = raw.filter(({ answered }) => !answered);
    if (!isError || fresh === undefined) return command ?? (isError ? this.waiting[0] : undefined);
    if (command === undefined) return fresh;
    return fresh.answered || anonymous.indexOf(command) < anonymous.indexOf(fresh) ? command : fresh;
  }
}

/**
 * Tells for each response of a transcript which message it answers, connection by connection; a response that is not
 * in the map answers none.
 */
export function pairResponses({ messages }: Transcript): ReadonlyMap<number, number> {
  const lines = new Map<number, ResponsePairing>();
  const pairs = new Map<number, number>();
  messages.forEach((message, index) => {
    const line = lines.get(message.connection) ?? new ResponsePairing();
    lines.set(message.connection, line);
    const kind = classifyMessage(message);
    const { body } = message;
    const value = body.kind === 'pattern' ? valueOfPattern(body.pattern).value : undefined;
    if (message.direction === '->') line.send(index, idOf(value), kindOfSent(value));
    if (kind !== 'success' && kind !== 'error') return;
    const { index: command } = line.answer(idOf(value), kind === 'error');
    if (command !== undefined) pairs.set(index, command);
  });
  return pairs;
}

/** How a client's message is answered; `undefined` stands for what is no JSON. */
export function kindOfSent(value: JsonValue | undefined): SentKind {
  if (!isJsonObject(value)) return 'raw';
  if (Object.hasOwn(value, 'exec-oob')) return 'out-of-band';
  return Object.hasOwn(value, 'execute') ? 'in-band' : 'raw';
}

/** The `id` of a message; undefined where it has none. */
export function idOf(value: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, 'id') ? value['id'] : undefined;
}
