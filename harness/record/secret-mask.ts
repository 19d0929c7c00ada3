import type { Redaction } from './redaction.ts';

const MASK = 0x2a;
const QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
/** Options, URLs and JSON within a string, and escapes that could hide them. */
const STRUCTURE = new Uint8Array(256);
for (const char of '=:{@\\') STRUCTURE[char.charCodeAt(0)] = 1;
const MAX_KNOWN = 1000;

/** A longer name is no member's of QAPI. */
const MAX_NAME = 256;

/**
 * Takes secrets out of a message of which only the beginning is known. Every character of the value of a member that
 * may be secret becomes a `*`, and in any other string what stands behind the first character that could make it hold
 * names and values of its own. Goes on where the last piece ended, and keeps the number of bytes.
 */
export class SecretMask {
  /** The quote that ends the string that we are in; 0 outside of strings. */
  private quote = 0;
  private escaped = false;
  /** In that string a character of {@link STRUCTURE} has come. */
  private structured = false;
  private depth = 0;
  /** The last string, or as much of it as came. */
  private string = '';
  /** Set behind the name of a secret: at which depth its value stands. */
  private secretAt: number | undefined;
  private readonly known = new Map<string, boolean>();

  constructor(private readonly mayBeSecret: Redaction['mayBeSecret']) {}

  /** @returns a masked copy */
  push(bytes: Buffer): Buffer {
    const masked = Buffer.from(bytes);
    for (let at = 0; at < masked.length;)
      at = this.quote === 0 ? this.passOutside(masked, at) : this.passString(bytes, masked, at);
    return masked;
  }

  /** Passes over a string, to the byte behind its end or as far as it came. */
  private passString(bytes: Buffer, masked: Buffer, from: number): number {
    const secret = this.secretAt !== undefined;
    let { escaped, structured } = this;
    let at = from;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === this.quote && !escaped) break;
      if (secret || structured) masked[at] = MASK;
      escaped = byte === BACKSLASH && !escaped;
      if (STRUCTURE[byte] === 1) structured = true;
    }
    this.escaped = escaped;
    this.structured = structured;
    if (this.string.length < MAX_NAME)
      this.string += bytes.toString('latin1', from, Math.min(at, from + MAX_NAME));
    if (at < bytes.length) this.quote = 0;
    return at + 1;
  }

  /** Passes over what stands between two strings. */
  private passOutside(masked: Buffer, from: number): number {
    for (let at = from; at < masked.length; at++) {
      const byte = masked[at] ?? 0;
      if (byte === QUOTE || byte === SINGLE_QUOTE) {
        this.quote = byte;
        this.string = '';
        this.structured = this.escaped = false;
        return at + 1;
      }
      if (this.isPlain(byte) && this.secretAt !== undefined) masked[at] = MASK;
    }
    return masked.length;
  }

  /** Tells whether the byte belongs to a number or a word. */
  private isPlain(byte: number): boolean {
    switch (byte) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.depth++;
        return false;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.depth--;
        this.endValue(this.depth < (this.secretAt ?? 0));
        return false;
      case COMMA:
        this.endValue(this.depth === this.secretAt);
        return false;
      case COLON:
        this.beginValue();
        return false;
      default:
        return byte > SPACE;
    }
  }

  private beginValue(): void {
    if (this.secretAt !== undefined) return;
    const name = this.string;
    const known = this.known.get(name) ?? this.judge(name);
    if (known) this.secretAt = this.depth;
  }

  private judge(name: string): boolean {
    // An escape could spell any name.
    const secret = name.includes('\\') || name.length >= MAX_NAME || this.mayBeSecret(name);
    if (this.known.size < MAX_KNOWN) this.known.set(name, secret);
    return secret;
  }

  private endValue(ends: boolean): void {
    if (ends) this.secretAt = undefined;
  }
}
