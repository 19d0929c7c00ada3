import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from '../errors.ts';
import {
  architectureOfProgram,
  emulatorOf,
  GUEST_AGENT,
  KNOWN_PROGRAMS,
  packagesOfArchitecture,
} from './known-programs.ts';
import { runOnSuite, type OpenSuite } from './package-archive.ts';
import { identifyQemu, type QemuIdentity } from './probe-qemu.ts';
import { findInRelease, programsOfRelease, type ReleaseLayout } from './release-programs.ts';

/** Why programs that were asked for cannot be had for a release; by file name. */
export type AbsentPrograms = Readonly<Record<string, string>>;

/** Where programs that come besides the emulator of the target are to be had. */
export interface ChosenPackages {
  /** Packages as apt takes them, `name` or `name=version`; to be installed with what they depend on. */
  readonly packages: readonly string[];
  /** Likewise, without what they depend on. */
  readonly alone: readonly string[];
  readonly absent: AbsentPrograms;
}

/** The programs that are wanted of a release besides its own emulator, where somebody asks for these architectures. */
export function wantedPrograms(architectures: readonly string[]): readonly string[] {
  return [...new Set([...architectures.map(emulatorOf), GUEST_AGENT])];
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
  const candidates = new Set(programs.flatMap(packagesOfProgram));
  const offered = candidates.size === 0 ? new Map<string, Set<string>>() : await readIndex(open, candidates);
  const packages = new Set<string>();
  const alone = new Set<string>();
  const absent: Record<string, string> = {};
  for (const program of programs) {
    const name = packagesOfProgram(program).find((each) => offered.has(each));
    const versions = offered.get(name ?? '') ?? new Set();
    if (name === undefined) absent[program] = `${open.suite} offers no package of it`;
    else if (version !== undefined && !versions.has(version))
      absent[program] = `${open.suite} has ${[...versions].join(', ')} of ${name} by now, and not ${version}`;
    // Its start at boot depends on many packages; the libraries that it needs come with the emulator.
    else
      (program === GUEST_AGENT ? alone : packages).add(version === undefined ? name : `${name}=${version}`);
  }
  return { packages: [...packages], alone: [...alone], absent };
}

function packagesOfProgram(program: string): readonly string[] {
  if (program === GUEST_AGENT) return ['qemu-guest-agent'];
  return packagesOfArchitecture(architectureOfProgram(program) ?? '');
}

/** Versions of packages, by name, in a suite's index. */
async function readIndex(open: OpenSuite, names: Iterable<string>): Promise<Map<string, Set<string>>> {
  // It ends badly where one of the names is unknown, and tells of the others.
  const { stdout } = await runOnSuite(open, ['apt-cache', 'show', ...names]);
  const offered = new Map<string, Set<string>>();
  for (const record of stdout.split(/\n\n+/)) {
    const [name, version] = ['Package', 'Version'].map(
      (field) => new RegExp(`^${field}: (.*)$`, 'm').exec(record)?.[1],
    );
    if (name === undefined || version === undefined) continue;
    offered.set(name, (offered.get(name) ?? new Set()).add(version));
  }
  return offered;
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
 * Moves what was unpacked apart into the tree of a release. Programs come last and each in one step, so that whoever
 * sees one sees it whole, and with its libraries. What stands there already stays.
 */
export function mergeTree(from: string, root: string): void {
  const files = existsSync(from) ? filesBelow(from) : [];
  const isProgram = (path: string): boolean => /^usr\/s?bin\//.test(path);
  for (const path of [...files.filter((each) => !isProgram(each)), ...files.filter(isProgram)]) {
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
 * Starts each of the added emulators: the proof that it is whole, and of the release. One that is not is removed.
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
  for (const [program = ''] of absent) {
    const place = findInRelease(layout.root, program);
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
  if (architectureOfProgram(program) === undefined) return undefined;
  try {
    const { version } = await identifyQemu({ ...programs, command });
    return version === release.version ? undefined : `it is of ${version}`;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}
