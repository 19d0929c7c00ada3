import type { Step } from '../transcript/step.ts';

/** How a target is brought into the state that a transcript assumes: one file under `recordings/stages/`. */
export interface Stage {
  /** Path below `recordings/stages/` without extension, e.g. `migration/active`. */
  readonly name: string;
  readonly file: string;
  /** The state in words; it is shown when a row fails on this stage. */
  readonly about: string;
  /** `-machine`, e.g. `pc` or `q35`. */
  readonly machine: string;
  /** `-m` */
  readonly memory: string;
  /** Whether the guest's processors stand still from the start (`-S`). */
  readonly paused: boolean;
  /** False: the dialogue begins in capabilities negotiation mode, and nothing can be prepared. */
  readonly negotiated: boolean;
  readonly images: readonly Image[];
  /** Boot sector that the guest runs from its first disk; see `recordings/guests/`. */
  readonly guest?: string;
  readonly arguments: readonly ConditionalArguments[];
  /** Name of the stage of a second QEMU (`peer`) that is started first, in the same folder. */
  readonly peer?: string;
  readonly prepare: readonly Step[];
}

/** An image that is made in the folder of the stage before QEMU starts. */
export interface Image {
  readonly name: string;
  readonly format: 'raw' | 'qcow2';
  /** As `qemu-img` takes it, e.g. `64M`. */
  readonly size: string;
  readonly backing?: string;
}

/** Arguments of QEMU's command line, for the releases that know them. */
export interface ConditionalArguments {
  readonly releases?: string;
  readonly words: readonly string[];
}
