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
  /** Present for a part of a run. */
  readonly shard?: ShardFacts;
  /** What tells one target from another, beside `target.json`. */
  readonly identity?: RunIdentity;
  /** The files of expectations that were applied, in their order; absent in archives that do not tell. */
  readonly expectations?: readonly ExpectationFile[];
  /** Present for a run of what had failed: the archives in which it had, as they were named. */
  readonly reran?: readonly string[];
  /** Rows that had failed there, and passed here; sorted. */
  readonly flaky?: readonly string[];
}

/** A file of expectations that was applied. */
export interface ExpectationFile {
  /** Without the folders of the machine. */
  readonly name: string;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
}

/** Which part of which whole a run is. */
export interface ShardFacts {
  /** From 1. */
  readonly index: number;
  readonly count: number;
  /** SHA-256 of all cases of the whole run and their parts: parts of one run have it in common. */
  readonly plan: string;
}

/** What shards of one target have in common, beside its facts. */
export interface RunIdentity {
  /** Architecture of the machine that ran it, in Node's words. */
  readonly host: string;
  /** SHA-256 of the reply to query-qmp-schema; absent where the target knows none. */
  readonly introspection?: string;
}

/** What of `run.json` is known before the run begins, beside what was planned. */
export type RunNotes = Pick<RunSummary, 'shard' | 'identity' | 'reran' | 'expectations'>;

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
