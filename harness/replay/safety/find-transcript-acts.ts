import { InputError } from '../../errors.ts';
import { Scanner } from '../../json/scanner.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import { placesOf } from '../../lint/places.ts';
import { takePattern, valueOfPattern } from '../../transcript/read-pattern.ts';
import type { Step } from '../../transcript/step.ts';
import type { Transcript, TranscriptMessage } from '../../transcript/transcript.ts';
import { substituteValues } from '../substitute-values.ts';
import { PERMITTED, type Allowance, type RefusedAct } from './allowances.ts';
import { findActs } from './find-acts.ts';

/** Something that a recording asks for, and where. */
export interface TranscriptAct extends RefusedAct {
  /** Index of the message; undefined for what the front matter asks. */
  readonly message: number | undefined;
}

/** Finds all that a transcript asks for beyond the replay's own folder, its front matter included. */
export function findTranscriptActs(transcript: Transcript): readonly TranscriptAct[] {
  const { head, messages } = transcript;
  const inHead = [...(head.prepare ?? []), ...(head.provoke ?? [])].flatMap(commandOfStep);
  const asked = (head.asks ?? []).map(({ execute, arguments: given }) => commandOf(execute, given));
  const ofHead = [...inHead, ...asked].flatMap((command) => findActs(command));
  const ofMessages = messages.flatMap((message, index) => {
    const value = sentValue(message);
    if (value === undefined) return [];
    const sent = substituteValues(value, index, head.substitute);
    return findActs(sent).map((act) => ({ ...act, message: index }));
  });
  return [
    ...ofHead.map((act) => ({ ...act, message: undefined })),
    ...ofMessages,
    ...findActsOfBytes(transcript),
  ];
}

function commandOfStep(step: Step): readonly JsonValue[] {
  return step.kind === 'execute' || step.kind === 'until' ? [commandOf(step.command, step.arguments)] : [];
}

function commandOf(execute: string, given: JsonObject | undefined): JsonValue {
  return { execute, ...(given && { arguments: given }) };
}

function sentValue({ direction, body }: TranscriptMessage): JsonValue | undefined {
  return direction === '->' && body.kind === 'pattern' ? valueOfPattern(body.pattern).value : undefined;
}

/** What a client sends from its first message on that is no JSON is looked through up to this length, in characters. */
const MAX_RAW = 1024 * 1024;
/** And this often: each place may be the beginning of a command. */
const MAX_BEGINNINGS = 20_000;

/**
 * Finds commands in what a client sends in pieces that are no JSON: the server's reader starts anew after each mistake,
 * and quotes may be one too many, so that behind one a command may begin at any brace of what follows.
 */
function findActsOfBytes({ messages }: Transcript): readonly TranscriptAct[] {
  const connections = new Set(messages.map(({ connection }) => connection));
  return [...connections].flatMap((number) => {
    const first = messages.findIndex((one) => one.connection === number && isRaw(one));
    if (first < 0) return [];
    const later = messages.slice(first).filter((one) => one.connection === number && one.direction === '->');
    return findActsIn(later.map(streamOf).join('')).map((act) => ({ ...act, message: first }));
  });
}

function isRaw({ body, direction }: TranscriptMessage): boolean {
  return direction === '->' && body.kind !== 'pattern';
}

function streamOf({ body, text }: TranscriptMessage): string {
  return body.kind === 'bytes' ? body.bytes.toString('latin1') : `${text}\r\n`;
}

function findActsIn(stream: string): readonly RefusedAct[] {
  const found: RefusedAct[] = [];
  const untold = (what: string): RefusedAct => ({ allowance: 'bytes', pointer: '', what });
  if (stream.length > MAX_RAW) return [untold(`over ${MAX_RAW / 1024} KiB behind what is no JSON`)];
  let beginnings = 0;
  for (let at = stream.indexOf('{'); at >= 0; at = stream.indexOf('{', at + 1)) {
    if (++beginnings > MAX_BEGINNINGS) return [...found, untold('bytes in which many commands may begin')];
    const command = valueAtOffset(stream, at);
    if (command !== undefined) found.push(...findActs(command).map((act) => ({ ...act, pointer: '' })));
  }
  return found;
}

function valueAtOffset(text: string, offset: number): JsonValue | undefined {
  try {
    const { value } = valueOfPattern(takePattern(new Scanner(text, true, offset)));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Refuses a transcript that asks for what is not allowed, before anything is started.
 * @param text the file's content, in which the place is looked up
 * @throws {InputError} for the first, with its place and how to allow it
 */
export function refuseActs(transcript: Transcript, text: string, allowed: ReadonlySet<Allowance>): void {
  const refused = findTranscriptActs(transcript).filter(({ allowance }) => !allowed.has(allowance));
  const [first] = refused;
  if (first === undefined) return;
  const { file } = transcript;
  const words = [...new Set(refused.map(({ allowance }) => allowance))].join(',');
  const more = refused.length === 1 ? '' : `, and ${refused.length - 1} more`;
  const place = placeOf(transcript, first, text);
  throw new InputError(
    `${file}:${place}: ${first.what}${more}; expected ${PERMITTED[first.allowance]} (--allow ${words} replays it all the same)`,
  );
}

function placeOf({ messages }: Transcript, act: TranscriptAct, text: string): string {
  const message = act.message === undefined ? undefined : messages[act.message];
  if (message === undefined) return '1:1';
  const line = text.split('\n')[message.line - 1] ?? '';
  const first = message.text.split('\n')[0] ?? '';
  const column = message.body.kind === 'pattern' ? Math.max(0, line.indexOf(first)) : 0;
  const offset =
    message.body.kind === 'pattern' ? (placesOf(message).values.get(act.pointer)?.start ?? 0) : 0;
  const before = message.text.slice(0, offset).split('\n');
  const behind = (before.at(-1) ?? '').length;
  return `${message.line + before.length - 1}:${(before.length === 1 ? column : 0) + behind + 1}`;
}
