import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AbsentPrograms } from './added-programs.ts';
import { dropDocumentation } from './drop-documentation.ts';
import { SPICE_MODULE, SPICE_MODULES } from './known-programs.ts';
import {
  downloadAlone,
  NotOffered,
  unpackDownloads,
  type OpenSuite,
  type SuiteProgress,
  type UnpackedPackage,
} from './package-archive.ts';
import { nameOfPinned, readIndex } from './package-index.ts';
import { listFolder } from './release-cache.ts';
import { BINARY, findModulePath } from './release-programs.ts';
import { findMissingLibraries } from './unpacked-tree.ts';

/** Modules that are to come into a release. */
export interface ModuleJob {
  readonly open: OpenSuite;
  /** Packages of the modules, as apt takes them: `name` or `name=version`. */
  readonly packages: readonly string[];
  /** Unpacked trees of the release; the first has its loader. */
  readonly roots: readonly string[];
  /** The packages in these. */
  readonly there: readonly UnpackedPackage[];
  /** A new folder to unpack into. */
  readonly into: string;
  /** Says which libraries are missing; a test has no loader that could. */
  readonly findMissing?: typeof findMissingLibraries;
}

export interface UnpackedModules {
  readonly packages: readonly UnpackedPackage[];
  /** Why they cannot be had, if so; nothing of them is then left in the folder. */
  readonly absent: AbsentPrograms;
}

/** Libraries of libraries of libraries: three rounds do today. */
const MAX_ROUNDS = 8;

/**
 * Downloads modules and unpacks them, with just the shared libraries that they need and that are not there. All that
 * their packages depend on would be some two hundred megabytes: drivers for graphics cards, and the compiler of these.
 * @throws {SetupError} when a package cannot be fetched or unpacked
 */
export async function unpackModules(job: ModuleJob, progress: SuiteProgress): Promise<UnpackedModules> {
  try {
    const { packages, missing } = await unpackWithLibraries(job, progress);
    await dropDocumentation(job.into);
    if (missing.length === 0) return { packages, absent: {} };
    return withoutModules(job, `no package that it depends on has ${missing.join(', ')}`);
  } catch (error) {
    if (!(error instanceof NotOffered)) throw error;
    return withoutModules(job, error.message);
  }
}

function withoutModules({ into }: ModuleJob, reason: string): UnpackedModules {
  rmSync(into, { recursive: true, force: true });
  return { packages: [], absent: { [SPICE_MODULE]: reason } };
}

interface Unpacked {
  readonly packages: readonly UnpackedPackage[];
  /** Sonames. */
  readonly missing: readonly string[];
}

/** Each round takes libraries of what the packages of the last one depend on. */
async function unpackWithLibraries(job: ModuleJob, progress: SuiteProgress): Promise<Unpacked> {
  const { open, into, findMissing = findMissingLibraries } = job;
  const packages: UnpackedPackage[] = [];
  let missing: readonly string[] = [];
  let wanted = job.packages;
  let index = await readIndex(open, wanted.map(nameOfPinned));
  for (let round = 0; round < MAX_ROUNDS && wanted.length > 0; round++) {
    progress('download', wanted.join(' '));
    const there = new Set([...job.there, ...packages].map(({ name }) => name));
    const candidates = wanted
      .flatMap((each) => index.get(nameOfPinned(each))?.[0]?.dependencies ?? [])
      .filter((name) => name.startsWith('lib') && !there.has(name));
    [index] = await Promise.all([readIndex(open, [...new Set(candidates)]), downloadAlone(open, wanted)]);
    packages.push(...(await unpackDownloads(open, into, progress)));
    missing = await findMissing([...job.roots, into], BINARY, keepModules(into));
    wanted = chooseLibraries(missing, [...index.keys()]);
  }
  return { packages, missing };
}

/** Removes the modules that came in the same packages and that nobody asked for. Returns the files of the others. */
function keepModules(root: string): readonly string[] {
  const folder = join(root, findModulePath(root));
  const files = listFolder(folder);
  for (const name of files)
    if (!SPICE_MODULES.includes(name)) rmSync(join(folder, name), { recursive: true });
  return files.filter((name) => SPICE_MODULES.includes(name)).map((name) => join(folder, name));
}

/**
 * Of packages of libraries those that may hold what is missing. A package is named after its library (Debian Policy,
 * 8.1); where it holds several, as GStreamer's do, the name says nothing of the others, and all packages are taken.
 * @param missing sonames
 */
export function chooseLibraries(
  missing: readonly string[],
  candidates: readonly string[],
): readonly string[] {
  const mayHold = (name: string, soname: string): boolean =>
    plain(name).startsWith(plain(soname.replace('.so.', '')));
  const named = missing.map((soname) => candidates.filter((name) => mayHold(name, soname)));
  return named.some((names) => names.length === 0) ? candidates : [...new Set(named.flat())];
}

/** `libglib-2.0.so.0` is in `libglib2.0-0t64`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
