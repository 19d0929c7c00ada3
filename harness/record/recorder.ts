import { getSystemErrorMap } from 'node:util';
import type { DescriptorKind, Direction } from '../transcript/transcript.ts';
import { writeMarkLine } from '../transcript/write-transcript.ts';
import { MessageCutter, type Cut, type Piece } from './message-cutter.ts';
import { hexOf, messageLine, placeText, type Part, type Place } from './message-line.ts';
import type { Redaction } from './redaction.ts';
import { SecretMask } from './secret-mask.ts';
import type { TranscriptFile } from './transcript-file.ts';

/** What was written down. */
export interface RecordCount {
  readonly messages: number;
  readonly connections: number;
  /** Why the transcript ends before the dialogue does. */
  readonly ends?: string;
}

/** One direction of a connection. */
interface Lane {
  readonly key: string;
  readonly connection: number;
  readonly direction: Direction;
  readonly cutter: MessageCutter;
  /** Of a message that is not whole. */
  mask: SecretMask | undefined;
}

/**
 * Writes down what connections carry, as it comes: whatever is told here stands in the file when the call returns. A
 * file that cannot be written ends the transcript, and not the dialogue.
 */
export class Recorder {
  private readonly lanes = new Map<string, Lane>();
  private began: number | undefined;
  private messages = 0;
  private connections = 0;
  private ends: string | undefined;

  constructor(
    private readonly file: TranscriptFile,
    private readonly redaction?: Redaction,
    /** Told once, when the transcript ends before the dialogue does. */
    private readonly onEnds: (reason: string) => void = () => undefined,
    /** In milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  get count(): RecordCount {
    const { messages, connections, ends } = this;
    return { messages, connections, ...(ends !== undefined && { ends }) };
  }

  /** A client came, and the server took it. */
  opened(connection: number): void {
    this.connections++;
    this.guard(() =>
      this.file.append([`${writeMarkLine({ ...this.place(connection), what: { kind: 'opened' } })}\n`]),
    );
  }

  /** A connection is over. What came of unfinished messages is written as it is. */
  closed(connection: number, by: 'client' | 'server'): void {
    this.endLanes(connection);
    const what = { kind: 'closed', by } as const;
    this.guard(() => this.file.append([`${writeMarkLine({ ...this.place(connection), what })}\n`]));
    this.redaction?.endConnection(connection);
  }

  /**
   * A chunk came. What it holds may be in memory that is used again.
   * @param descriptors what came with it, by kind
   * @returns where in the chunk the message begins to which the descriptors belong
   */
  receive(
    connection: number,
    direction: Direction,
    chunk: Buffer,
    descriptors: readonly DescriptorKind[] = [],
  ): number {
    if (this.ends !== undefined) return 0;
    const lane = this.laneOf(connection, direction);
    const begun = lane.cutter.pending;
    const cut = lane.cutter.push(chunk);
    this.guard(() => this.write(lane, cut, descriptors, begun));
    return cut.lastBegin ?? 0;
  }

  /** Ends the transcript: what came of unfinished messages is written as it is. */
  finish(): RecordCount {
    for (const { connection } of [...this.lanes.values()]) this.endLanes(connection);
    return this.count;
  }

  private write(lane: Lane, cut: Cut, descriptors: readonly DescriptorKind[], begun: boolean): void {
    const place = this.place(lane.connection);
    const { pieces, rest } = cut;
    // The kernel ends a read behind the bytes that descriptors came with (unix(7)): they belong to what began last.
    const marked = rest === undefined || (begun && pieces.length === 0) ? pieces.length - 1 : pieces.length;
    const marks = descriptors.map(
      (of) => `${writeMarkLine({ ...place, what: { kind: 'descriptor', of } })}\n`,
    );
    const entries: Part[] = [];
    pieces.forEach((piece, at) => {
      if (at === marked) entries.push(...marks);
      entries.push(...this.lineOf(lane, piece, place));
    });
    if (marked < 0 || marked >= pieces.length) entries.push(...marks);
    if (rest === undefined) {
      if (entries.length > 0) this.file.append(entries, lane.key);
      return;
    }
    const head = `${placeText(place)}${lane.direction}x `;
    if (pieces.length > 0 || !begun) {
      lane.mask = this.redaction && new SecretMask(this.redaction.mayBeSecret);
      this.file.append(entries, lane.key, `${head}${hexOf(lane.mask?.push(rest) ?? rest)}\n`);
    } else {
      if (entries.length > 0) this.file.append(entries);
      this.file.extendTail(lane.key, head, hexOf(lane.mask?.push(rest) ?? rest));
    }
  }

  private lineOf(lane: Lane, piece: Piece, place: Place): readonly Part[] {
    this.messages++;
    return messageLine(piece, lane.direction, place, this.redaction);
  }

  private endLanes(connection: number): void {
    for (const lane of [...this.lanes.values()]) {
      if (lane.connection !== connection) continue;
      this.lanes.delete(lane.key);
      const bytes = lane.cutter.end();
      const piece = { bytes, begins: -1, isJson: false };
      if (bytes.length > 0)
        this.guard(() => this.file.append(this.lineOf(lane, piece, this.place(connection)), lane.key));
    }
  }

  private laneOf(connection: number, direction: Direction): Lane {
    const key = `${connection}${direction}`;
    const known = this.lanes.get(key);
    if (known !== undefined) return known;
    const lane = { key, connection, direction, cutter: new MessageCutter(), mask: undefined };
    this.lanes.set(key, lane);
    return lane;
  }

  private place(connection: number): Place {
    const now = this.now();
    this.began ??= now;
    return { connection, offset: ((now - this.began) / 1000).toFixed(6) };
  }

  private guard(write: () => void): void {
    if (this.ends !== undefined) return;
    try {
      write();
    } catch (error) {
      this.ends = wordsOf(error);
      const what = { kind: 'ends', reason: this.ends } as const;
      this.file.close(`${writeMarkLine({ ...this.place(0), what })}\n`);
      this.lanes.clear();
      this.onEnds(this.ends);
    }
  }
}

/** What the system says of an error, without the call and the file. */
function wordsOf(error: unknown): string {
  const code = error instanceof Error && 'errno' in error ? error.errno : undefined;
  const known = typeof code === 'number' ? getSystemErrorMap().get(code) : undefined;
  return known?.[1] ?? (error instanceof Error ? error.message : String(error));
}
