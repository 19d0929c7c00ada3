import { SetupError } from '../errors.ts';
import { findOnPath } from '../target/child-process.ts';
import type { GuestArchitecture } from './guest-architecture.ts';

/** GNU as and ld that can make the code of an architecture: the words that start each, before its arguments. */
export interface Assembler {
  readonly as: readonly string[];
  readonly ld: readonly string[];
}

/** Whence the assembler for an architecture comes; throws SetupError where it comes from nowhere. */
export type FindAssembler = (architecture: GuestArchitecture) => Assembler | Promise<Assembler>;

interface Toolchain {
  /** What Node calls the machines whose own binutils do. */
  readonly native: readonly string[];
  /** What stands before the names of those that cross-assemble. */
  readonly prefixes: readonly string[];
  /** Debian's package of those with the first prefix. */
  readonly package: string;
  readonly asWords: readonly string[];
  readonly ldWords: readonly string[];
}

/** How the guests of each architecture are made. */
export const TOOLCHAINS: Readonly<Record<GuestArchitecture, Toolchain>> = {
  x86: {
    native: ['x64', 'ia32'],
    prefixes: ['x86_64-linux-gnu-', 'i686-linux-gnu-'],
    package: 'binutils-x86-64-linux-gnu',
    // A note of the features that the code uses would become part of a flat binary.
    asWords: ['--32', '-mx86-used-note=no'],
    ldWords: ['-m', 'elf_i386'],
  },
  ppc64: {
    native: ['ppc64'],
    prefixes: ['powerpc64-linux-gnu-', 'powerpc64le-linux-gnu-'],
    package: 'binutils-powerpc64-linux-gnu',
    asWords: ['-a64', '-mbig', '-mpower8'],
    ldWords: ['-m', 'elf64ppc'],
  },
  s390x: {
    native: ['s390x'],
    prefixes: ['s390x-linux-gnu-'],
    package: 'binutils-s390x-linux-gnu',
    asWords: ['-m64', '-march=z10'],
    ldWords: ['-m', 'elf64_s390'],
  },
};

/** Debian's package with binutils for an architecture, and what stands before the names of its programs. */
export function binutilsFor(architecture: GuestArchitecture): {
  readonly package: string;
  readonly prefix: string;
} {
  const { native, prefixes, package: cross } = TOOLCHAINS[architecture];
  if (native.includes(process.arch)) return { package: 'binutils', prefix: '' };
  return { package: cross, prefix: prefixes[0] ?? '' };
}

/** The assembler on PATH: binutils for this machine where it is of the architecture, else those that cross-assemble. */
export function findAssemblerOnPath(
  architecture: GuestArchitecture,
  path = process.env['PATH'] ?? '',
): Assembler {
  const { native, prefixes } = TOOLCHAINS[architecture];
  for (const prefix of [...(native.includes(process.arch) ? [''] : []), ...prefixes]) {
    const as = findOnPath(`${prefix}as`, path);
    const ld = findOnPath(`${prefix}ld`, path);
    if (as !== undefined && ld !== undefined) return { as: [as], ld: [ld] };
  }
  const what = binutilsFor(architecture).package;
  throw new SetupError(
    `no assembler for ${architecture} on PATH; expected GNU as and ld: install the package ${what}`,
  );
}
