import { ftruncateSync, readSync, writeSync } from 'node:fs';
import type { Part } from './message-line.ts';

/** A line at the end of the file that stands for what has come of a message. */
interface Tail {
  at: number;
  length: number;
}

/** Space that main text may fill before a tail has to move again, at least. */
const MIN_GAP = 4096;
/** How many places are remembered at which the file can be cut. */
const MAX_CUTS = 256;

/**
 * A transcript that grows: whole entries, one behind the other, and behind them the tails: lines that tell what has come
 * of messages whose end has not. A tail goes when its message is whole; what is between entries and tails is empty
 * lines. At each moment the file is a whole transcript. A tail never moves because it grows, and a long one moves only
 * when as much was written before it: the work is linear in what is written.
 */
export class TranscriptFile {
  /** Where the entries end. */
  private end: number;
  private size: number;
  private readonly tails = new Map<string, Tail[]>();
  /** Where entries began lately: the file may be cut there. */
  private readonly cuts: number[] = [];

  /**
   * @param descriptor of a file that is open for reading and writing
   * @param head how long it is: its front matter, which stays
   */
  constructor(
    private readonly descriptor: number,
    head: number,
  ) {
    this.end = this.size = head;
  }

  /** How long the file would be without its tails, in bytes. */
  get length(): number {
    return this.end;
  }

  /**
   * Appends whole entries, in place of the tail of `key`; behind them a new tail of that key may stand.
   * @throws {Error} of the system, with its `code`, where the file cannot be written
   */
  append(entries: readonly Part[], key?: string, tail?: string): void {
    const old = key === undefined ? [] : (this.tails.get(key) ?? []);
    if (key !== undefined) this.tails.delete(key);
    const bytes = bytesOf(entries);
    if (this.tails.size > 0) this.appendBeforeTails(bytes, old);
    else this.appendAtEnd(bytes, tail ?? '');
    if (tail === undefined || key === undefined) return;
    if (this.tails.size > 0) this.beginTail(key, tail);
    else this.tails.set(key, [{ at: this.end, length: this.size - this.end }]);
  }

  /**
   * Lets the tail of `key` grow.
   * @param head what a line begins with where it cannot grow at its place
   */
  extendTail(key: string, head: string, more: string): void {
    const tail = this.tails.get(key)?.at(-1);
    if (tail === undefined || tail.at + tail.length < this.size) {
      this.beginTail(key, `${head}${more}\n`);
      return;
    }
    // Over its line end.
    this.write(Buffer.from(`${more}\n`), tail.at + tail.length - 1);
    tail.length += more.length;
    this.size += more.length;
  }

  /**
   * Cuts the file back to whole entries and writes a last one, after a write has failed. Where there is no room even for
   * that, entries make room for it.
   * @returns false where that did not help either
   */
  close(last: string): boolean {
    this.tails.clear();
    const bytes = Buffer.from(last);
    for (let cut: number | undefined = this.end; cut !== undefined; cut = this.cuts.pop()) {
      try {
        this.end = cut;
        this.truncate(cut);
        this.write(bytes, cut);
        this.end = this.size = cut + bytes.length;
        return true;
      } catch {
        // less of it
      }
    }
    return false;
  }

  private appendAtEnd(entries: Buffer, tail: string): void {
    const from = this.end;
    const text = tail === '' ? entries : Buffer.concat([entries, Buffer.from(tail)]);
    const size = from + text.length;
    const left = this.size - size;
    // What is left of a longer tail must be no garbage even before it is cut off.
    this.write(left > 0 ? Buffer.concat([text, Buffer.alloc(left, '\n')]) : text, from);
    this.advance(entries.length);
    if (left > 0) this.truncate(size);
    this.size = size;
  }

  private appendBeforeTails(entries: Buffer, old: readonly Tail[]): void {
    const until = this.end + entries.length;
    for (const tail of [...this.tails.values()].flat())
      if (tail.at < until && entries.length > 0) this.moveTail(tail, until);
    this.write(entries, this.end);
    this.advance(entries.length);
    for (const { at, length } of old) this.blank(Math.max(at, this.end), at + length);
    this.shrink();
  }

  private advance(length: number): void {
    if (length === 0) return;
    this.cuts.push(this.end);
    if (this.cuts.length > MAX_CUTS) this.cuts.shift();
    this.end += length;
  }

  private beginTail(key: string, text: string): void {
    const at = Math.max(this.size, this.end);
    const bytes = Buffer.from(text);
    this.write(bytes, at);
    this.size = at + bytes.length;
    this.tails.set(key, [...(this.tails.get(key) ?? []), { at, length: bytes.length }]);
  }

  private moveTail(tail: Tail, until: number): void {
    const content = Buffer.alloc(tail.length);
    readSync(this.descriptor, content, 0, tail.length, tail.at);
    const to = Math.max(this.size, until + Math.max(MIN_GAP, tail.length));
    this.blank(this.size, to);
    this.write(content, to);
    this.size = to + tail.length;
    this.blank(tail.at, tail.at + tail.length);
    tail.at = to;
  }

  /** Ends the file where its last tail ends. */
  private shrink(): void {
    const size = Math.max(this.end, ...[...this.tails.values()].flat().map(({ at, length }) => at + length));
    if (size < this.size) this.truncate(size);
    this.size = size;
  }

  private blank(from: number, to: number): void {
    if (from < to) this.write(Buffer.alloc(to - from, '\n'), from);
  }

  private write(bytes: Buffer, at: number): void {
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.descriptor, bytes, done, bytes.length - done, at + done);
  }

  private truncate(size: number): void {
    ftruncateSync(this.descriptor, size);
  }
}

function bytesOf(parts: readonly Part[]): Buffer {
  if (parts.every((part) => typeof part === 'string')) return Buffer.from(parts.join(''));
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}
