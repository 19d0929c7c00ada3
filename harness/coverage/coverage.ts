import type { SchemaFamily } from '../qapi/model.ts';
import type { Counter, State } from './counter.ts';

/** What of QAPI was seen, for each release and program. */
export interface Coverage {
  readonly columns: readonly CoverageColumn[];
  /** Runs, or parts of them, that are in no column. */
  readonly leftOut: readonly LeftOut[];
}

/** All targets of one release that are the same program: accelerators and point releases count together. */
export interface CoverageColumn {
  /** Release of the schema, e.g. `10.0`. */
  readonly release: string;
  readonly family: SchemaFamily;
  /** File name of the program; `endpoint` for a server whose architecture is not known. */
  readonly program: string;
  /** Whether it is what the run was of; other programs are those that stages and suites add. */
  readonly own: boolean;
  readonly targets: readonly string[];
  /** Whether what the build has is known; else all of the release's schema counts. */
  readonly introspected: boolean;
  readonly messages: number;
  /** Messages that the schema refuses, or that are none: nothing of them counts. */
  readonly refused: number;
  readonly items: readonly CoverageItem[];
}

/** One thing that can be seen, and whether it was. */
export interface CoverageItem {
  readonly counter: Counter;
  readonly module: string;
  readonly name: string;
  readonly state: State;
  /** Why it was not seen live; absent where it was. */
  readonly reason?: string;
}

export interface LeftOut {
  readonly target: string;
  readonly program?: string;
  readonly reason: string;
}

/** What of a number of things was seen; `absent` ones are not of that number. */
export interface Figure {
  readonly live: number;
  readonly static: number;
  readonly all: number;
}

/** Counts items. */
export function figureOf(items: Iterable<CoverageItem>): Figure {
  const figure = { live: 0, static: 0, all: 0 };
  for (const { state } of items) {
    if (state === 'absent') continue;
    figure.all++;
    if (state !== 'never') figure[state]++;
  }
  return figure;
}
