import { MAX_FRAME_BYTES } from '../json/frame-reader.ts';
import { skipJson } from './skip-json.ts';

/** A piece of a stream: something that is bracketed as a JSON value is, or other bytes up to white space. */
export interface Piece {
  readonly bytes: Buffer;
  /** Where it begins in the chunk that completed it; below 0 for one that began in an earlier chunk. */
  readonly begins: number;
  /** Whether it is JSON; what is no UTF-8 may be taken for it. */
  readonly isJson: boolean;
}

/** What a chunk of a stream completes, and what it leaves. */
export interface Cut {
  readonly pieces: readonly Piece[];
  /** What of an unfinished piece this chunk has brought. */
  readonly rest: Buffer | undefined;
  /** Where the last piece that begins in this chunk does so; `undefined` where none does. */
  readonly lastBegin: number | undefined;
}

const OUTSIDE = 0;
const GARBAGE = 1;
const INSIDE = 2;
const DOUBLE = 3;
const DOUBLE_ESCAPE = 4;
const SINGLE = 5;
const SINGLE_ESCAPE = 6;
/** What happens beside a change of state; these are no states. */
const OPEN = 7;
const CLOSE = 8;
const BROKEN = 9;

/** The next state, or what happens, for each state and byte. */
const STEPS = buildSteps();

/**
 * Cuts a byte stream into messages as QEMU's own reader does: by brackets, with 'single' and "double" strings; and a
 * byte that can stand in no JSON begins anew (qmp-spec, Forcing the JSON parser into known-good state), so that half a
 * command that a client gave up does not swallow those behind it. Never throws: a recorder has to go on, whatever
 * comes. Each byte is looked at once or twice, however it is chunked.
 */
export class MessageCutter {
  private state = OUTSIDE;
  private depth = 0;
  /** Room for an unfinished piece, and how much of it is taken: chunks may be of one byte each. */
  private held = NOTHING;
  private heldBytes = 0;

  constructor(private readonly maxBytes = MAX_FRAME_BYTES) {}

  /** True while part of a piece has come and its end has not. */
  get pending(): boolean {
    return this.state !== OUTSIDE;
  }

  /** Takes the next bytes. The pieces are views on `chunk` where they lie in it as a whole. */
  push(chunk: Buffer): Cut {
    const pieces: Piece[] = [];
    let { state, depth } = this;
    let start = 0;
    let lastBegin: number | undefined;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      const next = STEPS[(state << 8) | byte] ?? OUTSIDE;
      if (next === state) continue;
      if (state === OUTSIDE) {
        start = lastBegin = at;
        // Most messages come whole and right: all that there is to know of them is known after one fast look.
        const end = next === OPEN ? skipJson(chunk, at) : -1;
        if (end >= 0) {
          pieces.push({ bytes: chunk.subarray(at, end), begins: at, isJson: true });
          at = end - 1;
          continue;
        }
      }
      if (next < OPEN) {
        // Garbage ends before what ends it, and that may be the beginning of something.
        if (state === GARBAGE) {
          pieces.push(this.release(chunk, start, at--));
          state = OUTSIDE;
        } else {
          state = next;
        }
        continue;
      }
      if (next === OPEN) {
        state = INSIDE;
        depth++;
        continue;
      }
      if (next === CLOSE && --depth > 0) continue;
      // White space that broke a string is none of it.
      pieces.push(this.release(chunk, start, next === BROKEN && isSpace(byte) ? at : at + 1));
      state = OUTSIDE;
      depth = 0;
    }
    this.state = state;
    this.depth = depth;
    return { pieces, rest: this.hold(chunk, start, pieces), lastBegin };
  }

  /** What has come of an unfinished piece; the stream ended in the middle of it. */
  end(): Buffer {
    const rest = this.held.subarray(0, this.heldBytes);
    this.reset();
    this.state = OUTSIDE;
    this.depth = 0;
    return rest;
  }

  private hold(chunk: Buffer, start: number, pieces: Piece[]): Buffer | undefined {
    if (this.state === OUTSIDE) return undefined;
    const rest = chunk.subarray(start);
    this.keep(rest);
    if (this.heldBytes <= this.maxBytes) return rest;
    pieces.push({ bytes: this.end(), begins: -1, isJson: false });
    return undefined;
  }

  private keep(bytes: Buffer): void {
    const length = this.heldBytes + bytes.length;
    if (length > this.held.length) {
      const more = Buffer.allocUnsafeSlow(Math.max(MIN_ROOM, 2 * length));
      this.held.copy(more, 0, 0, this.heldBytes);
      this.held = more;
    }
    bytes.copy(this.held, this.heldBytes);
    this.heldBytes = length;
  }

  private release(chunk: Buffer, start: number, end: number): Piece {
    const last = chunk.subarray(start, end);
    if (this.heldBytes === 0) return { bytes: last, begins: start, isJson: false };
    this.keep(last);
    const bytes = this.held.subarray(0, this.heldBytes);
    this.reset();
    return { bytes, begins: -1, isJson: skipJson(bytes, 0) === bytes.length };
  }

  private reset(): void {
    this.held = NOTHING;
    this.heldBytes = 0;
  }
}

const NOTHING = Buffer.alloc(0);
const MIN_ROOM = 4096;

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function buildSteps(): Uint8Array {
  const steps = new Uint8Array(7 << 8);
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    const opens = char === '{' || char === '[';
    const space = isSpace(byte);
    // What no JSON text has, not even in a string: QEMU's reader takes it for the end of what it was reading.
    const control = byte < 0x20 || byte >= 0xfe;
    const put = (state: number, next: number): void => void (steps[(state << 8) | byte] = next);
    put(OUTSIDE, opens ? OPEN : space ? OUTSIDE : GARBAGE);
    put(GARBAGE, opens || space ? OUTSIDE : GARBAGE);
    put(INSIDE, insideStep(char, opens, control && !space));
    put(DOUBLE, control ? BROKEN : char === '"' ? INSIDE : char === '\\' ? DOUBLE_ESCAPE : DOUBLE);
    put(DOUBLE_ESCAPE, control ? BROKEN : DOUBLE);
    put(SINGLE, control ? BROKEN : char === "'" ? INSIDE : char === '\\' ? SINGLE_ESCAPE : SINGLE);
    put(SINGLE_ESCAPE, control ? BROKEN : SINGLE);
  }
  return steps;
}

function insideStep(char: string, opens: boolean, control: boolean): number {
  if (opens) return OPEN;
  if (char === '}' || char === ']') return CLOSE;
  if (char === '"') return DOUBLE;
  if (char === "'") return SINGLE;
  return control ? BROKEN : INSIDE;
}
