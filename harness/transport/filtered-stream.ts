import { Duplex, type DuplexOptions } from 'node:stream';

/** What a transport does to bytes on their way. Either function may keep state. */
export interface ByteFilter {
  readonly decode: (chunk: Buffer) => Buffer;
  readonly encode: (chunk: Buffer) => Buffer;
}

/** Nothing is done to the bytes. */
export const UNFILTERED: ByteFilter = { decode: (chunk) => chunk, encode: (chunk) => chunk };

/** The system's words for a terminal whose other side is closed (pty(7)), which is its end and no failure. */
const HUNG_UP: ReadonlySet<unknown> = new Set(['EIO']);

/** A stream of bytes below which another stream has the transport's own protocol. */
export class FilteredStream extends Duplex {
  constructor(
    private readonly below: Duplex,
    private readonly byteFilter: ByteFilter,
    options: DuplexOptions = {},
  ) {
    super(options);
    below.on('data', (chunk: Buffer) => {
      const bytes = byteFilter.decode(chunk);
      if (bytes.length > 0 && !this.push(bytes)) below.pause();
    });
    below.once('end', () => this.push(null));
    // Stays for the stream's life: a write after the peer left may fail more than once.
    below.on('error', (error) => {
      if ('code' in error && HUNG_UP.has(error.code)) this.push(null);
      else this.destroy(error);
    });
    below.once('close', () => this.destroy());
  }

  override _read(): void {
    this.below.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.below.write(this.byteFilter.encode(chunk), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.below.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.below.destroy();
    done(error);
  }
}
