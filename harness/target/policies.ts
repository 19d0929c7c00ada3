import type { QemuBinary } from './qemu-binary.ts';

/** What a QEMU is told to do with the parts of its interface that may go (CompatPolicy, qapi/compat.json). */
export interface Policy {
  /** What it is called in a target's name. */
  readonly name: string;
  /** The value of `-compat`. */
  readonly compat: string;
  /** The features that it refuses in what comes in, and hides in what goes out. */
  readonly features: ReadonlySet<string>;
}

/** A policy makes a forecast: what a release would be that had removed these parts. */
export const POLICIES: readonly Policy[] = [
  {
    name: 'no-deprecated',
    compat: 'deprecated-input=reject,deprecated-output=hide',
    features: new Set(['deprecated']),
  },
  {
    name: 'no-unstable',
    compat: 'unstable-input=reject,unstable-output=hide',
    features: new Set(['unstable']),
  },
];

/** The same binary, started under a policy. */
export function binaryUnderPolicy(binary: QemuBinary, { compat }: Policy): QemuBinary {
  return { ...binary, dataArgs: [...binary.dataArgs, '-compat', compat] };
}
