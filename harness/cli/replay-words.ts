import type { Allowance } from '../replay/safety/allowances.ts';

/** What stands on the command line of `replay`. */
export interface ReplayWords {
  readonly qemu?: readonly string[];
  readonly release?: readonly string[];
  readonly connect?: readonly string[];
  readonly accel: readonly ('tcg' | 'kvm')[];
  readonly architecture?: string;
  readonly stage?: string;
  readonly stages?: readonly string[];
  readonly allow?: readonly Allowance[];
  readonly through?: string;
  readonly attach: boolean;
  readonly step: boolean;
  readonly repeat: number;
  readonly timeout: number;
  readonly json: boolean;
  readonly quiet: boolean;
}
