import type { RowResult, TargetFacts, VerdictWord } from './verdict.ts';

/** The number of the archive's format; `schemas/formats/run.json` describes it. */
export const RUN_FORMAT = 1;

/** How many rows have which verdict; a verdict that no row has is absent. */
export type VerdictCounts = Readonly<Partial<Record<VerdictWord, number>>>;

/** `run.json`: written last, so that its presence says that the run came to its end. */
export interface RunSummary {
  /** Whether every planned row has a result. */
  readonly complete: boolean;
  /** Version of the suite that judged. */
  readonly suite: string;
  /** When the (last) session of this run began and ended, as RFC 3339 in UTC. */
  readonly started: string;
  readonly finished: string;
  /** Identities of the rows that were to be judged, sorted. */
  readonly planned: readonly string[];
  readonly counts: VerdictCounts;
}

/** One target's verdicts, read from a run archive. The wire log is read on demand: see `readDialogue`. */
export interface Run {
  readonly dir: string;
  readonly target: TargetFacts;
  readonly results: readonly RowResult[];
  /** Absent: the run was cut off before its end. */
  readonly summary?: RunSummary;
  /** Why this run is not whole and must not stand in a matrix; absent for a whole run. */
  readonly notWhole?: string;
}

/** Counts the verdicts of `results`. */
export function countVerdicts(results: Iterable<RowResult>): VerdictCounts {
  const counts: Partial<Record<VerdictWord, number>> = {};
  for (const { verdict } of results) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}
