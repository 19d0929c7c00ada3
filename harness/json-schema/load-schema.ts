import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
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
  const bundle = readBundle(readFileSync(`${folderOf(family)}/${series}.json`, 'utf8'));
  if (!isJsonObject(bundle))
    throw new InputError(`schemas/${family}/${series}.json: no object; expected a schema`);
  return bundle;
}

/**
 * Tells whether a bundle knows what a build may lack, and the names of types: introspection shows neither, all other
 * sources do.
 */
export function isComplete(bundle: JsonObject): boolean {
  const sources = bundle['qapi-sources'];
  return isJsonArray(sources) && sources.some((source) => source !== 'introspection');
}

const LONG_NUMBER = /[0-9]{16}/g;
const DEFINITION = /^ {4}"([^"\\]+)": (.+?),?$/;

/**
 * Reads a bundle exactly as `readJson` does, and many times as fast: one definition stands on one line, and only those
 * of a few built-in types have integers that the engine's own reader would round.
 * @throws {JsonSyntaxError}
 */
export function readBundle(text: string): JsonValue {
  const exact: Record<string, JsonValue> = {};
  const parts: string[] = [];
  let done = 0;
  for (const { index } of text.matchAll(LONG_NUMBER)) {
    if (index < done) continue;
    const start = text.lastIndexOf('\n', index) + 1;
    const end = text.indexOf('\n', index);
    const [, name, written] = DEFINITION.exec(text.slice(start, end)) ?? [];
    if (name === undefined || written === undefined) return readJson(text);
    exact[name] = readJson(written);
    parts.push(text.slice(done, start), `"${name}":null${text[end - 1] === ',' ? ',' : ''}`);
    done = end;
  }
  const bundle = readJson(parts.join('') + text.slice(done));
  if (!isJsonObject(bundle) || !isJsonObject(bundle['$defs'])) return readJson(text);
  return { ...bundle, $defs: { ...bundle['$defs'], ...exact } };
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
