import { batchOfTranscript, createJudge } from '../replay/batch-of-transcript.ts';
import type { PlannedTarget, RowSettings } from '../replay/run-plan.ts';
import type { Performance } from '../results/performance.ts';
import type { RowResult, WireRecord } from '../results/verdict.ts';
import type { StageBook } from '../stage/stage-book.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { performFromLog } from './perform-from-log.ts';
import type { TapeMismatch } from './wire-tape.ts';

/** In the words of findings, how long was waited for what did not come: what a run is told that is told nothing. */
const PATIENCE = 10_000;

const UNPERFORMED: TapeMismatch = {
  what: 'the log has messages of it',
  expected: 'none, as the row is not performed on this target',
};

/** A verdict that was derived again, before expectations are applied. */
export interface Rejudged {
  readonly result: RowResult;
  /** Where the log is not that of this row. */
  readonly mismatch?: TapeMismatch;
}

/** Derives a verdict again from the messages of a row. */
export type Rejudge = (
  transcript: Transcript,
  claimed: RowResult,
  records: readonly WireRecord[],
) => Promise<Rejudged>;

/**
 * Makes what judges rows again: by the very code that judged them when they were performed, the log standing in for the
 * target.
 * @param newRedactor makes what tells how sent messages stand in the log of a row
 */
export function createRejudge(
  target: PlannedTarget,
  stages: StageBook,
  newRedactor: () => (text: string, connection: string) => string,
): Rejudge {
  const judge = createJudge();
  return async (transcript, claimed, records) => {
    let mismatch: TapeMismatch | undefined = records.length === 0 ? undefined : UNPERFORMED;
    const settings: RowSettings = {
      stages,
      patience: PATIENCE,
      cores: '',
      isKnown: () => true,
      instead: async (row, seen) => {
        const log = { records, asRecorded: newRedactor(), claimed };
        const performed = await performFromLog(row, seen, settings, log);
        mismatch = performed.mismatch;
        return performed;
      },
    };
    const batch = batchOfTranscript(transcript, target, settings, judge);
    let result: RowResult | undefined;
    const report = (row: string, performed: Performance): Promise<void> => {
      result = resultFrom(row, target, performed, claimed.duration);
      return Promise.resolve();
    };
    await batch.perform(batch.rows, report, new AbortController().signal);
    if (result === undefined) throw new Error(`no outcome of ${transcript.head.id}`);
    return { result, ...(mismatch && { mismatch }) };
  };
}

function resultFrom(
  row: string,
  { facts }: PlannedTarget,
  { wire: _, documented = true, ...performed }: Performance,
  duration: number,
): RowResult {
  return { row, target: facts.name, ...performed, documented, duration };
}
