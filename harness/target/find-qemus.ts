import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import type { MissingTarget } from '../results/verdict.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { findOnPath } from './child-process.ts';
import { digestOfFile } from './digest-cache.ts';
import { GUEST_AGENT, STORAGE_DAEMON } from './known-programs.ts';
import { identifyQemu } from './probe-qemu.ts';
import { type QemuBinary, type QemuPrograms } from './qemu-binary.ts';
import { cacheFolder, readReleases } from './release-cache.ts';
import { binaryOfRelease } from './release-programs.ts';

export interface FindOptions {
  /** The cache folder; by default the user's. */
  readonly cache?: string;
  /** Binaries that the user named. */
  readonly named?: readonly string[];
  /** The search path for `qemu-system-x86_64`; by default the environment's PATH. */
  readonly path?: string;
}

/** The QEMUs that are here, by version, and those that should be and do not run. */
export interface FoundQemus {
  readonly binaries: readonly QemuBinary[];
  readonly missing: readonly MissingTarget[];
}

const BINARY = 'qemu-system-x86_64';

/**
 * Finds the installed releases, the QEMU on PATH, and the binaries that the user named. One that is both installed and
 * on PATH (same version and package string) is one target, the one on PATH.
 * @throws {InputError} for a named binary that is no program
 */
export async function findQemus(options: FindOptions = {}): Promise<FoundQemus> {
  const cache = options.cache ?? cacheFolder();
  const onPath = findOnPath(BINARY, options.path);
  const named = (options.named ?? []).map((file) =>
    attempt(file, () => probeBinary(file, { origin: 'named', cache })),
  );
  const system =
    onPath === undefined ? [] : [attempt(onPath, () => probeBinary(onPath, { origin: 'path', cache }))];
  const releases = readReleases(cache).map((release) =>
    attempt(release.version, () => binaryOfRelease(release)),
  );
  const all = await Promise.all([...named, ...system, ...releases]);
  const binaries = all.flatMap((each) => ('binary' in each ? [each.binary] : []));
  const missing = all.flatMap((each) => ('missing' in each ? [each.missing] : []));
  return { binaries: withoutTwins(binaries).sort((a, b) => compareReleases(a.version, b.version)), missing };
}

/**
 * The newest of `releases` that `wanted` names: a version (`7.2.22`) or a series (`7.2`).
 * @throws {InputError} when `wanted` is no version
 * @throws {SetupError} when none of them is it
 */
export function selectRelease<T extends { readonly version: string }>(
  releases: readonly T[],
  wanted: string,
): T {
  if (!/^[0-9]+(\.[0-9]+){0,2}$/.test(wanted))
    throw new InputError(`release '${wanted}'; expected one such as 7.2`);
  const fits = releases.filter(({ version }) => version === wanted || version.startsWith(`${wanted}.`));
  const newest = [...fits].sort((a, b) => compareReleases(a.version, b.version)).at(-1);
  if (newest !== undefined) return newest;
  const there = releases.map(({ version }) => version).join(', ');
  throw new SetupError(
    `QEMU ${wanted} is not installed (${there === '' ? 'none is' : `there are ${there}`})`,
  );
}

/** Where a binary comes from, and where digests are remembered. */
export interface ProbeOptions {
  readonly origin: 'path' | 'named';
  readonly cache?: string;
}

/**
 * Starts a binary once and takes down what it is.
 * @throws {InputError} when there is no such program
 * @throws {SetupError} when it does not start
 */
export async function probeBinary(file: string, options: ProbeOptions): Promise<QemuBinary> {
  const path = findOnPath(file.includes('/') ? resolve(file) : file);
  if (path === undefined) throw new InputError(`'${file}' is no program; expected a qemu-system-* binary`);
  const programs = programsBeside(path);
  const [identity, digest] = await Promise.all([
    identifyQemu(programs),
    digestOfFile(path, options.cache ?? cacheFolder()),
  ]);
  return { ...programs, ...identity, digest, origin: options.origin };
}

/** Of a build tree or an installation: the tools stand where the emulator does. */
function programsBeside(path: string): QemuPrograms {
  const folder = dirname(realpathSync(path));
  const beside = (...places: readonly string[]): readonly string[] | undefined => {
    const file = places.map((place) => join(folder, place)).find((each) => existsSync(each));
    return file === undefined ? undefined : [file];
  };
  const tool = (name: string, ...places: readonly string[]): readonly string[] | undefined => {
    const onPath = findOnPath(name);
    return beside(name, ...places) ?? (onPath === undefined ? undefined : [onPath]);
  };
  return {
    command: [path],
    env: inheritedEnvironment(),
    dataArgs: [],
    qemuImg: tool('qemu-img'),
    storageDaemon: tool(STORAGE_DAEMON, ...(BUILD_PLACES[STORAGE_DAEMON] ?? [])),
    path,
    // Not from PATH: another program of the same build is meant.
    findProgram: (name) => beside(name, ...(BUILD_PLACES[name] ?? [])),
  };
}

/** Where a program stands that is not in the emulator's own folder: in a build tree, and where it is installed. */
const BUILD_PLACES: Readonly<Record<string, readonly string[]>> = {
  [STORAGE_DAEMON]: ['storage-daemon/qemu-storage-daemon'],
  [GUEST_AGENT]: ['qga/qemu-ga', '../sbin/qemu-ga'],
};

/** What a developer's build may need: its libraries' place, and the settings of sanitizers. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

type Attempt = { readonly binary: QemuBinary } | { readonly missing: MissingTarget };

async function attempt(name: string, probe: () => QemuBinary | Promise<QemuBinary>): Promise<Attempt> {
  try {
    return { binary: await probe() };
  } catch (error) {
    if (error instanceof SetupError) return { missing: { name, reason: error.message } };
    throw error;
  }
}

/** Keeps the first of those with the same version and package string; what the user named is always meant. */
function withoutTwins(binaries: readonly QemuBinary[]): QemuBinary[] {
  return binaries.filter((binary, at) => {
    const twin = binaries.findIndex(
      (other) =>
        other.origin !== 'named' && other.version === binary.version && other.package === binary.package,
    );
    return binary.origin === 'named' || twin === at;
  });
}
