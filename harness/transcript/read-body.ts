import { inputErrorAt } from '../errors.ts';
import { JsonSyntaxError, Scanner } from '../json/scanner.ts';
import { readMark } from './read-mark.ts';
import { PatternShelf } from './pattern-shelf.ts';
import { readPattern, takePattern } from './read-pattern.ts';
import type { Direction, MessageBody, TranscriptMark, TranscriptMessage } from './transcript.ts';

/** `@0.001234 1->?`: offset, connection, arrow (`--`: no message, but a mark), kind. */
const ARROW = /(?:@([0-9]{1,12}(?:\.[0-9]{1,9})?) )?(0|[1-9][0-9]{0,5})?(->|<-|--)([x?](?=[ \t\r\n]|$))?/y;
const MESSAGE_FORMS = "'-> MESSAGE', '<- MESSAGE', '# comment' or an empty line";
const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** A body that is being read. */
interface Reading {
  readonly file: string;
  readonly text: string;
  /** Where the next line begins. */
  offset: number;
  /** Number of that line in the file. */
  line: number;
  /** Where the patterns of a long text are held; those of a short one are all kept. */
  readonly shelf: PatternShelf | undefined;
}

/** From this length on, in characters, a text is a long one. */
const LONG = 1024 * 1024;

/** What stands before the text of a message, or of a mark. */
interface Arrow {
  readonly direction: Direction | '--';
  readonly connection: number;
  readonly offset?: string;
  readonly kind: string | undefined;
  /** Where the text begins. */
  readonly end: number;
}

/** The body of a transcript. */
export interface TranscriptBody {
  readonly messages: readonly TranscriptMessage[];
  readonly marks: readonly TranscriptMark[];
}

/**
 * Reads the messages and marks that fill `text` from `offset`, which is the beginning of line `line`, to its end.
 * @throws {InputError} with the place of the first mistake
 */
export function readBody(text: string, file: string, offset: number, line: number): TranscriptBody {
  const shelf = text.length < LONG ? undefined : new PatternShelf();
  const reading: Reading = { file, text, offset, line, shelf };
  const messages: TranscriptMessage[] = [];
  const marks: TranscriptMark[] = [];
  while (reading.offset < text.length) {
    const first = text.charAt(reading.offset);
    if (first === '#' || restOfLine(reading, reading.offset).trim() === '') {
      moveBehindLine(reading, reading.offset);
      continue;
    }
    const arrow = readArrow(reading);
    const { direction } = arrow;
    if (direction === '--') marks.push(readMarkLine(reading, arrow, messages.length));
    else messages.push(readMessage(reading, { ...arrow, direction }));
  }
  // A client that came and said nothing leaves marks only.
  if (messages.length === 0 && marks.length === 0)
    fail(reading, 'no message', "at least one, such as '-> MESSAGE'");
  return { messages, marks };
}

function readMarkLine(reading: Reading, { connection, offset, end }: Arrow, before: number): TranscriptMark {
  const { line } = reading;
  const text = restOfLine(reading, end).trim();
  const what = readMark(text);
  if (typeof what === 'string') return fail(reading, `'${text.slice(0, 30)}' after '--'`, what);
  moveBehindLine(reading, end);
  return { connection, ...(offset === undefined ? {} : { offset }), before, line, what };
}

function readArrow(reading: Reading): Arrow {
  ARROW.lastIndex = reading.offset;
  const found = ARROW.exec(reading.text);
  if (found === null) return failAtLine(reading);
  const [, offset, connection, direction, kind] = found;
  return {
    direction: direction === '<-' || direction === '--' ? direction : '->',
    connection: Number(connection ?? 0),
    ...(offset === undefined ? {} : { offset }),
    kind,
    end: ARROW.lastIndex,
  };
}

function failAtLine(reading: Reading): never {
  const line = restOfLine(reading, reading.offset);
  const start = line.trim().slice(0, 30);
  if (/^\s/.test(line)) fail(reading, `an indented line '${start}' outside a message`, MESSAGE_FORMS);
  return fail(reading, `'${start}'`, MESSAGE_FORMS);
}

/** An arrow that leads a message. */
type MessageArrow = Arrow & { readonly direction: Direction };

function readMessage(reading: Reading, arrow: MessageArrow): TranscriptMessage {
  const { direction, connection, offset } = arrow;
  const { line } = reading;
  const { text, body } = readText(reading, arrow);
  return { direction, connection, ...(offset === undefined ? {} : { offset }), text, line, body };
}

