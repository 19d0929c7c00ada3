import { valueAt } from '../../json/pointer.ts';
import { Scanner } from '../../json/scanner.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import { takePattern, valueOfPattern } from '../../transcript/read-pattern.ts';
import type { Step } from '../../transcript/step.ts';
import type { Transcript, TranscriptMessage } from '../../transcript/transcript.ts';
import { substituteValues } from '../substitute-values.ts';
import type { RefusedAct } from './allowances.ts';
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
    const acts = findActs(sent).filter(({ pointer }) => !isCaptured(valueAt(sent, pointer)));
    return acts.map((act) => ({ ...act, message: index }));
  });
  return [
    ...ofHead.map((act) => ({ ...act, message: undefined })),
    ...ofMessages,
    ...findActsOfBytes(transcript),
  ];
}

/** A value that is nothing but a captured one is known, and judged, when it is sent (`guard-sending.ts`). */
function isCaptured(value: JsonValue | undefined): boolean {
  return typeof value === 'string' && /^\$\{[^{}]*\}$/.test(value);
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
    return findActsOfStream(later.map(streamOf).join('')).map((act) => ({ ...act, message: first }));
  });
}

/** Tells whether a message is a client's and no JSON. */
export function isRaw({ body, direction }: TranscriptMessage): boolean {
  return direction === '->' && body.kind !== 'pattern';
}

function streamOf({ body, text }: TranscriptMessage): string {
  return body.kind === 'bytes' ? body.bytes.toString('latin1') : `${text}\r\n`;
}

/** Finds commands in a text of which nobody knows where they begin. */
export function findActsOfStream(stream: string): readonly RefusedAct[] {
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
