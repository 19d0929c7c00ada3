import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject, type JsonObject } from '../json/value.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { compareReleases, isRelease } from '../release/compare-releases.ts';

/** The releases whose schema comes with this package, as `x.y`, sorted by number. */
export function shippedReleases(family: SchemaFamily = 'qmp'): readonly string[] {
  const releases = filesIn(folderOf(family)).map((file) => file.replace(/\.json$/, ''));
  return releases.filter(isRelease).sort(compareReleases);
}

/**
 * The schema bundle of a release.
 * @param release `x.y`, or `x.y.z`, which stands for `x.y`.
 * @throws {InputError} when none is shipped for it; lists those that are.
 */
export function loadSchema(release: string, family: SchemaFamily = 'qmp'): JsonObject {
  const series = release.split('.').slice(0, 2).join('.');
  const shipped = shippedReleases(family);
  if (!shipped.includes(series)) {
    const have = shipped.length === 0 ? 'none' : shipped.join(', ');
    throw new InputError(`no ${family} schema of release '${release}'; there are: ${have}`);
  }
  const bundle = readJson(readFileSync(`${folderOf(family)}/${series}.json`, 'utf8'));
  if (!isJsonObject(bundle))
    throw new InputError(`schemas/${family}/${series}.json: no object; expected a schema`);
  return bundle;
}

function folderOf(family: SchemaFamily): string {
  return fileURLToPath(new URL(`../../schemas/${family}`, import.meta.url));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith('.json'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
