import { InputError } from '../errors.ts';
import type { Batch } from '../results/batch.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { batchOfTranscript, createJudge, type Judge } from './batch-of-transcript.ts';
import type { PlannedColumn, PlannedTarget, RowSettings } from './run-plan.ts';
import { matchRows } from './select-cases.ts';
import { selectDocumented } from './select-documented.ts';
import type { Suite } from './suites.ts';

/** What is to be planned on each target. */
export interface BatchRequest {
  readonly suites: readonly Suite[];
  readonly recordings: readonly Transcript[];
  readonly grep: readonly string[];
  /** Leave out recordings that no target's documentation shows. */
  readonly documented: boolean;
  readonly settings: RowSettings;
  /** Told what is left out. */
  readonly say: (line: string) => void;
}

/** Plans the batches of every target. @throws {InputError} when nothing that is meant is documented */
export async function planBatches(
  targets: readonly PlannedTarget[],
  request: BatchRequest,
): Promise<readonly PlannedColumn[]> {
  const rows = selectRecordings(targets, request);
  const judge = createJudge();
  return Promise.all(
    targets.map(async (target) => {
      const batches: Batch[] = [];
      for (const suite of request.suites)
        batches.push(...(await batchesOf(suite, target, rows, judge, request)));
      return { target, batches };
    }),
  );
}

function batchesOf(
  suite: Suite,
  target: PlannedTarget,
  rows: readonly Transcript[],
  judge: Judge,
  { settings }: BatchRequest,
): readonly Batch[] | Promise<readonly Batch[]> {
  switch (suite) {
    case 'examples':
      return rows.map((row) => batchOfTranscript(row, target, settings, judge));
    case 'protocol':
    case 'queries':
    case 'refusals':
      return [];
  }
}

function selectRecordings(
  targets: readonly PlannedTarget[],
  { recordings, grep, documented, suites, say }: BatchRequest,
): readonly Transcript[] {
  const rows = matchRows(recordings, grep, ({ head }) => head.id);
  if (!documented) return rows;
  const versions = targets.map(({ facts }) => facts.version);
  const selected = selectDocumented(rows, versions, recordings);
  const left = rows.length - selected.length;
  if (selected.length === 0 && left > 0 && suites.every((suite) => suite === 'examples')) {
    throw new InputError(
      `${left === 1 ? '1 row is' : `${left} rows are`} meant, and documented in none of ${versions.join(', ')}; expected --all, which runs what only other releases document`,
    );
  }
  if (left > 0)
    say(
      `${left} of ${rows.length} rows are documented in other releases only and left out; --all runs them too`,
    );
  return selected;
}
