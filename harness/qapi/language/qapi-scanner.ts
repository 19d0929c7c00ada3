import type { Dialect } from './dialect.ts';
import { semanticError, syntaxErrorAt, type SourceFile, type SourceInfo } from './source-info.ts';

/** `comment` is a line of a documentation comment; other comments are no tokens. */
export type Token = 'end' | 'string' | 'keyword' | 'comment' | '{' | '}' | '[' | ']' | ':' | ',';

/** Splits the text of a schema file into tokens (qapi-code-gen, "Schema syntax"), one ahead of the reader. */
export class QapiScanner {
  token: Token = 'end';
  /** The value of a `string` or `keyword` token; the whole line, from its `#`, of a `comment`. */
  value: string | boolean | null = null;
  /** Offset at which the token begins. */
  start = 0;
  /** Before 5.2, `##` is a mere comment within an expression. */
  inExpression = false;
  readonly dialect: Dialect;
  /** The text of the file; it ends with a line's end. */
  readonly text: string;
  private readonly source: SourceFile;
  private readonly checked: boolean;
  /** Where the next token is searched for. */
  private offset = 0;

  constructor(source: SourceFile, dialect: Dialect) {
    this.source = source;
    this.text = source.text;
    this.dialect = dialect;
    this.checked = dialect.has('checked-documents');
    this.advance();
  }

  /** The place of the current token. */
  get info(): SourceInfo {
    return { source: this.source, offset: this.start };
  }

  /** Where the text goes on behind the current token. */
  get end(): number {
    return this.offset;
  }

  /** Leaves out what was read by other means: the next token is searched for from `offset`. */
  skipTo(offset: number): void {
    this.offset = offset;
  }

  /** Goes to the next token. @param inDocument every comment is a token. */
  advance(inDocument = false): void {
    const text = this.text;
    for (;;) {
      const code = text.charCodeAt(this.offset);
      this.start = this.offset;
      if (code === 0x0a && this.offset === text.length - 1) {
        this.token = 'end';
        return;
      }
      if (code === 0x23) {
        const end = text.indexOf('\n', this.offset);
        this.offset = end;
        if (inDocument || this.beginsDocument(end)) {
          this.token = 'comment';
          this.value = text.slice(this.start, end);
          return;
        }
      } else if (code === 0x20 || code === 0x0a || isSpace(code)) {
        this.offset++;
      } else {
        this.takeToken(code);
        return;
      }
    }
  }

  private beginsDocument(end: number): boolean {
    if (this.text.charCodeAt(this.start + 1) !== 0x23) return false;
    if (this.checked) return true;
    return !this.inExpression && this.text.slice(this.start, end).trimEnd() === '##';
  }

  private takeToken(code: number): void {
    const punctuation = PUNCTUATION.get(code);
    if (punctuation !== undefined) {
      this.token = punctuation;
      this.offset++;
    } else if (code === 0x27) {
      this.token = 'string';
      this.value = this.scanString();
    } else {
      this.token = 'keyword';
      this.value = this.scanKeyword();
    }
  }

  private scanString(): string {
    const end = this.text.indexOf("'", this.offset + 1);
    const plain = this.text.slice(this.offset + 1, end);
    if (end !== -1 && PLAIN.test(plain)) {
      this.offset = end + 1;
      return plain;
    }
    return this.scanOddString();
  }

  /** A string with escapes, or with what no string may hold. */
  private scanOddString(): string {
    let out = '';
    let from = ++this.offset;
    for (;;) {
      const code = this.text.charCodeAt(this.offset);
      if (code === 0x27) break;
      if (code === 0x0a) this.fail('string does not end on its line');
      if (code < 0x20 || code > 0x7e) this.fail('string holds a character that is not printable ASCII');
      if (code === 0x5c) {
        const escaped = this.text.charAt(this.offset + 1);
        if (escaped === '\n') this.fail('string does not end on its line');
        if (escaped !== '\\') this.fail(`no such escape: \\${escaped}`);
        out += this.text.slice(from, ++this.offset);
        from = this.offset + 1;
      }
      this.offset++;
    }
    return out + this.text.slice(from, this.offset++);
  }

  private scanKeyword(): boolean | null {
    for (const [word, value] of KEYWORDS) {
      if (this.text.startsWith(word, this.start) && (value !== null || !this.dialect.has('no-null'))) {
        this.offset += word.length;
        return value;
      }
    }
    STRAY.lastIndex = this.start;
    return this.fail(`unexpected ${STRAY.exec(this.text)?.[0] ?? this.text.charAt(this.start)}`);
  }

  /** @throws {InputError} at the current token, or at offset `at`. */
  fail(message: string, at = this.start): never {
    const before = this.text.slice(0, at);
    const lineStart = before.lastIndexOf('\n') + 1;
    let column = 1;
    // What QEMU counts for a tab, so that its columns and ours are the same.
    for (const char of before.slice(lineStart)) column = char === '\t' ? ((column + 7) % 8) + 1 : column + 1;
    throw syntaxErrorAt(this.source, this.source.lineAt(at), column, message);
  }

  /** @throws {InputError} for what is wrong in meaning, at the line of the current token or of offset `at`. */
  failOnLine(message: string, at = this.start): never {
    throw semanticError({ source: this.source, offset: at }, message);
  }
}

const PUNCTUATION: ReadonlyMap<number, Token> = new Map(
  (['{', '}', '[', ']', ':', ','] as const).map((char) => [char.charCodeAt(0), char]),
);

const KEYWORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

/** Printable ASCII without the backslash. */
const PLAIN = /^[ -[\]-~]*$/;

const STRAY = /[^[\]{}:,\s']+/y;

function isSpace(code: number): boolean {
  return (
    (code >= 0x09 && code <= 0x0d) || (code > 0x7f && code !== 0xfeff && /\s/.test(String.fromCharCode(code)))
  );
}
