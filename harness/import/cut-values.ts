import { inputErrorAt, type FilePlace } from '../errors.ts';
import { onOneLine } from '../json/one-line.ts';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError, MAX_NESTING } from '../json/scanner.ts';
import { isJsonObject, type JsonObject } from '../json/value.ts';

/** A JSON object in a log. */
export interface CutValue {
  readonly value: JsonObject;
  /** On one line, spelled as in the log. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Where it ends in the text. */
  readonly end: number;
}

const SPACE = /\s*/y;
const STRING = /"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const NEXT = /[^"{}[\]]*/y;

/** Lines and columns of a text, told from left to right. */
export class Places {
  private line = 1;
  private lineStart = 0;
  private seen = 0;

  constructor(
    readonly text: string,
    readonly file: string,
  ) {}

  /** The place of an offset that is no smaller than the one before. */
  at(offset: number): FilePlace {
    for (
      let end = this.text.indexOf('\n', this.seen);
      end >= 0 && end < offset;
      end = this.text.indexOf('\n', end + 1)
    ) {
      this.line++;
      this.lineStart = end + 1;
    }
    this.seen = Math.max(this.seen, offset);
    return { file: this.file, line: this.line, column: offset - this.lineStart + 1 };
  }
}

/**
 * Cuts a text that is nothing but JSON objects, with white space between, into these.
 * @throws {InputError} for anything else, with its place
 */
export function* cutValues(text: string, file: string): Generator<CutValue, void, undefined> {
  const places = new Places(text, file);
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const cut = cutValue(places, at);
    at = cut.end;
    yield cut;
  }
}

/**
 * Cuts the JSON object that begins at an offset.
 * @throws {InputError} when none does, or it does not end
 */
export function cutValue(places: Places, at: number): CutValue {
  const { text } = places;
  const place = places.at(at);
  if (text.charAt(at) !== '{') throw inputErrorAt(place, `'${firstWords(text, at)}'`, 'a JSON object');
  const end = endOfValue(text, at);
  if (end === undefined) throw inputErrorAt(place, 'a message that does not end in this file', 'all of it');
  if (end === 'too deep') throw inputErrorAt(place, `nesting of over ${MAX_NESTING} levels`, 'a message');
  const spelled = text.slice(at, end);
  const value = readAt(spelled, place);
  return { value, text: onOneLine(spelled), line: place.line, column: place.column, end };
}

function readAt(spelled: string, place: FilePlace): JsonObject {
  try {
    const value = readJson(spelled);
    if (isJsonObject(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column, what, expected } = error;
    const there = {
      file: place.file,
      line: place.line + line - 1,
      column: line === 1 ? place.column + column - 1 : column,
    };
    throw inputErrorAt(there, what, expected, error);
  }
  throw inputErrorAt(place, 'no object', 'a JSON object');
}

/** Where the value ends that begins at an offset, by its brackets. */
function endOfValue(text: string, start: number): number | 'too deep' | undefined {
  let depth = 0;
  for (let at = start; at < text.length;) {
    NEXT.lastIndex = at;
    NEXT.exec(text);
    at = NEXT.lastIndex;
    const char = text.charAt(at);
    if (char === '"') {
      STRING.lastIndex = at;
      if (STRING.exec(text) === null) return undefined;
      at = STRING.lastIndex;
      continue;
    }
    at++;
    if (char === '{' || char === '[') {
      if (++depth > MAX_NESTING) return 'too deep';
    } else if ((char === '}' || char === ']') && --depth === 0) return at;
  }
  return undefined;
}

/** The offset of the next character that is no white space. */
export function skipSpace(text: string, at: number): number {
  SPACE.lastIndex = at;
  SPACE.exec(text);
  return SPACE.lastIndex;
}

/** What stands at an offset, short enough for an error. */
export function firstWords(text: string, at: number): string {
  const line = text.slice(at, at + 30).split('\n')[0] ?? '';
  // What a terminal would take for more than text.
  return line.trim().replace(/\p{Cc}/gu, '?');
}
