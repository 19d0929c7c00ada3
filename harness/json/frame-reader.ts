import { MAX_NESTING } from './scanner.ts';

/** A piece of a byte stream: one whole JSON value, or bytes that cannot begin one. */
export interface Frame {
  readonly kind: 'value' | 'garbage';
  /** The bytes as they came, without the white space around them. */
  readonly bytes: Buffer;
}

/** A peer sent a value larger or deeper than we are willing to hold. */
export class FrameLimitError extends Error {
  override readonly name = 'FrameLimitError';
}

/** QEMU's own limit for the tokens of one message; what is larger than this is no message. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const State = { outside: 0, garbage: 1, inside: 2, string: 3, escape: 4 } as const;
type State = (typeof State)[keyof typeof State];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Cuts a byte stream into JSON values. A value is found by its brackets, not by line ends, because `pretty=on` puts
 * many lines into one message and nothing demands a line end between two (qmp-spec, General Definitions). Each byte is
 * looked at once, however it is chunked.
 */
export class FrameReader {
  private state: State = State.outside;
  private depth = 0;
  private held: Buffer[] = [];
  private heldBytes = 0;

  constructor(private readonly maxBytes = MAX_FRAME_BYTES) {}

  /** True while part of a value (or of garbage) has come and its end has not. */
  get pending(): boolean {
    return this.state !== State.outside;
  }

  /**
   * Takes the next bytes and returns the frames that they complete.
   * @throws {FrameLimitError} when a value grows beyond the limits.
   */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const before = this.state;
      const ended = this.step(chunk[at] ?? 0);
      if (before === State.outside && this.state !== State.outside) start = at;
      if (ended === undefined) continue;
      const end = ended === 'value' ? at + 1 : at;
      frames.push({ kind: ended, bytes: this.release(chunk.subarray(start, end)) });
      if (ended === 'garbage') {
        start = at;
        this.step(chunk[at] ?? 0);
      }
    }
    if (this.pending) this.hold(chunk.subarray(start));
    return frames;
  }

  /** What has come of an unfinished frame; the stream ended in the middle of it. */
  end(): Buffer {
    const rest = Buffer.concat(this.held);
    this.held = [];
    this.heldBytes = 0;
    this.depth = 0;
    this.state = State.outside;
    return rest;
  }

  private hold(piece: Buffer): void {
    this.heldBytes += piece.length;
    if (this.heldBytes > this.maxBytes) throw new FrameLimitError(`a message of over ${this.maxBytes} bytes`);
    // A copy: the stream may use its buffer again.
    this.held.push(Buffer.from(piece));
  }

  private release(last: Buffer): Buffer {
    const bytes = this.held.length === 0 ? Buffer.from(last) : Buffer.concat([...this.held, last]);
    this.held = [];
    this.heldBytes = 0;
    return bytes;
  }

  /** Moves on by one byte; names the frame that ends with it ('value') or before it ('garbage'). */
  private step(byte: number): Frame['kind'] | undefined {
    switch (this.state) {
      case State.outside: {
        this.stepOutside(byte);
        return;
      }
      case State.garbage:
        if (!isSpace(byte) && !opens(byte)) return undefined;
        this.state = State.outside;
        return 'garbage';
      case State.inside:
        return this.stepInside(byte);
      case State.string:
        if (byte === QUOTE) this.state = State.inside;
        else if (byte === BACKSLASH) this.state = State.escape;
        return undefined;
      case State.escape:
        this.state = State.string;
        return undefined;
    }
  }

  private stepOutside(byte: number): undefined {
    if (opens(byte)) {
      this.state = State.inside;
      this.depth = 1;
    } else if (!isSpace(byte)) {
      this.state = State.garbage;
    }
  }

  private stepInside(byte: number): Frame['kind'] | undefined {
    if (byte === QUOTE) {
      this.state = State.string;
    } else if (opens(byte)) {
      if (++this.depth > MAX_NESTING) throw new FrameLimitError(`nesting of over ${MAX_NESTING} levels`);
    } else if (closes(byte) && --this.depth === 0) {
      this.state = State.outside;
      return 'value';
    }
    return undefined;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function opens(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}

function closes(byte: number): boolean {
  return byte === 0x7d || byte === 0x5d;
}
