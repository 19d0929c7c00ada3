/** An accelerator that QEMU runs guests with. */
export type Accelerator = 'tcg' | 'kvm';

/** The programs of one QEMU, and what they need around them. */
export interface QemuPrograms {
  /** `qemu-system-*`, alone or behind the loader that runs it on its own libraries. */
  readonly command: readonly string[];
  /** What its environment must hold beyond PATH, HOME, TMPDIR and LANG. */
  readonly env: Readonly<Record<string, string>>;
  /** `-L` options for firmware and keymaps, where the binary does not find them by itself. */
  readonly dataArgs: readonly string[];
  readonly qemuImg: readonly string[] | undefined;
  readonly storageDaemon: readonly string[] | undefined;
  /** The binary's file. */
  readonly path: string;
  /** The words that start another program of the same build, by its file name; `undefined` where it is not there. */
  readonly findProgram: (name: string) => readonly string[] | undefined;
  /** Why programs that were asked for could not be installed with it; by file name. */
  readonly absent?: Readonly<Record<string, string>>;
}

/** A QEMU that was started once, and what it said of itself. */
export interface QemuBinary extends QemuPrograms {
  /** `major.minor.micro` of the greeting, e.g. `7.2.22`. */
  readonly version: string;
  /** Package string of the greeting; may be empty. */
  readonly package: string;
  /** As `query-target` says, e.g. `x86_64`. */
  readonly architecture: string;
  /** SHA-256 of the binary, in hexadecimal. */
  readonly digest: string;
  /** Whether it is an installed release, stands on PATH, or was named by the user. */
  readonly origin: 'release' | 'path' | 'named';
}