interface MessageText {
  readonly text: string;
  readonly body: MessageBody;
}

function readText(reading: Reading, arrow: MessageArrow): MessageText {
  if (arrow.kind === 'x') return readBytes(reading, arrow);
  if (arrow.kind === '?') return readMalformed(reading, arrow);
  return readJsonMessage(reading, arrow);
}

/** A message ends where its JSON value ends, on whatever line that is. */
function readJsonMessage(reading: Reading, arrow: MessageArrow): MessageText {
  const singleQuotes = acceptsSingleQuotes(arrow.direction);
  const scanner = new Scanner(reading.text, singleQuotes, arrow.end);
  try {
    scanner.peek();
    const start = scanner.offset;
    const pattern = takePattern(scanner);
    const end = scanner.offset;
    if (restOfLine(reading, end).trim() !== '')
      scanner.fail(`${scanner.describeNext()} after the message`, 'end of line');
    moveBehindLine(reading, end);
    const text = reading.text.slice(start, end);
    return { text, body: reading.shelf?.put(text, singleQuotes, pattern) ?? { kind: 'pattern', pattern } };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, what, expected } = error;
    const hint = `${expected} (or '${arrow.direction}?' if it was documented so)`;
    throw inputErrorAt({ file: reading.file, line, column }, what, hint, error);
  }
}

/**
 * Text that is no JSON goes on for as long as lines begin with a space. That one space is the format's, not the
 * text's, so that every text can be written.
 */
function readMalformed(reading: Reading, arrow: MessageArrow): MessageText {
  const start = { ...reading };
  const first = restOfLine(reading, arrow.end);
  const lines = [first.startsWith(' ') ? first.slice(1) : first];
  moveBehindLine(reading, arrow.end);
  while (reading.text.charAt(reading.offset) === ' ') {
    lines.push(restOfLine(reading, reading.offset + 1));
    moveBehindLine(reading, reading.offset);
  }
  const text = lines.join('\n');
  if (text.trim() === '') fail(start, `no text after '${arrow.direction}?'`, 'the text as it was documented');
  const body = bodyFromText(text, arrow.direction);
  if (body.kind === 'pattern')
    fail(start, `well-formed JSON after '${arrow.direction}?'`, `'${arrow.direction}'`);
  return { text, body };
}

function readBytes(reading: Reading, arrow: MessageArrow): MessageText {
  const text = restOfLine(reading, arrow.end).trim();
  if (!text.split(' ').every((part) => part.length % 2 === 0 && HEX.test(part))) {
    fail(reading, `'${text.slice(0, 30)}'`, 'bytes of two hexadecimal digits each, such as 0d ff');
  }
  moveBehindLine(reading, arrow.end);
  return { text, body: { kind: 'bytes', bytes: Buffer.from(text.replaceAll(' ', ''), 'hex') } };
}

/**
 * Tells what the text of a message is: JSON with elisions, or no JSON. Whoever makes messages must ask this, as the
 * reader refuses a message that says of itself the other.
 */
export function bodyFromText(text: string, direction: Direction): MessageBody {
  try {
    return { kind: 'pattern', pattern: readPattern(text, { singleQuotes: acceptsSingleQuotes(direction) }) };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { kind: 'malformed', reason: error.message };
  }
}

/** 'Single-quoted' strings are accepted from clients and never sent (qmp-spec, Protocol Specification). */
function acceptsSingleQuotes(direction: Direction): boolean {
  return direction === '->';
}

function restOfLine(reading: Reading, from: number): string {
  return reading.text.slice(from, endOfLine(reading, from));
}

function endOfLine(reading: Reading, from: number): number {
  const end = reading.text.indexOf('\n', from);
  return end < 0 ? reading.text.length : end;
}

/** Moves to the line after the one that holds `at`. */
function moveBehindLine(reading: Reading, at: number): void {
  const end = endOfLine(reading, at);
  for (let from = reading.offset; from <= end; from++) {
    const found = reading.text.indexOf('\n', from);
    if (found < 0 || found > end) break;
    reading.line++;
    from = found;
  }
  reading.offset = end + 1;
}

function fail(reading: Reading, what: string, expected: string): never {
  throw inputErrorAt({ file: reading.file, line: reading.line, column: 1 }, what, expected);
}
