import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import { readExchanges } from '../transcript/order-of-messages.ts';
import { hasElision, valueOfPattern } from '../transcript/read-pattern.ts';
import { replaceAt } from './replace-at.ts';
import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';

/** A recording in another tool's words. */
export interface Exported {
  readonly text: string;
  /** `file:line: what`, for each message that these words have no room for. */
  readonly lost: readonly string[];
}

/** What of a recording a script says and waits for, in this order. */
export type Act =
  | {
      readonly kind: 'send';
      readonly connection: number;
      readonly message: TranscriptMessage;
      /** The command; absent for what is no JSON. */
      readonly value?: JsonObject;
      /** Whether values were put in the place of those in the message. */
      readonly changed: boolean;
    }
  | { readonly kind: 'greeting'; readonly connection: number; readonly message: TranscriptMessage }
  | { readonly kind: 'response'; readonly connection: number; readonly message?: TranscriptMessage }
  | {
      readonly kind: 'event';
      readonly connection: number;
      readonly name: string;
      readonly message: TranscriptMessage;
    };

/** What can be said of a recording, and what cannot. */
export interface SayableDialogue {
  readonly acts: readonly Act[];
  /** `file:line: what`, for each message that a script cannot have. */
  readonly lost: readonly string[];
}

/** Reads a recording as what a script does. A command of which no response is shown is waited for, too. */
export function sayableDialogue(transcript: Transcript): SayableDialogue {
  const acts: Act[] = [];
  const lost: string[] = [];
  const silent = silentCommands(transcript);
  const waiting = new Map<number, number>();
  transcript.messages.forEach((message, index) => {
    const { connection } = message;
    const where = `${transcript.file}:${message.line}`;
    const kind = classifyMessage(message);
    if (message.direction === '->') {
      const read = readSent(transcript, message, index);
      if (typeof read === 'string') {
        lost.push(`${where}: ${read}`);
        return;
      }
      acts.push({ kind: 'send', connection, message, ...read });
      if (silent.has(index)) acts.push({ kind: 'response', connection });
      else waiting.set(connection, (waiting.get(connection) ?? 0) + 1);
    } else if (kind === 'success' || kind === 'error') {
      const left = waiting.get(connection) ?? 0;
      if (left > 0) acts.push({ kind: 'response', connection, message });
      else lost.push(`${where}: a response to what the recording does not show`);
      waiting.set(connection, Math.max(0, left - 1));
    } else if (kind === 'greeting') {
      acts.push({ kind, connection, message });
    } else if (kind === 'event') {
      const name =
        message.body.kind === 'pattern' ? nameOfEvent(valueOfPattern(message.body.pattern).value) : '';
      if (name === '') lost.push(`${where}: an event whose name is not shown`);
      else acts.push({ kind: 'event', connection, name, message });
    }
  });
  return { acts, lost };
}

/** Indices of commands of which no response is shown. */
function silentCommands(transcript: Transcript): ReadonlySet<number> {
  const silent = readExchanges(transcript).filter(
    ({ command, replies }) => command?.class === 'command' && replies.length === 0,
  );
  return new Set(silent.map(({ command }) => command?.index ?? -1));
}

function nameOfEvent(value: JsonValue): string {
  const name = isJsonObject(value) ? value['event'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** What is sent; a text says why it cannot be. */
function readSent(
  { head }: Transcript,
  { body }: TranscriptMessage,
  index: number,
): { readonly value?: JsonObject; readonly changed: boolean } | string {
  if (head.descriptors?.some(({ at }) => at === `/${index}`) === true)
    return 'a descriptor goes with this command';
  if (body.kind !== 'pattern') return { changed: false };
  const substitutions = head.substitute.filter(({ at }) => at.startsWith(`/${index}/`));
  const written = valueOfPattern(body.pattern).value;
  const value = substitutions.reduce(
    (sent, { at, value: replacement }) => replaceAt(sent, at.slice(`/${index}`.length), replacement),
    written,
  );
  if (
    JSON.stringify(
      substitutions.map((one) => one.value),
      bigintAsText,
    ).includes('${')
  )
    return 'a value of an earlier response stands in this command';
  if (hasElision(body.pattern)) return 'something is elided in this command';
  if (!isJsonObject(value)) return { changed: false };
  return { value, changed: substitutions.length > 0 };
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
