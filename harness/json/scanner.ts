/** Where a text stopped being what it should be. Lines and columns count from 1, `offset` from 0. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';

  constructor(
    readonly offset: number,
    readonly line: number,
    readonly column: number,
    readonly what: string,
    readonly expected: string,
  ) {
    super(`${line}:${column}: ${what}; expected ${expected}`);
  }
}

/** Nesting that QEMU's own reader accepts (FACTS: 1024); deeper input is refused, not recursed into. */
export const MAX_NESTING = 1024;

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
};

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z_][A-Za-z_0-9]*/y;
const SPACE = /[ \t\r\n]*/y;

/**
 * Reads the tokens of JSON out of a text, from left to right. It knows QEMU's two dialects of a string: "double"
 * everywhere, 'single' where `singleQuotes` allows it (qmp-spec, Protocol Specification).
 */
export class Scanner {
  offset: number;

  constructor(
    readonly text: string,
    readonly singleQuotes = false,
    offset = 0,
  ) {
    this.offset = offset;
  }

  /** The next character that is no white space, without taking it; '' at the end. */
  peek(): string {
    SPACE.lastIndex = this.offset;
    SPACE.exec(this.text);
    this.offset = SPACE.lastIndex;
    return this.text.charAt(this.offset);
  }

  /** Takes `token` if it comes next, and tells whether it did. */
  take(token: string): boolean {
    this.peek();
    if (!this.text.startsWith(token, this.offset)) return false;
    this.offset += token.length;
    return true;
  }

  /** Tells whether a string begins here. */
  atString(): boolean {
    const next = this.peek();
    return next === '"' || (next === "'" && this.singleQuotes);
  }

  /** Takes a string token. */
  takeString(): string {
    const quote = this.peek();
    if (!this.atString()) this.fail(this.describeNext(), 'a string');
    let out = '';
    let from = ++this.offset;
    for (;;) {
      const char = this.text.charAt(this.offset);
      if (char === quote) break;
      if (char === '' || char < ' ') this.fail('string without end', `a closing ${quote}`);
      if (char === '\\') {
        out += this.text.slice(from, this.offset) + this.takeEscape();
        from = this.offset;
      } else {
        this.offset++;
      }
    }
    out += this.text.slice(from, this.offset++);
    return out;
  }

  private takeEscape(): string {
    const escape = this.text.charAt(this.offset + 1);
    if (escape === 'u') {
      const digits = this.text.slice(this.offset + 2, this.offset + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.fail(`escape \\u${digits}`, 'four hexadecimal digits');
      this.offset += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const char = ESCAPES[escape];
    if (char === undefined || (escape === "'" && !this.singleQuotes)) {
      this.fail(`escape \\${escape}`, 'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u');
    }
    this.offset += 2;
    return char;
  }

  /** Takes a number token: a `bigint` where a double would lose digits of an integer. */
  takeNumber(): number | bigint {
    this.peek();
    NUMBER.lastIndex = this.offset;
    const token = NUMBER.exec(this.text)?.[0];
    if (token === undefined) this.fail(this.describeNext(), 'a number');
    this.offset += token.length;
    return numberFromToken(token);
  }

  private takeWord(): string | undefined {
    this.peek();
    WORD.lastIndex = this.offset;
    const word = WORD.exec(this.text)?.[0];
    if (word !== undefined) this.offset += word.length;
    return word;
  }

  /** Takes `true`, `false` or `null`; `expected` is what an error says. */
  takeLiteral(expected: string): boolean | null {
    const start = this.offset;
    switch (this.takeWord()) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        this.offset = start;
        return this.fail(this.describeNext(), expected);
    }
  }

  /** What comes next, in words for an error. */
  describeNext(): string {
    const next = this.peek();
    if (next === '') return 'end of text';
    const word = /^[^\s,:{}[\]"']{1,20}/.exec(this.text.slice(this.offset, this.offset + 20))?.[0];
    return `'${word ?? next}'`;
  }

  /** @throws {JsonSyntaxError} always, at the current place. */
  fail(what: string, expected: string): never {
    const before = this.text.slice(0, this.offset);
    const line = before.split('\n').length;
    const column = this.offset - before.lastIndexOf('\n');
    throw new JsonSyntaxError(this.offset, line, column, what, expected);
  }
}

/** The value of a JSON number token: exact, as `bigint`, for integers beyond ±(2^53−1). */
function numberFromToken(token: string): number | bigint {
  const value = Number(token);
  if (Number.isSafeInteger(value)) return value;
  return /^-?[0-9]+$/.test(token) ? BigInt(token) : value;
}
