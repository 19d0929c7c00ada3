import type { Duplex } from 'node:stream';
import { FrameLimitError, FrameReader } from '../json/frame-reader.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import { watchDeadline } from '../qmp/deadline.ts';
import { readIncoming, type Incoming } from '../qmp/message.ts';

/** A piece of what a server sent: a message, or bytes that begin none, and the white space before it. */
export interface Received {
  readonly incoming: Incoming;
  /** Exactly the bytes of the message. */
  readonly bytes: Buffer;
  /** The white space between the end of the piece before and its first byte. */
  readonly before: Buffer;
}

/** Sees bytes as they go. */
export type Observe = (direction: '->' | '<-', bytes: Buffer, at: number) => void;

/** The most bytes that one connection may bring: a check asks for far less, and keeps all. */
const MAX_RECEIVED = 128 * 1024 * 1024;

const NOTHING = Buffer.alloc(0);

/**
 * What comes over one connection, cut into messages, with not a byte lost: what stands between them is kept too. Unlike
 * `QmpConnection` it reads nothing into what comes.
 */
export class MessageStream {
  /** Everything that came, in order. Grows with the connection; a check's connection is short. */
  readonly received: Received[] = [];
  /** White space after the last piece. */
  after: Buffer = NOTHING;
  /** Why nothing more comes. */
  ended: ConnectionClosed | undefined;
  private readonly frames: FrameReader;
  /** How many bytes of the unfinished piece came in earlier chunks. */
  private held = 0;
  private total = 0;
  private wake: (() => void) | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly observe: Observe,
    maxBytes?: number,
  ) {
    this.frames = new FrameReader(maxBytes);
    stream.on('data', (chunk: Buffer) => this.take(chunk));
    const finish = (cause?: unknown): void => this.finish(cause);
    stream.once('end', finish);
    stream.on('error', finish);
    stream.once('close', () => finish());
  }

  /**
   * Sends bytes by one write; does not wait until they are taken.
   * @throws {ConnectionClosed}
   */
  send(bytes: Buffer): void {
    if (this.ended !== undefined || !this.stream.writable) throw this.ended ?? new ConnectionClosed(CLOSED);
    this.observe('->', bytes, performance.now());
    this.stream.write(bytes);
  }

  /**
   * Waits until `condition` holds, which is asked again whenever something came.
   * @param patience milliseconds
   * @throws {ConnectionClosed} when nothing more comes and it does not hold
   * @throws {DeadlineExceeded}
   */
  async until(condition: () => boolean, what: string, patience: number): Promise<void> {
    if (condition()) return;
    let cancel = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        cancel = watchDeadline(patience, what, reject);
        this.wake = () => {
          if (condition()) resolve();
          else if (this.ended !== undefined) reject(this.ended);
        };
        this.wake();
      });
    } finally {
      cancel();
      this.wake = undefined;
    }
  }

  /** Ends the connection from our side. */
  close(): void {
    this.stream.destroy();
    this.finish();
  }

  private take(chunk: Buffer): void {
    if (this.ended !== undefined) return;
    const at = performance.now();
    this.observe('<-', chunk, at);
    try {
      this.total += chunk.length;
      if (this.total > MAX_RECEIVED)
        throw new FrameLimitError(`over ${MAX_RECEIVED} bytes on one connection`);
      this.cut(chunk, at);
    } catch (error) {
      this.finish(error);
      this.stream.destroy();
    }
    this.wake?.();
  }

  private cut(chunk: Buffer, at: number): void {
    let from = 0;
    for (const frame of this.frames.push(chunk)) {
      if (this.held === 0) from = this.takeSpace(chunk, from);
      from += frame.bytes.length - this.held;
      this.held = 0;
      this.received.push({ incoming: readIncoming(frame, at), bytes: frame.bytes, before: this.after });
      this.after = NOTHING;
    }
    if (this.held === 0) from = this.takeSpace(chunk, from);
    this.held += chunk.length - from;
  }

  private takeSpace(chunk: Buffer, from: number): number {
    let end = from;
    while (end < chunk.length && isSpace(chunk[end])) end++;
    if (end > from) this.after = Buffer.concat([this.after, chunk.subarray(from, end)]);
    return end;
  }

  private finish(cause?: unknown): void {
    if (this.ended !== undefined) return;
    this.ended = new ConnectionClosed(cause instanceof Error ? `${CLOSED}: ${cause.message}` : CLOSED, {
      cause,
    });
    const bytes = this.frames.end();
    if (bytes.length > 0) {
      const incoming = readIncoming({ kind: 'garbage', bytes }, performance.now());
      this.received.push({ incoming, bytes, before: this.after });
      this.after = NOTHING;
    }
    this.wake?.();
  }
}

const CLOSED = 'the connection was closed';

/** White space as `FrameReader` skips it. */
function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}
