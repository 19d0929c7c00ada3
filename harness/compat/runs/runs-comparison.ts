import type { RowResult, TargetFacts } from '../../results/verdict.ts';

/**
 * What became of a row.
 * `regressed`: it held, and does not; or it failed, and now ends the target. `known`: it held, and its failure is a known
 * one. `changed`: it fails as before, by another difference. `new`, `gone`: only one side asserts anything.
 */
export const CHANGE_KINDS = ['regressed', 'changed', 'known', 'fixed', 'gone', 'new'] as const;

/** One of {@link CHANGE_KINDS}. */
export type RunChangeKind = (typeof CHANGE_KINDS)[number];

/** Two targets that are compared. */
export interface TargetPair {
  readonly before: TargetFacts;
  readonly after: TargetFacts;
}

/** A row that is not what it was. */
export interface RowChange {
  readonly kind: RunChangeKind;
  /** Identity in the newer run; in the older one for a row that is gone. */
  readonly row: string;
  /** Identity in the older run, where the row was renamed. */
  readonly renamedFrom?: string;
  readonly pair: TargetPair;
  /** Absent: not run on that side. */
  readonly before?: RowResult;
  readonly after?: RowResult;
}

/** Rows that changed for one cause. */
export interface ChangeCause {
  readonly kind: RunChangeKind;
  /** What the cause is of: the rule that was broken, or a verdict. */
  readonly rule: string;
  readonly what: string;
  readonly expected: string;
  /** Members, commands or events that it is about. */
  readonly names: readonly string[];
  /** Identities, sorted. */
  readonly rows: readonly string[];
  /** How many rows on how many pairs of targets. */
  readonly cases: number;
  readonly pairs: number;
  /** What the schemas of the two releases say of it; absent where they say nothing. */
  readonly schema?: SchemaWord;
}

/** A change of the schema that explains another. */
export interface SchemaWord {
  /** `'singlestep' left StatusInfo`. */
  readonly text: string;
  /** `announced since 8.1, 2 releases before 9.0`; absent for what needs no announcement. */
  readonly announcement?: string;
}

/** Two sets of runs, compared. */
export interface RunsComparison {
  readonly pairs: readonly TargetPair[];
  /** Names of targets that have no counterpart. */
  readonly alone: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** By kind, row, and pair. */
  readonly changes: readonly RowChange[];
  readonly causes: readonly ChangeCause[];
  /** How many cases are the same on both sides. */
  readonly unchanged: number;
}

/** How many rows changed in which way; a row that changed on several pairs counts once. */
export function countRows({ changes }: RunsComparison): Readonly<Record<RunChangeKind, number>> {
  const counts = { regressed: 0, changed: 0, known: 0, fixed: 0, gone: 0, new: 0 };
  for (const kind of CHANGE_KINDS) {
    counts[kind] = new Set(changes.filter((change) => change.kind === kind).map(({ row }) => row)).size;
  }
  return counts;
}
