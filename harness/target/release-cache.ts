import { compareReleases } from '../release/compare-releases.ts';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { InputError } from '../errors.ts';
import type { UnpackedPackage } from './package-archive.ts';

/** What lies beside the unpacked tree of a release: `release.json`. */
export interface ReleaseRecord {
  /** As the greeting says it. */
  readonly version: string;
  /** The package string of the greeting. */
  readonly package: string;
  readonly architecture: string;
  /** The suite that it came from. */
  readonly suite: string;
  /** SHA-256 of the `qemu-system-*` binary. */
  readonly digest: string;
  /** When it was installed, as an ISO 8601 date. */
  readonly date: string;
  /** Bytes of all files. */
  readonly size: number;
  /** Folders of libraries, data and modules, relative to the root. */
  readonly libraryPath: readonly string[];
  readonly dataPath: readonly string[];
  readonly modulePath: string;
  readonly packages: readonly UnpackedPackage[];
  /** Why programs that were asked for cannot be had for it; by file name. */
  readonly absent?: Readonly<Record<string, string>>;
}

/** An installed release. */
export interface InstalledRelease extends ReleaseRecord {
  /** Its folder in the cache. */
  readonly folder: string;
  /** The folder that stands for `/`. */
  readonly root: string;
}

/** The cache folder: `$QMP_CONFORMANCE_CACHE`, else `qmp-conformance` in the user's cache folder. Made on first use. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['QMP_CONFORMANCE_CACHE'];
  if (own !== undefined && own !== '') {
    if (!isAbsolute(own)) throw new InputError(`QMP_CONFORMANCE_CACHE: '${own}'; expected an absolute path`);
    return own;
  }
  const users = env['XDG_CACHE_HOME'];
  // The XDG base directory specification has relative paths ignored.
  return join(
    users !== undefined && isAbsolute(users) ? users : join(homedir(), '.cache'),
    'qmp-conformance',
  );
}

/** The installed releases, by version. What is not a whole release is not seen. */
export function readReleases(cache: string): readonly InstalledRelease[] {
  const releases = listFolder(join(cache, 'releases')).flatMap((name) => readRelease(cache, name));
  return releases.sort((a, b) => compareReleases(a.version, b.version));
}

/** The release that was installed for a suite. */
export function releaseOfSuite(cache: string, suite: string): InstalledRelease | undefined {
  const version = versionOfSuite(suiteFile(cache, suite));
  return version === undefined ? undefined : readRelease(cache, version)[0];
}

/** Remembers which release a suite has. */
export function writeSuite(cache: string, suite: string, version: string): void {
  writeAtomically(suiteFile(cache, suite), `${JSON.stringify({ version })}\n`);
}

/** Removes a release at once, and then its files. */
export function removeRelease(cache: string, release: InstalledRelease): void {
  const grave = join(makePartialFolder(cache, 'removed'), 'release');
  renameSync(release.folder, grave);
  for (const file of listFolder(join(cache, 'suites'))) {
    const path = join(cache, 'suites', file);
    if (versionOfSuite(path) === release.version) rmSync(path, { force: true });
  }
  removePartialFolders(cache, 'removed');
}

/** Puts a finished folder in its place in one step; what stood there before goes away. */
export function placeFolder(finished: string, place: string): void {
  mkdirSync(dirname(place), { recursive: true });
  const old = `${finished}.replaced`;
  try {
    renameSync(place, old);
  } catch {
    // Nothing stood there.
  }
  renameSync(finished, place);
  rmSync(old, { recursive: true, force: true });
}

let folders = 0;

/** A new folder in the cache for something unfinished. `owner` (a suite, a tool) is part of its name. */
export function makePartialFolder(cache: string, owner: string): string {
  const folder = join(cache, 'partial', `${owner}@${process.pid}.${++folders}.${Date.now()}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes what interrupted work left behind. Only whoever holds the owner's lock may. */
export function removePartialFolders(cache: string, owner: string): void {
  for (const name of listFolder(join(cache, 'partial'))) {
    if (name.startsWith(`${owner}@`)) rmSync(join(cache, 'partial', name), { recursive: true, force: true });
  }
}

/** Writes a file so that nobody ever sees half of it. */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, path);
}

/** What a file of our own holds; `undefined` where there is none, or none that can be read. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes down what has become of an installed release. */
export function writeRelease(release: InstalledRelease): void {
  // Where it stands is not part of it: the cache may be moved.
  const record: { -readonly [Key in keyof InstalledRelease]?: InstalledRelease[Key] } = { ...release };
  delete record.folder;
  delete record.root;
  writeAtomically(join(release.folder, 'release.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

function readRelease(cache: string, version: string): InstalledRelease[] {
  const folder = join(cache, 'releases', version);
  const record = readJsonFile(join(folder, 'release.json')) as ReleaseRecord | undefined;
  return record === undefined ? [] : [{ ...record, folder, root: join(folder, 'root') }];
}

function versionOfSuite(path: string): string | undefined {
  return (readJsonFile(path) as { readonly version: string } | undefined)?.version;
}

function suiteFile(cache: string, suite: string): string {
  return join(cache, 'suites', `${suite}.json`);
}

/** The names in a folder; none where there is no such folder. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Bytes of all files in a folder. */
export function sizeOfFolder(folder: string): number {
  let size = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) size += lstatSync(join(entry.parentPath, entry.name)).size;
  }
  return size;
}
