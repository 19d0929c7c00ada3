import { MAX_NESTING } from '../json/scanner.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';

/** What a client sent: a JSON value, or bytes of which none can be made, with the reason in words. */
export type Request =
  { readonly kind: 'value'; readonly value: JsonValue } | { readonly kind: 'error'; readonly reason: string };

/** A larger message is refused; QEMU's own bound, 64 MiB, would be held for each client. */
export const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

const QUOTES = [0x22, 0x27];
const BACKSLASH = 0x5c;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What may stand between strings: JSON's own characters, and letters of its words. */
const TOKENS = new Set(Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789+-.E,:[]{}"\''));
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const SEPARATORS = new Set([0x2c, 0x3a]);

/**
 * Cuts what a client sends into messages, as QEMU's reader does: by JSON values, however they are chunked; 'single' and
 * "double" quotes (qmp-spec, Protocol Specification); and back to the start at a control character or the byte 0xFF
 * (Forcing the JSON parser into known-good state). Each byte is looked at once, and no more than one message is held.
 */
export class RequestReader {
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Whether part of a message, or of something that will be none, has come. */
  private inside = false;
  private depth = 0;
  private quote: number | undefined;
  private escaped = false;
  /** Passes over the rest of a message that is too large, by its brackets, so that it draws one error. */
  private lost = false;

  constructor(private readonly maxBytes = MAX_REQUEST_BYTES) {}

  /** Takes the next bytes, and gives what they complete; the caller may take its time between two. */
  *read(chunk: Buffer): Generator<Request, void, undefined> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      const wasInside = this.inside;
      const end = this.step(byte);
      if (!wasInside) start = at;
      if (end === undefined) continue;
      const last = chunk.subarray(start, end === 'value' ? at + 1 : at);
      start = at + 1;
      const request = this.finish(end, last);
      if (request !== undefined) yield request;
    }
    if (this.inside) yield* this.hold(chunk.subarray(start));
  }

  private *hold(piece: Buffer): Generator<Request, void, undefined> {
    if (this.lost) return;
    this.heldBytes += piece.length;
    if (this.heldBytes <= this.maxBytes) {
      // A copy: the stream may use its buffer again.
      this.held.push(Buffer.from(piece));
      return;
    }
    this.held = [];
    this.heldBytes = 0;
    this.lost = true;
    yield { kind: 'error', reason: `a message of over ${this.maxBytes} bytes` };
  }

  /** Moves on by one byte, and says what ends: a value with it, a scalar before it, or the message by an error. */
  private step(byte: number): End | undefined {
    if (this.quote !== undefined) return this.stepInString(byte, this.quote);
    if (SPACES.has(byte)) return this.inside && this.depth === 0 ? 'scalar' : undefined;
    if (!TOKENS.has(byte)) return wrong(byte);
    this.inside = true;
    if (QUOTES.includes(byte)) this.quote = byte;
    else if (OPENING.has(byte)) {
      if (++this.depth > MAX_NESTING) return `nesting of over ${MAX_NESTING} levels`;
    } else if (CLOSING.has(byte)) {
      if (--this.depth < 0) return `'${String.fromCharCode(byte)}' that nothing opened`;
      if (this.depth === 0) return 'value';
    } else if (SEPARATORS.has(byte) && this.depth === 0)
      return `'${String.fromCharCode(byte)}' outside of a message`;
    return undefined;
  }

  private stepInString(byte: number, quote: number): End | undefined {
    if (byte < 0x20 || byte === 0xff) return wrong(byte);
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === quote) {
      this.quote = undefined;
      if (this.depth === 0) return 'value';
    }
    return undefined;
  }

  private finish(end: End, last: Buffer): Request | undefined {
    const bytes = this.held.length === 0 ? last : Buffer.concat([...this.held, last]);
    const { lost } = this;
    this.forget();
    if (lost) return undefined;
    if (end !== 'value' && end !== 'scalar') return { kind: 'error', reason: end };
    return bytes.length > this.maxBytes
      ? { kind: 'error', reason: `a message of over ${this.maxBytes} bytes` }
      : readRequest(bytes);
  }

  private forget(): void {
    this.held = [];
    this.heldBytes = 0;
    this.inside = false;
    this.depth = 0;
    this.quote = undefined;
    this.escaped = false;
    this.lost = false;
  }
}

/** `value`: with this byte; `scalar`: before it; any other text: an error, in words. */
type End = 'value' | 'scalar' | (string & {});

function wrong(byte: number): End {
  const shown =
    byte > 0x20 && byte < 0x7f
      ? `'${String.fromCharCode(byte)}'`
      : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  return `${shown}, which is no JSON`;
}

function readRequest(bytes: Buffer): Request {
  try {
    const value = readJson(UTF8.decode(bytes), { singleQuotes: true });
    if (isFinite(value)) return { kind: 'value', value };
    return { kind: 'error', reason: 'a number that is too large' };
  } catch (error) {
    const reason =
      error instanceof TypeError ? 'bytes that are no UTF-8' : error instanceof Error ? error.message : '';
    return { kind: 'error', reason };
  }
}

function isFinite(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.every(isFinite);
  if (isJsonObject(value)) return Object.values(value).every(isFinite);
  return typeof value !== 'number' || Number.isFinite(value);
}
