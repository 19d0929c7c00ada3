import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256OfFile } from './package-archive.ts';
import { readJsonFile, writeAtomically } from './release-cache.ts';

/** More entries than anybody has binaries; the oldest go. */
const MAX_ENTRIES = 200;

/**
 * SHA-256 of a file, in hexadecimal. Remembered in the cache folder by path, size and time of change, for reading a
 * debug build of some hundred megabytes takes longer than starting it.
 */
export async function digestOfFile(path: string, cache: string): Promise<string> {
  const { size, mtimeMs, ino } = statSync(path);
  const key = `${path}|${ino}|${size}|${mtimeMs}`;
  const file = join(cache, 'digests.json');
  const known = digests(file)[key];
  if (known !== undefined) return known;
  const digest = await sha256OfFile(path);
  const entries = Object.entries({ ...digests(file), [key]: digest }).slice(-MAX_ENTRIES);
  writeAtomically(file, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  return digest;
}

function digests(file: string): Readonly<Record<string, string>> {
  return (readJsonFile(file) ?? {}) as Readonly<Record<string, string>>;
}
