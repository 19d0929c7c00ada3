import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { compareReleases } from '../release/compare-releases.ts';
import { listFolder, makePartialFolder, readJsonFile, removePartialFolders } from './release-cache.ts';

/** A file that was downloaded; apt had checked it against the archive's signed index. */
export interface FetchedFile {
  readonly name: string;
  /** SHA-256, in hexadecimal. */
  readonly sha256: string;
}

/** What lies beside the sources of a release: `source.json`. */
export interface SourceRecord {
  /** The series, `7.2`. */
  readonly release: string;
  /** As the tree's VERSION says it, after the patches: `7.2.22`. */
  readonly version: string;
  /** The version of the source package, `1:7.2+dfsg-7+deb12u18`. */
  readonly package: string;
  /** The suite that it came from. */
  readonly suite: string;
  /** When it was fetched, as an ISO 8601 date. */
  readonly date: string;
  /** Bytes of all files. */
  readonly size: number;
  readonly files: readonly FetchedFile[];
  /** The package's patches that change what was unpacked, in their order. */
  readonly patches: readonly string[];
}

/** Sources that are in the cache. */
export interface InstalledSource extends SourceRecord {
  /** Their folder: it stands for the top of QEMU's tree. */
  readonly folder: string;
}

/** The sources in the cache, by version. What is not whole is not seen. */
export function readSources(cache: string): readonly InstalledSource[] {
  const sources = listFolder(join(cache, 'sources')).flatMap((release) => readSource(cache, release) ?? []);
  return sources.sort((a, b) => compareReleases(a.version, b.version));
}

/** The sources of a series, `7.2`. */
export function readSource(cache: string, release: string): InstalledSource | undefined {
  const folder = sourceFolder(cache, release);
  const record = readJsonFile(join(folder, 'source.json')) as SourceRecord | undefined;
  return record === undefined ? undefined : { ...record, folder };
}

/** Where the sources of a series lie. */
export function sourceFolder(cache: string, release: string): string {
  return join(cache, 'sources', release);
}

/** Removes sources at once, and then their files. */
export function removeSource(cache: string, source: InstalledSource): void {
  renameSync(source.folder, join(makePartialFolder(cache, 'removed'), 'source'));
  removePartialFolders(cache, 'removed');
}
