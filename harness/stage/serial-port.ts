import type { Duplex } from 'node:stream';

/** What a guest may write before older output is forgotten. */
const KEPT = 64 * 1024;

/** The guest's first serial port: what it writes is waited for, what is typed reaches it. */
export class SerialPort {
  private written = '';
  private readonly waiters: (() => void)[] = [];

  constructor(private readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => {
      this.written = (this.written + chunk.toString('latin1')).slice(-KEPT);
      for (const wake of this.waiters.splice(0)) wake();
    });
    // The port goes away with its QEMU, whose end is told elsewhere.
    stream.on('error', () => undefined);
  }

  /**
   * Waits until the guest has written `text`, and takes what it wrote up to there.
   * @param patience milliseconds
   * @returns whether it came in time
   */
  async waitFor(text: string, patience: number): Promise<boolean> {
    const until = performance.now() + patience;
    for (;;) {
      const at = this.written.indexOf(text);
      if (at >= 0) {
        this.written = this.written.slice(at + text.length);
        return true;
      }
      const left = until - performance.now();
      if (left <= 0) return false;
      await this.nextOutput(left);
    }
  }

  /** Writes to the guest. */
  type(text: string): void {
    this.stream.write(text, 'latin1');
  }

  /** Lets go of the stream. */
  close(): void {
    this.stream.destroy();
  }

  private nextOutput(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
