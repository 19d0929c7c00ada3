import type { Socket } from 'node:net';
import type { LimitFunction } from 'p-limit';
import type { Validator } from '../json-schema/validator.ts';
import type { WireObserver } from '../qmp/connection.ts';
import type { Batch } from '../results/batch.ts';
import type { KnownFailure } from '../results/known-failures.ts';
import type { Performance } from '../results/performance.ts';
import type { ExpectationFile, ShardFacts } from '../results/run.ts';
import type { MissingTarget, RowResult, TargetFacts } from '../results/verdict.ts';
import type { ImageStore } from '../stage/image-store.ts';
import type { StageBook } from '../stage/stage-book.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { TargetScope } from './find-applicability.ts';
import type { DialogueWatcher } from './dialogue-watcher.ts';
import type { ProgramBook } from './program-book.ts';

/** Everything that a run does, decided before anything is performed. */
export interface RunPlan {
  readonly columns: readonly PlannedColumn[];
  /** Targets that were asked for and cannot be run. */
  readonly missing: readonly MissingTarget[];
  readonly knownFailures: readonly KnownFailure[];
  /** The files that these stand in. */
  readonly expectations?: readonly ExpectationFile[];
  /** How many batches are performed at a time. */
  readonly jobs: number;
  /** Folder of the run archives; each target has one of its own below `runs/`. */
  readonly out: string;
  /** Keep what an interrupted run with the same `out` has finished. */
  readonly resume: boolean;
  /** Present for a part of a run. */
  readonly shard?: ShardFacts;
  /** Present where only what had failed is run again: by the name of the target. */
  readonly failed?: ReadonlyMap<string, FailedRun>;
}

/** What was red on one target. */
export interface FailedRun {
  /** The facts of the target as it was. */
  readonly target: TargetFacts;
  /** The archives in which it was, as they were named. */
  readonly dirs: readonly string[];
  /** By row. */
  readonly red: ReadonlyMap<string, RowResult>;
}

/** What is performed on a target. */
export interface PlannedColumn {
  readonly target: PlannedTarget;
  /** In the order in which they begin; of each, only the rows that are meant. */
  readonly batches: readonly Batch[];
}

/** By what rows are performed, whatever the target. */
export interface RowSettings {
  readonly stages: StageBook;
  /** Milliseconds to wait for a response, an event, or a QEMU to greet. */
  readonly patience: number;
  /** Folder for core dumps. */
  readonly cores: string;
  /** Tells whether a crash of a row is known: then nobody needs it smaller. */
  readonly isKnown: (row: string, target: string) => boolean;
  /** Sees each dialogue as it goes. */
  readonly watch?: DialogueWatcher;
  /** Ends connections to servers that are not ours; processes of ours end by being killed. */
  readonly signal?: AbortSignal;
  /** How a capture gets to the monitors of its stage, where that is not the direct way. */
  readonly between?: Between;
  /** Performs a row elsewhere than on the venue of its target: from the log of an earlier run. */
  readonly instead?: (transcript: Transcript, target: PlannedTarget) => Promise<Performance>;
}

/** Connects to a monitor of a capture's stage. */
export type Dial = (monitor: number) => Promise<Socket>;

/** Something that stands between a capture's connections and the monitors of its stage, or only listens. */
export interface Between {
  /**
   * The monitors are there.
   * @param dir the row's folder
   */
  readonly open: (dir: string, direct: Dial) => Promise<Dial>;
  readonly close: () => Promise<void>;
  /** Called for each connection of the capture before it is made. */
  readonly observe: (connection: number, monitor: number) => WireObserver;
  /** Waits, for a bounded time, until what is under way on a connection has arrived; called before it is closed. */
  readonly settle: (connection: number) => Promise<void>;
}

/** One column of the matrix. */
export interface PlannedTarget {
  readonly facts: TargetFacts;
  readonly scope: TargetScope;
  readonly validator: Validator;
  /** Its reply to query-qmp-schema as JSON text; absent where it knows none. */
  readonly introspection?: string;
  /** Features of what its policy hides and refuses. */
  readonly hidden: ReadonlySet<string>;
  readonly venue: Venue;
}

/** Where the dialogues of a target happen. */
export type Venue = QemuVenue | EndpointVenue;

/** A binary that is started anew for each row. */
export interface QemuVenue {
  readonly kind: 'qemu';
  readonly binary: QemuBinary;
  readonly accelerator: Accelerator;
  readonly images: ImageStore;
  /** The other programs of its build, which stages may name. */
  readonly programs: Pick<ProgramBook, 'describe'>;
}

/** A server that somebody else has started. Its state is not ours: only queries are replayed there, one row at a time. */
export interface EndpointVenue {
  readonly kind: 'endpoint';
  /** `unix:PATH` or `tcp:HOST:PORT` */
  readonly address: string;
  /** A monitor serves one client at a time; the next waits until the first leaves. */
  readonly alone: LimitFunction;
}
