import { InputError } from '../errors.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, setMember, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { bodyFromText } from '../transcript/read-body.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import { writeMessage } from '../transcript/write-transcript.ts';
import { escapeRegExp } from './escape-reg-exp.ts';
import type { Redactor } from './redactor.ts';

/** A recording without its secrets. */
export interface RedactedRecording {
  readonly text: string;
  readonly messages: number;
  /** How many messages are other than before. */
  readonly changed: number;
}

/**
 * Redacts a recording that exists already. Every byte outside of what is replaced stays, comments and line ends too.
 * @param file its path, for places in errors
 * @throws {InputError} for a text that is no recording, and for a secret in the front matter that cannot be replaced
 */
export function redactRecording(text: string, file: string, redactor: Redactor): RedactedRecording {
  const { bare, restore } = withPlainLineEnds(text);
  const transcript = readTranscript(bare, file);
  const edits = [...messageEdits(bare, transcript, redactor)];
  const headEnd = bare.indexOf('\n---', 3) + 1;
  const [first] = transcript.messages;
  const start = first === undefined ? bare.length : offsetOfLine(bare, first.line);
  const head = redactHead(bare.slice(0, headEnd), transcript, redactor);
  const parts = [redactor.redactText(head.yaml, false), redactRemarks(bare.slice(headEnd, start), redactor)];
  let done = start;
  for (const { from, to, text: replaced } of edits) {
    parts.push(redactRemarks(bare.slice(done, from), redactor), replaced);
    done = to;
  }
  const redacted = [...parts, redactRemarks(bare.slice(done), redactor)].join('');
  checkHead(redacted, file, head);
  const messages = transcript.messages.length;
  return { text: restore(redacted), messages, changed: edits.length };
}

