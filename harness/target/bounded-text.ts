const FIRST_BYTES = 4 * 1024;
const LAST_BYTES = 16 * 1024;

/** The beginning and the end of a stream of text: what a program says first and last explains it best. */
export class BoundedText {
  private readonly first: Buffer[] = [];
  private firstBytes = 0;
  private last = Buffer.alloc(0);
  private left = 0;

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    const head = chunk.subarray(0, FIRST_BYTES - this.firstBytes);
    if (head.length > 0) this.first.push(Buffer.from(head));
    this.firstBytes += head.length;
    const whole = Buffer.concat([this.last, chunk.subarray(head.length)]);
    this.left += Math.max(0, whole.length - LAST_BYTES);
    this.last = whole.subarray(Math.max(0, whole.length - LAST_BYTES));
  }

  /** All of it, or its first 4 kB and last 16 kB with a note of how much is missing between. */
  toString(): string {
    const gap = this.left === 0 ? '' : `\n[… ${this.left} bytes …]\n`;
    return Buffer.concat([...this.first, Buffer.from(gap), this.last]).toString();
  }
}
