import type { Level } from '../protocol/check.ts';
import type { Shard } from '../replay/select-shard.ts';
import type { Suite } from '../replay/suites.ts';
import type { Reporter } from './reporters.ts';

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
  readonly expectations?: readonly string[];
  readonly writeExpectations?: string;
  readonly jobs?: number;
  /** `env`: what the environment says. */
  readonly shard?: Shard | 'env';
  readonly durations?: readonly string[];
  readonly rerunFailed?: readonly string[];
  readonly ledger?: string;
  readonly out?: string;
  readonly reporter?: readonly Reporter[];
  readonly all: boolean;
  readonly resume: boolean;
  readonly timeout: number;
  readonly install: boolean;
  readonly json: boolean;
}
