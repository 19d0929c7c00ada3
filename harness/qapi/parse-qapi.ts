import { setMember, type JsonObject, type JsonValue } from '../json/value.ts';

/** One top-level expression of a QAPI schema file. */
export interface ParsedExpression {
  readonly value: JsonObject;
  /** Line (from 1) of its opening brace. */
  readonly line: number;
}

/** A text that is no QAPI. The caller knows the file and puts it in front. */
export class QapiSyntaxError extends Error {
  override readonly name = 'QapiSyntaxError';

  constructor(
    readonly line: number,
    readonly column: number,
    message: string,
  ) {
    super(message);
  }
}

/** What some releases allow. */
export interface ParseOptions {
  /** Releases before 2.5: commas between members may be missing, and one may stand before a closing bracket. */
  readonly looseCommas?: boolean;
}

/** Deeper than any schema nests; bounds the recursion. */
const MAX_DEPTH = 64;

const PUNCTUATION = '{}[]:,';
const KEYWORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Parses the text of one QAPI schema file (qapi-code-gen, "Schema syntax"): a sequence of objects in a JSON with
 * single-quoted strings and `#` comments. Documentation comments are comments here.
 * @throws {QapiSyntaxError} at the first character that cannot be part of it.
 */
export function parseQapi(text: string, options: ParseOptions = {}): ParsedExpression[] {
  const parser = new Parser(text, options.looseCommas ?? false);
  const expressions: ParsedExpression[] = [];
  while (parser.token !== 'end') {
    const line = parser.line;
    expressions.push({ value: parser.takeExpression(), line });
  }
  return expressions;
}

type Token = 'end' | 'string' | 'keyword' | '{' | '}' | '[' | ']' | ':' | ',';

class Parser {
  token: Token = 'end';
  /** The value of a `string` or `keyword` token. */
  private value: string | boolean | null = null;
  /** Where the token begins, and where the next is searched for. */
  private start = 0;
  private offset = 0;
  /** Lines are counted only up to where someone asked. */
  private countedLine = 1;
  private countedOffset = 0;

  constructor(
    private readonly text: string,
    private readonly looseCommas: boolean,
  ) {
    this.advance();
  }

  /** The line on which the current token begins. */
  get line(): number {
    for (;;) {
      const end = this.text.indexOf('\n', this.countedOffset);
      if (end === -1 || end >= this.start) return this.countedLine;
      this.countedOffset = end + 1;
      this.countedLine++;
    }
  }

  /** Takes a top-level expression: an object. */
  takeExpression(): JsonObject {
    if (this.token !== '{') this.fail("expected '{'");
    return this.takeObject(0);
  }

  private takeObject(depth: number): JsonObject {
    if (depth > MAX_DEPTH) this.fail(`nesting of more than ${MAX_DEPTH} levels`);
    const object: Record<string, JsonValue> = {};
    this.advance();
    if (this.take('}')) return object;
    do {
      this.takeMember(object, depth);
    } while (this.atNext('}'));
    this.advance();
    return object;
  }

  private takeMember(object: Record<string, JsonValue>, depth: number): void {
    const key = this.value;
    if (this.token !== 'string' || typeof key !== 'string') this.fail("expected string or '}'");
    if (Object.hasOwn(object, key)) this.fail(`duplicate key '${key}'`);
    this.advance();
    if (!this.take(':')) this.fail("expected ':'");
    setMember(object, key, this.takeValue(depth + 1));
  }

  private takeArray(depth: number): JsonValue[] {
    if (depth > MAX_DEPTH) this.fail(`nesting of more than ${MAX_DEPTH} levels`);
    const elements: JsonValue[] = [];
    this.advance();
    if (this.take(']')) return elements;
    do {
      elements.push(this.takeValue(depth + 1));
    } while (this.atNext(']'));
    this.advance();
    return elements;
  }

  /** After a member or element: takes the comma and tells whether another one follows, or the end is reached. */
  private atNext(close: '}' | ']'): boolean {
    if (this.take(',')) return !(this.looseCommas && this.at(close));
    if (this.at(close)) return false;
    if (this.looseCommas && this.at('string') && close === '}') return true;
    return this.fail(`expected ',' or '${close}'`);
  }

  private at(token: Token): boolean {
    return this.token === token;
  }

  private take(token: Token): boolean {
    if (this.token !== token) return false;
    this.advance();
    return true;
  }

  private takeValue(depth: number): JsonValue {
    if (this.token === '{') return this.takeObject(depth);
    if (this.token === '[') return this.takeArray(depth);
    if (this.token !== 'string' && this.token !== 'keyword')
      this.fail("expected '{', '[', string, or boolean");
    const value = this.value;
    this.advance();
    return value;
  }

  private advance(): void {
    this.skipSpace();
    this.start = this.offset;
    const char = this.text.charAt(this.offset);
    if (char === '') {
      this.token = 'end';
    } else if (PUNCTUATION.includes(char)) {
      this.token = char as Token;
      this.offset++;
    } else if (char === "'") {
      this.token = 'string';
      this.value = this.scanString();
    } else {
      this.token = 'keyword';
      this.value = this.scanKeyword();
    }
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.offset);
      if (code === 0x23) {
        const end = this.text.indexOf('\n', this.offset);
        this.offset = end === -1 ? this.text.length : end + 1;
      } else if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) {
        this.offset++;
      } else {
        return;
      }
    }
  }

  private scanString(): string {
    let out = '';
    let from = ++this.offset;
    for (;;) {
      const code = this.text.charCodeAt(this.offset);
      if (code === 0x27) break;
      if (Number.isNaN(code) || code === 0x0a) this.fail("missing terminating '");
      if (code < 0x20 || code > 0x7e) this.fail('character in string is not printable ASCII', this.offset);
      if (code === 0x5c) {
        const escaped = this.text.charAt(this.offset + 1);
        if (escaped !== '\\') this.fail(`unknown escape \\${escaped}`, this.offset);
        out += this.text.slice(from, ++this.offset);
        from = this.offset + 1;
      }
      this.offset++;
    }
    return out + this.text.slice(from, this.offset++);
  }

  private scanKeyword(): boolean | null {
    const word = /^[A-Za-z0-9_-]*/.exec(this.text.slice(this.start, this.start + 40))?.[0] ?? '';
    const value = Object.hasOwn(KEYWORDS, word) ? KEYWORDS[word] : undefined;
    if (value === undefined) this.fail(`stray '${word === '' ? this.text.charAt(this.start) : word}'`);
    this.offset += word.length;
    return value;
  }

  private fail(message: string, at = this.start): never {
    const before = this.text.slice(0, at);
    throw new QapiSyntaxError(before.split('\n').length, at - before.lastIndexOf('\n'), message);
  }
}