/** The reader takes a byte order mark, and CRLF throughout. */
function withPlainLineEnds(text: string): {
  readonly bare: string;
  readonly restore: (text: string) => string;
} {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const bare = text.slice(mark.length);
  if (!/^---[ \t]*\r\n/.test(bare)) return { bare, restore: (redacted) => mark + redacted };
  return {
    bare: bare.replaceAll('\r\n', '\n'),
    restore: (redacted) => mark + redacted.replaceAll('\n', '\r\n'),
  };
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** What becomes of the messages that do not stay as they are, in their order. */
function* messageEdits(text: string, transcript: Transcript, redactor: Redactor): Generator<Edit> {
  const { marks = [] } = transcript;
  let [line, offset, next] = [1, 0, 0];
  for (const [index, message] of transcript.messages.entries()) {
    for (let mark = marks[next]; mark !== undefined && mark.before <= index; mark = marks[++next])
      if (mark.what.kind === 'closed') redactor.endConnection(mark.connection);
    for (; line < message.line; line++) offset = text.indexOf('\n', offset) + 1;
    const edit = editOf(text, offset, message, redactor);
    if (edit !== undefined) yield edit;
  }
}

function editOf(
  text: string,
  offset: number,
  message: TranscriptMessage,
  redactor: Redactor,
): Edit | undefined {
  const { direction, connection, body } = message;
  if (body.kind === 'pattern') {
    const redacted = redactor.redactMessage(message.text, direction, connection);
    if (redacted === message.text) return undefined;
    const from = text.indexOf(message.text, offset);
    return { from, to: from + message.text.length, text: redacted };
  }
  const written = body.kind === 'bytes' ? body.bytes.toString('latin1') : message.text;
  const redacted = redactor.redactPart(written, direction, connection);
  if (redacted === written) return undefined;
  const changed = changedMessage(message, redacted);
  return { from: offset, to: endOfLines(text, offset, message), text: writeMessage(changed) };
}

/** What was no JSON may have become some: then it says so of itself. */
function changedMessage(message: TranscriptMessage, redacted: string): TranscriptMessage {
  if (message.body.kind !== 'bytes')
    return { ...message, text: redacted, body: bodyFromText(redacted, message.direction) };
  return { ...message, body: { kind: 'bytes', bytes: Buffer.from(redacted, 'latin1') } };
}

function endOfLines(text: string, offset: number, { text: written, body }: TranscriptMessage): number {
  let end = offset;
  const lines = body.kind === 'bytes' ? 1 : written.split('\n').length;
  for (let line = 0; line < lines; line++) {
    const next = text.indexOf('\n', end + (line === 0 ? 0 : 1));
    if (next < 0) return text.length;
    end = next;
  }
  return end;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let at = 1; at < line; at++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}

/** Comments, and the reasons of marks; nothing else stands between messages. */
function redactRemarks(text: string, redactor: Redactor): string {
  return text.replaceAll(/^#.*|(?<=^[^\n]*-- ends: ).*/gm, (remark) => redactor.redactText(remark));
}

/** A connection that no recording has: what is said there is not answered. */
const NOWHERE = -1;

/** Commands of the front matter, and messages as its `substitute` has them sent. */
function* messagesOfHead({ head, messages }: Transcript): Generator<string> {
  for (const step of [...(head.prepare ?? []), ...(head.provoke ?? [])]) {
    if (step.kind === 'execute' || step.kind === 'until')
      yield writeJson({ execute: step.command, arguments: step.arguments ?? {} });
  }
  for (const { execute, arguments: given } of head.asks ?? [])
    yield writeJson({ execute, arguments: given ?? {} });
  for (const { at, value } of head.substitute) {
    const [index = '', ...steps] = stepsOfPointer(at);
    const body = messages[Number(index)]?.body;
    if (body?.kind === 'pattern')
      yield writeJson(withValueAt(valueOfPattern(body.pattern).value, steps, value));
  }
}

function withValueAt(whole: JsonValue, steps: readonly string[], value: JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (isJsonArray(whole))
    return whole.map((element, at) => (String(at) === step ? withValueAt(element, rest, value) : element));
  if (!isJsonObject(whole)) return whole;
  const changed: Record<string, JsonValue> = { ...whole };
  setMember(changed, step, withValueAt(whole[step] ?? null, rest, value));
  return changed;
}

/** A front matter, and its messages, before and after. */
interface RedactedHead {
  readonly yaml: string;
  readonly messages: readonly (readonly [before: JsonValue, after: JsonValue])[];
}

/** Replaces in the YAML what is replaced in its messages, however it is quoted. */
function redactHead(text: string, transcript: Transcript, redactor: Redactor): RedactedHead {
  const messages = [...messagesOfHead(transcript)].map((message): [JsonValue, JsonValue] => [
    readJson(message),
    readJson(redactor.redactMessage(message, '->', NOWHERE)),
  ]);
  let yaml = text;
  for (const [before, after] of messages) {
    for (const [old, value] of changedStrings(before, after)) yaml = replaceScalar(yaml, old, value);
  }
  return { yaml, messages };
}

/** Strings that are other in `after`, of two values that are alike but for that. */
function* changedStrings(before: JsonValue, after: JsonValue | undefined): Generator<[string, string]> {
  if (typeof before === 'string' && typeof after === 'string') {
    if (before !== after) yield [before, after];
  } else if (isJsonArray(before) && isJsonArray(after)) {
    for (const [at, element] of before.entries()) yield* changedStrings(element, after[at]);
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const [name, value] of Object.entries(before)) yield* changedStrings(value, after[name]);
  }
}

/** A scalar of YAML: in quotes of either kind, or plain up to where one ends. */
function replaceScalar(yaml: string, old: string, value: string): string {
  const plain = new RegExp(`(?<=[:\\-,[]\\s+)${escapeRegExp(old)}(?=\\s*(?:[,}\\]]|\\s#|$))`, 'gm');
  return yaml
    .replaceAll(JSON.stringify(old), () => JSON.stringify(value))
    .replaceAll(`'${old.replaceAll("'", "''")}'`, () => JSON.stringify(value))
    .replaceAll(plain, () => JSON.stringify(value));
}

/** The front matter is YAML and changed as text: what was to be replaced in it must be gone. */
function checkHead(redacted: string, file: string, { messages }: RedactedHead): void {
  if (messages.length === 0) return;
  const now = [...messagesOfHead(readTranscript(redacted, file))].map((message) => readJson(message));
  const isLeft = messages.some(([before, after], at) => hasOldString(before, after, now[at]));
  if (isLeft)
    throw new InputError(
      `${file}:1:1: a secret in the front matter that cannot be told from other text; expected it replaced by hand`,
    );
}

/** Tells whether a string that is other in `after` is still what it was. */
function hasOldString(before: JsonValue, after: JsonValue | undefined, now: JsonValue | undefined): boolean {
  if (typeof before === 'string') return before !== after && before === now;
  if (isJsonArray(before) && isJsonArray(after) && isJsonArray(now))
    return before.some((element, at) => hasOldString(element, after[at], now[at]));
  if (!isJsonObject(before) || !isJsonObject(after) || !isJsonObject(now)) return false;
  return Object.entries(before).some(([name, value]) => hasOldString(value, after[name], now[name]));
}
