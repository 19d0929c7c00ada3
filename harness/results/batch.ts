import type { Performance } from './performance.ts';

/** Rows of one target that are performed one after another, because they share what they run on. */
export interface Batch {
  /** Identities of the rows, in order; unique among all batches of a target. */
  readonly rows: readonly string[];
  /** What a row demands, to be shown beside its result: one line or several. */
  readonly describe: (row: string) => string;
  /** Tells what would come of a row, without performing it; all of them would be performed where it is absent. */
  readonly foresee?: (row: string) => Promise<Foreseen>;
  /**
   * Performs the rows that are asked for, some or all of its own, in order. Whatever the target does is a verdict.
   * @param report takes each row's outcome as soon as it is there; `duration` is in milliseconds
   * @param signal interrupts: processes end, and what is not reported yet stays unreported
   */
  readonly perform: (rows: readonly string[], report: ReportRow, signal: AbortSignal) => Promise<void>;
}

/** Takes the outcome of a row, and resolves when it is on disk. */
export type ReportRow = (row: string, performance: Performance, duration: number) => Promise<void>;

/** What would come of a row, as far as that is known before it is performed. */
export interface Foreseen {
  readonly would: 'perform' | 'erratum' | 'not-applicable' | 'untestable';
  readonly why?: string;
  /** Whether the target's release documents it. */
  readonly documented: boolean;
}
