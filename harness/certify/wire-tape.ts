import type { WireRecord } from '../results/verdict.ts';

/** What is sent while a log is judged again is not what the log says was sent. */
export interface TapeMismatch {
  readonly what: string;
  readonly expected: string;
}

/** To what of a row messages belong; they come in this order. */
const STAGES = ['prepare', undefined, 'after'] as const;

/** One of {@link STAGES}. */
export type TapeStage = (typeof STAGES)[number];

/** How a connection of the log is found: captures open connections of their own beside that of the stage. */
export type IsMine = (record: WireRecord) => boolean;

const SHOWN = 160;

const QUIT = /"exec(?:ute|-oob)"\s*:\s*"quit"/;
const SHUTDOWN = /"event"\s*:\s*"SHUTDOWN"/;

interface Reader {
  readonly isMine: IsMine;
  readonly receive: (bytes: Buffer) => void;
}

/**
 * The wire log of one row, played once: what was received after a message was sent is delivered when that message is
 * sent again, in the recorded order over all connections. What is sent must be what was recorded as sent.
 */
export class WireTape {
  /** What was sent otherwise than recorded, the first time it was. */
  mismatch: TapeMismatch | undefined;
  private at = 0;
  private stage: TapeStage = 'prepare';
  private readonly readers: Reader[] = [];
  private readonly early: WireRecord[] = [];
  /** For each connection, where its last message stands. */
  private readonly ends = new Map<IsMine, number>();

  /**
   * @param asRecorded what a text that is sent looks like in the log: without its secrets
   */
  constructor(
    private readonly records: readonly WireRecord[],
    private readonly asRecorded: (text: string, connection: string) => string = (text) => text,
  ) {}

  /** What of the log the row has no use for; nothing where all was sent or received again. */
  get rest(): TapeMismatch | undefined {
    const record = this.records[this.at] ?? this.early[0];
    if (record === undefined) return undefined;
    const { connection, direction } = record;
    return {
      what: `${connection} ${direction} '${shorten(textOf(record))}' in the log`,
      expected: 'the end of the log, as the row ends there',
    };
  }

  /** Opens a connection: what came before anything was sent on it is delivered at once. */
  open(isMine: IsMine, receive: (bytes: Buffer) => void): void {
    this.readers.push({ isMine, receive });
    for (const record of this.early.splice(0)) this.deliver(record);
    this.play();
  }

  /** Goes on to the next part of the row: what came in it may be delivered. */
  enter(stage: TapeStage): void {
    this.stage = stage;
    this.play();
  }

  /** Plays what came after this was sent. @returns whether it was sent so */
  send(text: string | Buffer, isMine: IsMine): boolean {
    const record = this.records[this.at];
    const sent = text.toString();
    if (record === undefined || this.isOver(isMine)) return false;
    const recorded = textOf(record);
    if (record.direction !== '->' || !isMine(record)) {
      this.miss(`'${shorten(sent)}' is sent`, `on connection ${record.connection}: '${shorten(recorded)}'`);
      return false;
    }
    if (recorded !== sent && recorded !== this.asRecorded(sent, record.connection)) {
      this.miss(`the log has '${shorten(recorded)}' sent`, `'${shorten(sent)}'`);
      return false;
    }
    this.at++;
    this.play();
    return true;
  }

  /** Whether something in the log tells of an orderly end. */
  get wasToldToEnd(): boolean {
    return this.records.some(({ text = '', direction }) =>
      direction === '->' ? QUIT.test(text) : SHUTDOWN.test(text),
    );
  }

  /** Whether nothing more of a connection is in the log. */
  isOver(isMine: IsMine): boolean {
    const end = this.ends.get(isMine) ?? this.records.findLastIndex(isMine);
    this.ends.set(isMine, end);
    return this.at > end;
  }

  private play(): void {
    for (let record = this.records[this.at]; record !== undefined; record = this.records[this.at]) {
      if (record.direction === '->' || isLater(record, this.stage)) return;
      this.at++;
      this.deliver(record);
    }
  }

  private deliver(record: WireRecord): void {
    const reader = this.readers.findLast(({ isMine }) => isMine(record));
    if (reader === undefined) this.early.push(record);
    else reader.receive(bytesOf(record));
  }

  private miss(what: string, expected: string): void {
    this.mismatch ??= { what, expected };
  }
}

/** The peer's messages are logged as those of a preparation to the end. */
function isLater({ phase, connection }: WireRecord, stage: TapeStage): boolean {
  return connection === 'main' && STAGES.indexOf(phase) > STAGES.indexOf(stage);
}

function bytesOf({ text, base64 }: WireRecord): Buffer {
  return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
}

function textOf(record: WireRecord): string {
  return record.text ?? bytesOf(record).toString();
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}
