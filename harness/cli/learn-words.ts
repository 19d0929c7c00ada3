import type { Allowance } from '../replay/safety/allowances.ts';

/** What stands on the command line of `learn`. */
export interface LearnWords {
  readonly release?: string;
  readonly qemu?: string;
  readonly accel: readonly ('tcg' | 'kvm')[];
  readonly output?: string;
  readonly times: number;
  readonly exact: boolean;
  readonly stage?: string;
  readonly stages?: readonly string[];
  readonly allow?: readonly Allowance[];
  readonly timeout: number;
}
