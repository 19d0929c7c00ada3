import type { Level } from '../protocol/check.ts';
import type { Suite } from '../replay/suites.ts';

/** What stands on the command line of `run`, and of `list`, which shows what `run` would do. */
export interface RunWords {
  readonly qemu?: readonly string[];
  readonly release?: readonly string[];
  readonly connect?: readonly string[];
  readonly accel?: readonly ('tcg' | 'kvm')[];
  readonly policy?: readonly string[];
  readonly level?: Level;
  readonly suite?: readonly Suite[];
  readonly grep?: readonly string[];
  readonly stages?: readonly string[];
  readonly jobs?: number;
  readonly shard?: { readonly index: number; readonly count: number };
  readonly out?: string;
  readonly reporter?: readonly 'tap'[];
  readonly all: boolean;
  readonly resume: boolean;
  readonly timeout: number;
  readonly install: boolean;
  readonly json: boolean;
}
