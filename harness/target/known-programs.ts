/** Which of QEMU's three schemas describes what a program says. */
export type ProgramFamily = 'qmp' | 'qsd' | 'qga';

/** The storage daemon: QEMU's block layer without a machine. */
export const STORAGE_DAEMON = 'qemu-storage-daemon';
/** The guest agent. It acts on the machine that it runs on, which is ours. */
export const GUEST_AGENT = 'qemu-ga';

const MISC = 'qemu-system-misc';

/**
 * Each architecture that QEMU has, or once had, a system emulator for, and the packages that may hold it, best first:
 * some were taken out of `qemu-system-misc` when they had grown.
 */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  aarch64: ['qemu-system-arm'],
  alpha: [MISC],
  arm: ['qemu-system-arm'],
  avr: [MISC],
  cris: [MISC],
  hppa: [MISC],
  i386: ['qemu-system-x86'],
  lm32: [MISC],
  loongarch64: [MISC],
  m68k: [MISC],
  microblaze: [MISC],
  microblazeel: [MISC],
  mips: ['qemu-system-mips'],
  mips64: ['qemu-system-mips'],
  mips64el: ['qemu-system-mips'],
  mipsel: ['qemu-system-mips'],
  moxie: [MISC],
  nios2: [MISC],
  or1k: [MISC],
  ppc: ['qemu-system-ppc'],
  ppc64: ['qemu-system-ppc'],
  riscv32: ['qemu-system-riscv', MISC],
  riscv64: ['qemu-system-riscv', MISC],
  rx: [MISC],
  s390x: ['qemu-system-s390x', MISC],
  sh4: [MISC],
  sh4eb: [MISC],
  sparc: ['qemu-system-sparc'],
  sparc64: ['qemu-system-sparc'],
  tricore: [MISC],
  unicore32: [MISC],
  x86_64: ['qemu-system-x86'],
  xtensa: [MISC],
  xtensaeb: [MISC],
};

/** Architectures that documented examples are about, besides that of the targets. */
export const DOCUMENTED_ARCHITECTURES: readonly string[] = ['aarch64', 'ppc64', 's390x'];

/** Names of the architectures, sorted. */
export const ARCHITECTURES: readonly string[] = Object.keys(PACKAGES);

/** The packages that may hold the emulator of an architecture, best first; none for an unknown one. */
export function packagesOfArchitecture(architecture: string): readonly string[] {
  return PACKAGES[architecture] ?? [];
}

/** The file name of the emulator of an architecture. */
export function emulatorOf(architecture: string): string {
  return `qemu-system-${architecture}`;
}

/** The architecture of an emulator, by its file name; `undefined` for the other programs. */
export function architectureOfProgram(program: string): string | undefined {
  return /^qemu-system-(.+)$/.exec(program)?.[1];
}

/** File names of all programs that dialogues can be with. */
export const KNOWN_PROGRAMS: readonly string[] = [
  ...ARCHITECTURES.map(emulatorOf),
  STORAGE_DAEMON,
  GUEST_AGENT,
];

/** The module that QEMU has SPICE in, where it is built of modules. */
export const SPICE_MODULE = 'ui-spice-core.so';

/** The packages of the modules for SPICE, where they are apart: its own, and that of the module which it stands on. */
export const SPICE_PACKAGES: readonly string[] = ['qemu-system-modules-spice', 'qemu-system-modules-opengl'];

/** What is wanted of these packages. */
export const SPICE_MODULES: readonly string[] = [
  SPICE_MODULE,
  'audio-spice.so',
  'chardev-spice.so',
  'hw-display-qxl.so',
  'ui-opengl.so',
  'ui-spice-app.so',
];

/** Which schema describes what a program says. */
export function familyOfProgram(program: string): ProgramFamily {
  if (program === STORAGE_DAEMON) return 'qsd';
  return program === GUEST_AGENT ? 'qga' : 'qmp';
}

/** Machines that every build of the architecture has; `none` where we know of none. */
const MACHINES: Partial<Record<string, string>> = {
  x86_64: 'pc',
  i386: 'pc',
  aarch64: 'virt',
  arm: 'virt',
  riscv32: 'virt',
  riscv64: 'virt',
  loongarch64: 'virt',
  ppc64: 'pseries',
  s390x: 's390-ccw-virtio',
};

/** The machine to use where nobody names one. */
export function machineOfArchitecture(architecture: string): string {
  return MACHINES[architecture] ?? 'none';
}
