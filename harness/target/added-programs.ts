import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from '../errors.ts';
import {
  architectureOfProgram,
  emulatorOf,
  GUEST_AGENT,
  KNOWN_PROGRAMS,
  packagesOfArchitecture,
  SPICE_MODULE,
  SPICE_MODULES,
  SPICE_PACKAGES,
} from './known-programs.ts';
import type { OpenSuite } from './package-archive.ts';
import { pinned, readIndex } from './package-index.ts';
import { identifyQemu, withQemu, type QemuIdentity } from './probe-qemu.ts';
import type { QemuPrograms } from './qemu-binary.ts';
import type { InstalledRelease } from './release-cache.ts';
import { findInRelease, programsOfRelease, type ReleaseLayout } from './release-programs.ts';

/** Why programs, or modules, that were asked for cannot be had for a release; by file name. */
export type AbsentPrograms = Readonly<Record<string, string>>;

/** Where programs that come besides the emulator of the target are to be had. */
export interface ChosenPackages {
  /** Packages as apt takes them, `name` or `name=version`; to be installed with what they depend on. */
  readonly packages: readonly string[];
  /** Likewise, without what they depend on. */
  readonly alone: readonly string[];
  /** Likewise, with just the libraries that are needed of it. */
  readonly modules: readonly string[];
  readonly absent: AbsentPrograms;
}

/**
 * The programs that are wanted of a release besides its own emulator, where somebody asks for these architectures; and
 * the module of SPICE.
 */
export function wantedPrograms(architectures: readonly string[]): readonly string[] {
  return [...new Set([...architectures.map(emulatorOf), GUEST_AGENT, SPICE_MODULE])];
}

/** Whether a release has a program, or the module of SPICE; or SPICE without one, in the emulator itself. */
export function hasProgram(release: Pick<InstalledRelease, 'root' | 'packages'>, program: string): boolean {
  if (findInRelease(release.root, program) !== undefined) return true;
  return program === SPICE_MODULE && release.packages.some(({ name }) => name.startsWith('libspice-server'));
}

/**
 * Looks in the index of an open suite for the packages that hold these programs.
 * @param version the version that they must have; by default the newest is taken
 */
export async function choosePackages(
  open: OpenSuite,
  programs: readonly string[],
  version?: string,
): Promise<ChosenPackages> {
  const offered = await readIndex(open, [...new Set(programs.flatMap(packagesOfProgram))]);
  const versionsOf = (name: string): readonly string[] =>
    (offered.get(name) ?? []).map((each) => each.version);
  const chosen = { packages: new Set<string>(), alone: new Set<string>(), modules: new Set<string>() };
  const absent: Record<string, string> = {};
  for (const program of programs) {
    const names = packagesOfProgram(program).filter((name) => offered.has(name));
    const [name] = names;
    const versions = versionsOf(name ?? '');
    if (name === undefined) absent[program] = `${open.suite} offers no package of it`;
    else if (version !== undefined && !versions.includes(version))
      absent[program] = `${open.suite} has ${versions.join(', ')} of ${name} by now, and not ${version}`;
    else if (program === SPICE_MODULE) for (const each of names) chosen.modules.add(pinned(each, version));
    // Its start at boot depends on many packages; the libraries that it needs come with the emulator.
    else (program === GUEST_AGENT ? chosen.alone : chosen.packages).add(pinned(name, version));
  }
  const { packages, alone, modules } = chosen;
  return { packages: [...packages], alone: [...alone], modules: [...modules], absent };
}

function packagesOfProgram(program: string): readonly string[] {
  if (program === GUEST_AGENT) return ['qemu-guest-agent'];
  if (program === SPICE_MODULE) return SPICE_PACKAGES;
  return packagesOfArchitecture(architectureOfProgram(program) ?? '');
}

/** The emulators that come with that of the target, in the same package. */
const OWN = ['x86_64', 'i386'].map(emulatorOf);

/** Removes the emulators that nobody asked for: a package may hold some twenty, of ten megabytes each. */
export function dropUnwantedEmulators(root: string, wanted: readonly string[]): void {
  for (const program of KNOWN_PROGRAMS) {
    if (architectureOfProgram(program) === undefined || [...OWN, ...wanted].includes(program)) continue;
    const place = findInRelease(root, program);
    if (place !== undefined) rmSync(join(root, place));
  }
}

/**
 * Moves what was unpacked apart into the tree of a release. Programs and modules come last and each in one step, so
 * that whoever sees one sees it whole, and with its libraries. What stands there already stays.
 */
export function mergeTree(from: string, root: string): void {
  const files = existsSync(from) ? filesBelow(from) : [];
  const isProgram = (path: string): boolean => /^usr\/(?:s?bin|lib\/[^/]+\/qemu)\//.test(path);
  for (const path of [...files.filter((each) => !isProgram(each)), ...files.filter(isProgram).sort()]) {
    const place = join(root, path);
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(dirname(place), { recursive: true });
    renameSync(join(from, path), place);
  }
}

function filesBelow(folder: string, above = ''): string[] {
  return readdirSync(join(folder, above), { withFileTypes: true }).flatMap((entry) => {
    const path = join(above, entry.name);
    return entry.isDirectory() ? filesBelow(folder, path) : [path];
  });
}

/**
 * Starts each of the added emulators: the proof that it is whole, and of the release; and the release's own with SPICE.
 * One that is not is removed.
 * @returns why, by file name, for those that are not there in the end
 */
export async function checkAddedPrograms(
  layout: ReleaseLayout,
  release: Pick<QemuIdentity, 'version'>,
  programs: readonly string[],
): Promise<AbsentPrograms> {
  const reasons = await Promise.all(
    programs.map(async (program) => [program, await reasonAgainst(layout, release, program)] as const),
  );
  const absent = reasons.flatMap(([program, reason]) => (reason === undefined ? [] : [[program, reason]]));
  const names = absent.flatMap(([name = '']) => (name === SPICE_MODULE ? SPICE_MODULES : [name]));
  for (const name of names) {
    const place = findInRelease(layout.root, name);
    if (place !== undefined) rmSync(join(layout.root, place));
  }
  return Object.fromEntries(absent) as AbsentPrograms;
}

async function reasonAgainst(
  layout: ReleaseLayout,
  release: Pick<QemuIdentity, 'version'>,
  program: string,
): Promise<string | undefined> {
  const programs = programsOfRelease(layout);
  const command = programs.findProgram(program);
  if (command === undefined) return 'the packages of the suite do not have it';
  try {
    if (program === SPICE_MODULE) await startWithSpice(programs);
    if (architectureOfProgram(program) === undefined) return undefined;
    const { version } = await identifyQemu({ ...programs, command });
    return version === release.version ? undefined : `it is of ${version}`;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

/** Throws `SetupError` where it does not start. */
async function startWithSpice(programs: QemuPrograms): Promise<void> {
  const spice = 'unix=on,addr=spice.sock,disable-ticketing=on';
  const args = ['-no-user-config', '-nodefaults', '-display', 'none', '-machine', 'none', '-spice', spice];
  await withQemu(programs, args, ({ negotiate }) => negotiate());
}
