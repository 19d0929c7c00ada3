import { arch, cpus, release, type } from 'node:os';

/** The machine on which a bundle was made; nothing that tells it from others of its kind. */
export interface HostFacts {
  readonly system: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly processor: string;
}

/** Describes this machine. */
export function hostFacts(): HostFacts {
  return {
    system: type(),
    kernel: release(),
    architecture: arch(),
    processor: cpus()[0]?.model ?? 'unknown',
  };
}
