import type { RunSummary, VerdictCounts } from '../results/run.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';
import type { DocumentedCounts } from './documented-counts.ts';
import type { Forecast } from './forecast.ts';
import type { CauseGroup } from './group-causes.ts';

/** What holds where: rows × targets. Only whole runs have results in it. */
export interface Matrix {
  /** The columns, by version, architecture, accelerator. */
  readonly targets: readonly MatrixTarget[];
  /** By identity. */
  readonly rows: readonly MatrixRow[];
  /** By name. */
  readonly modules: readonly MatrixModule[];
  /** Verdicts of all cells. */
  readonly counts: VerdictCounts;
  /** What is wrong, the same cause once; what a forecast shows is told there. */
  readonly causes: readonly CauseGroup[];
  readonly forecasts: readonly Forecast[];
  /** Where a row changed from one version to the next that was run; by row. */
  readonly changes: readonly VersionChange[];
  /** What schemas say of rows that were not run; absent where nobody asked. */
  readonly predictions?: Predictions;
}

/** A column: a target that was run, or one that was asked for and has no whole run. */
export type MatrixTarget = RanTarget | AbsentTarget;

export interface RanTarget {
  readonly state: 'run';
  readonly name: string;
  readonly facts: TargetFacts;
  /** More than one where the rows were shared out. */
  readonly summaries: readonly RunSummary[];
  readonly counts: VerdictCounts;
  readonly documented: DocumentedCounts;
}

/** `missing`: could not be run. `not-whole`: its run was cut off, so its results are not shown. */
export interface AbsentTarget {
  readonly state: 'missing' | 'not-whole';
  readonly name: string;
  readonly reason: string;
}

/** A row; its cells stand in the order of the targets. */
export interface MatrixRow {
  readonly row: string;
  readonly module: string;
  /** `undefined`: not run. */
  readonly cells: readonly (RowResult | undefined)[];
  /** Whether two targets that ran it have different verdicts. */
  readonly differs: boolean;
}

/** The rows of one module, counted per target. */
export interface MatrixModule {
  readonly module: string;
  readonly rows: number;
  /** In the order of the targets. */
  readonly counts: readonly VerdictCounts[];
}

/** A row that changed from one version to a later one of the same architecture and accelerator. */
export interface VersionChange {
  readonly row: string;
  /** `first-bad`: passes on `before`, fails on `target`. `fixed-in`: the other way round. */
  readonly kind: 'first-bad' | 'fixed-in';
  /** What the two targets have in common, e.g. `x86_64 tcg`. */
  readonly line: string;
  /** Names of the last target before the change that told something, and of the first after it. */
  readonly before: string;
  readonly target: string;
}

/** What a release's schema says of a row that was not run there. It never counts as run. */
export interface Prediction {
  /** `absent`: the release has not got it. `refused`: it refuses a message of the row. `fits`: it allows all of it. */
  readonly kind: 'absent' | 'refused' | 'fits';
  /** For `absent` and `refused`: what, in one line. */
  readonly evidence: string;
  /** Whether the release documents the row: then a refusal is an error of its documents. */
  readonly documented: boolean;
}

/** The predictions of a matrix. */
export interface Predictions {
  /** Releases, `x.y`, that nothing was run on and that have columns of their own. */
  readonly releases: readonly string[];
  /** In the order of the matrix's rows. */
  readonly rows: readonly PredictedRow[];
}

/** `undefined` where nothing can be said, and, of a target, where the row was run. */
export interface PredictedRow {
  readonly targets: readonly (Prediction | undefined)[];
  readonly releases: readonly (Prediction | undefined)[];
}
