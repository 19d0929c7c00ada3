import type { WirePhase, WireRecord } from './verdict.ts';

/** One piece of the wire log, before it is known to which row it belongs; `at` counts from when the recorder was made. */
export type WirePiece = Omit<WireRecord, 'row'>;

/** Takes the pieces, in order. */
export type RecordWire = (piece: WirePiece) => void;

const LINE_END = 0x0a;

/** Cuts what a connection carries into lines for the wire log. No byte is lost or changed. */
export class WireRecorder {
  /** To what belongs that goes over the wire now; undefined: to the dialogue. */
  phase: WirePhase | undefined = 'prepare';
  private readonly began = performance.now();
  private held: Buffer[] = [];

  constructor(
    private readonly connection: string,
    private readonly record: RecordWire,
  ) {}

  /** To be given to a connection as its observer. */
  readonly observe = (direction: '->' | '<-', bytes: Buffer, at: number): void => {
    if (direction === '->') return this.put(direction, bytes, at);
    let start = 0;
    for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
      this.put(direction, Buffer.concat([...this.held, bytes.subarray(start, end + 1)]), at);
      this.held = [];
      start = end + 1;
    }
    if (start < bytes.length) this.held.push(bytes.subarray(start));
  };

  /** Writes down the bytes after the last line end. */
  end(): void {
    if (this.held.length > 0) this.put('<-', Buffer.concat(this.held), performance.now());
    this.held = [];
  }

  private put(direction: '->' | '<-', bytes: Buffer, at: number): void {
    const text = bytes.toString();
    const exact = Buffer.from(text).equals(bytes);
    this.record({
      connection: this.connection,
      direction,
      at: Math.round((at - this.began) * 1000) / 1000,
      ...(exact ? { text } : { base64: bytes.toString('base64') }),
      ...(this.phase && { phase: this.phase }),
    });
  }
}
