import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULTS_FILE, SUMMARY_FILE, WIRE_FILE } from './layout.ts';
import { countVerdicts, RUN_FORMAT, type RunNotes, type RunSummary, type VerdictCounts } from './run.ts';
import type { RowResult, TargetFacts, WireRecord } from './verdict.ts';
import { replaceFile, writing } from './write-file.ts';

/** What a {@link RunWriter} writes to. */
interface RunState {
  readonly dir: string;
  readonly target: TargetFacts;
  readonly planned: readonly string[];
  readonly suite: string;
  readonly notes: RunNotes;
  /** Results that the archive holds already. */
  readonly finished: readonly RowResult[];
  readonly results: FileHandle;
  readonly wire: FileHandle;
}

/** Messages of one row are held until its result is known, but never more than this. */
const MAX_HELD_CHARACTERS = 1024 * 1024;

interface HeldWire {
  lines: string;
}

/**
 * Appends to a run archive. A row's messages are on disk before its result is, and its result before
 * {@link appendResult} resolves: a kill loses the rows in flight and nothing else. Await the returned promises: they
 * are the back-pressure. After one error of the disk every further call gives the same error.
 */
export class RunWriter {
  private readonly started = new Date();
  private readonly done: Map<string, RowResult>;
  private readonly held = new Map<string, HeldWire>();
  private readonly planned: ReadonlySet<string>;
  private tail: Promise<void> = Promise.resolve();

  /** Use `openRun`. */
  constructor(private readonly state: RunState) {
    this.planned = new Set(state.planned);
    this.done = new Map(state.finished.map((result) => [result.row, result]));
  }

  /** The folder of this archive. */
  get dir(): string {
    return this.state.dir;
  }

  /** Whether a row has a result; after a resume also one of the earlier session. */
  has(row: string): boolean {
    return this.done.has(row);
  }

  /** The results so far; after a resume also those of the earlier session. */
  get results(): readonly RowResult[] {
    return [...this.done.values()];
  }

  /** How many rows have which verdict so far. */
  get counts(): VerdictCounts {
    return countVerdicts(this.done.values());
  }

  /** Logs a message of a row that is not finished. @throws {SetupError} when the disk takes no more. */
  async appendWire(record: WireRecord): Promise<void> {
    const held = this.held.get(record.row) ?? { lines: '' };
    this.held.set(record.row, held);
    // The row first: `readDialogue` finds a line's row without parsing it. No number here can need more digits than
    // JSON.stringify writes; messages are text.
    const { row, ...rest } = record;
    held.lines += `${JSON.stringify({ row, ...rest })}\n`;
    if (held.lines.length > MAX_HELD_CHARACTERS) await this.flushWire(record.row);
  }

  /**
   * Writes a row's verdict, after its messages.
   * @throws {SetupError} when the disk takes no more.
   * @throws {Error} for a row of another target, one that is not planned, or one that has a result: our mistake.
   */
  async appendResult(result: RowResult): Promise<void> {
    const { target, results, dir } = this.state;
    if (result.target !== target.name)
      throw new Error(`result of '${result.target}' in the run of '${target.name}'`);
    if (!this.planned.has(result.row)) throw new Error(`result of '${result.row}', which is not planned`);
    if (this.done.has(result.row)) throw new Error(`second result of '${result.row}'`);
    this.done.set(result.row, result);
    try {
      await this.flushWire(result.row);
      this.held.delete(result.row);
      await this.enqueue(join(dir, RESULTS_FILE), () => results.appendFile(`${JSON.stringify(result)}\n`));
    } catch (error) {
      // Whoever tries again is to be told the same, not that the row has a result.
      this.done.delete(result.row);
      throw error;
    }
  }

  /**
   * Ends the archive with `run.json`, which says whether every planned row has a result.
   * @param found what only the end knows
   * @throws {SetupError}
   */
  async finish(found: Pick<RunSummary, 'flaky'> = {}): Promise<RunSummary> {
    await this.close();
    const { suite, dir, notes } = this.state;
    // Rows of an earlier session count as planned, even where this session would not have planned them.
    const rows = [...new Set([...this.planned, ...this.done.keys()])].sort();
    const summary: RunSummary = {
      complete: rows.every((row) => this.done.has(row)),
      suite,
      started: this.started.toISOString(),
      finished: new Date().toISOString(),
      planned: rows,
      counts: this.counts,
      ...notes,
      ...found,
    };
    const text = JSON.stringify({ format: RUN_FORMAT, ...summary }, undefined, 2);
    await replaceFile(join(dir, SUMMARY_FILE), `${text}\n`);
    return summary;
  }

  /** Lets go of the archive without ending it: the run was interrupted, `--resume` can go on. */
  async close(): Promise<void> {
    await this.tail.catch(() => undefined);
    await this.state.results.close();
    await this.state.wire.close();
  }

  private async flushWire(row: string): Promise<void> {
    const held = this.held.get(row);
    if (held === undefined || held.lines === '') return;
    const lines = held.lines;
    held.lines = '';
    await this.enqueue(join(this.state.dir, WIRE_FILE), () => this.state.wire.appendFile(lines));
  }

  /** One write at a time, in the order of the calls; none after one that failed. */
  private enqueue(file: string, write: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(() => writing(file, write()));
    // Each caller sees the error in its own promise; the chain itself must not count as unhandled.
    this.tail.catch(() => undefined);
    return this.tail;
  }
}
