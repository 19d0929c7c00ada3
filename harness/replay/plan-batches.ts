import { InputError } from '../errors.ts';
import type { Batch } from '../results/batch.ts';
import type { Level } from '../protocol/check.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { batchOfTranscript, createJudge, type Judge } from './batch-of-transcript.ts';
import type { PlannedColumn, PlannedTarget, RowSettings } from './run-plan.ts';
import { planTargetProtocol } from './plan-target-protocol.ts';
import { planConnectedQueries, planTargetQueries } from './plan-target-queries.ts';
import { planTargetRefusals } from './plan-target-refusals.ts';
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
  /** The highest level that is held against a server; undefined: all for QEMU's own programs, `must` for others. */
  readonly level: Level | undefined;
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
      const isFirst = isFirstOfBinary(target, targets);
      const batches: Batch[] = [];
      for (const suite of request.suites)
        batches.push(...(await batchesOf(suite, { target, isFirst, rows, judge }, request)));
      return { target, batches };
    }),
  );
}

/** What the batches of a suite are planned of. */
interface Planning {
  readonly target: PlannedTarget;
  readonly isFirst: boolean;
  readonly rows: readonly Transcript[];
  readonly judge: Judge;
}

/** What no guest takes part in is the same under every accelerator: one column of a binary says it. */
function isFirstOfBinary(target: PlannedTarget, targets: readonly PlannedTarget[]): boolean {
  const { where, policy } = target.facts;
  return targets.find(({ facts }) => facts.where === where && facts.policy === policy) === target;
}

function batchesOf(
  suite: Suite,
  { target, isFirst, rows, judge }: Planning,
  { settings, level, say }: BatchRequest,
): readonly Batch[] | Promise<readonly Batch[]> {
  const { venue } = target;
  switch (suite) {
    case 'examples':
      return rows.map((row) => batchOfTranscript(row, target, settings, judge));
    case 'protocol':
      return isFirst ? planTargetProtocol(venue, settings.patience, level) : [];
    case 'queries':
      return venue.kind === 'qemu'
        ? planTargetQueries(target, venue, settings, !isFirst, say)
        : planConnectedQueries(target, venue, settings.patience);
    case 'refusals':
      return venue.kind === 'qemu' && isFirst ? planTargetRefusals(target, venue, settings.patience) : [];
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
