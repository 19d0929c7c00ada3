import type { Step } from '../transcript/step.ts';

/** How a target is brought into the state that a transcript assumes: one file under `recordings/stages/`. */
export interface Stage {
  /** Path below `recordings/stages/` without extension, e.g. `migration/active`. */
  readonly name: string;
  readonly file: string;
  /** The state in words; it is shown when a row fails on this stage. */
  readonly about: string;
  /** File name of the program that the dialogue is with; the target's own binary where there is none. */
  readonly program?: string;
  /** `-machine`, e.g. `pc` or `q35`. */
  readonly machine: string;
  /** `-m` */
  readonly memory: string;
  /** Whether the guest's processors stand still from the start (`-S`). */
  readonly paused: boolean;
  /** False: the dialogue begins in capabilities negotiation mode, and nothing can be prepared. */
  readonly negotiated: boolean;
  readonly files: readonly GivenFile[];
  readonly images: readonly Image[];
  /** Boot sector that the guest runs from its first disk; see `recordings/guests/`. */
  readonly guest?: string;
  readonly arguments: readonly ConditionalArguments[];
  /** Name of the stage of a second QEMU (`peer`) that is started first, in the same folder. */
  readonly peer?: string;
  /** Name of the stage of a QEMU that was started, prepared and has ended before, in the same folder. */
  readonly earlier?: string;
  readonly prepare: readonly Step[];
}

/** What is put into the folder of the stage before QEMU starts; `name` may have folders before it. */
export type GivenFile =
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'hex'; readonly name: string; readonly bytes: Buffer }
  | {
      /** `certificates`: a folder as `-object tls-creds-x509,dir=` reads it, for a server `localhost` and a client. */
      readonly kind: 'fifo' | 'folder' | 'certificates';
      readonly name: string;
    };

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
