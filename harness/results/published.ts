import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, inputErrorAt } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { compareReleases, isRelease } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import { readRecord } from './read-file.ts';
import { readLines } from './read-lines.ts';
import { findRuns, readRun } from './read-run.ts';
import { rowResultFromJson, targetFactsFromJson } from './records.ts';
import { countVerdicts, type Run } from './run.ts';
import { memberAt, objectFrom, ShapeError, textAt } from './shape.ts';
import type { RowResult, TargetFacts } from './verdict.ts';

/** The results of releases that come with this package. */
export const PUBLISHED_FOLDER = fileURLToPath(new URL('../../reports/published/', import.meta.url));

/** How a file of published results is called; its name begins with the version. */
const SUFFIX = '.ndjson';

/**
 * The runs that a word of the command line means: run archives, or a folder of `run --out` that holds some; a file of
 * published results, or a folder of such; or the name of a release with published results, which means its newest
 * version (`10.0`) or that one (`10.0.13`). What is on the disk comes before the name of a release.
 * @throws {InputError} for a word that means none of these
 */
export async function readRunsNamed(word: string): Promise<readonly Run[]> {
  const facts = await stat(word).catch(() => undefined);
  if (facts?.isFile() === true) return [await readPublished(word)];
  if (facts !== undefined) return (await readPublishedIn(word)) ?? readArchives(word);
  if (isRelease(word)) return readRelease(word);
  const has = await publishedVersions();
  throw new InputError(
    `${word}: no run archive; expected a folder of 'run --out', or a release with published results (${listOf(has)})`,
  );
}

/**
 * Reads a file of published results. Its runs have no wire log, and rows no duration.
 * @throws {InputError} for a file that is none, or one of another format
 */
export async function readPublished(file: string): Promise<Run> {
  let head: PublishedHead | undefined;
  const results = new Map<string, RowResult>();
  for await (const line of readLines(file)) {
    const place = { file, line: line.number, column: 1 };
    if (!line.ended) throw inputErrorAt(place, 'a line that was cut off', 'a line end');
    const text = line.bytes.toString('utf8');
    if (head === undefined) {
      head = readRecord(text, file, line.number, headFromJson);
      continue;
    }
    const { target } = head;
    const result = readRecord(text, file, line.number, (value) => rowFromJson(value, target.name));
    if (results.has(result.row))
      throw inputErrorAt(place, `a second result of '${result.row}'`, 'one to a row');
    results.set(result.row, result);
  }
  if (head === undefined) throw new InputError(`${file}: empty; expected published results`);
  const { target, suite, date, rows } = head;
  if (results.size !== rows)
    throw new InputError(`${file}: ${results.size} results; expected ${rows}, as its first line says`);
  const planned = [...results.keys()];
  const counts = countVerdicts(results.values());
  const summary = { complete: true, suite, started: date, finished: date, planned, counts };
  return { dir: file, target, results: [...results.values()], summary };
}

/** The first line of a file of published results. */
interface PublishedHead {
  readonly target: TargetFacts;
  readonly suite: string;
  readonly date: string;
  readonly rows: number;
}

/** The format that this version writes and reads. */
export const PUBLISHED_FORMAT = 1;

function headFromJson(value: JsonValue): PublishedHead {
  const object = objectFrom(value);
  const format = memberAt(object, 'published');
  if (format === undefined)
    throw new ShapeError('no file of published results', "a first line with 'published'");
  if (format !== PUBLISHED_FORMAT) {
    const found = typeof format === 'number' ? `format ${format}` : 'no format number';
    throw new ShapeError(
      `published results of ${found}`,
      `format ${PUBLISHED_FORMAT}, the one this version knows`,
    );
  }
  const facts = objectFrom(memberAt(object, 'target'));
  const rows = memberAt(object, 'rows');
  if (typeof rows !== 'number') throw new ShapeError("no number of 'rows'", 'how many results follow');
  return {
    target: targetFactsFromJson({ format: 1, where: 'published results', ...facts }),
    suite: textAt(object, 'suite'),
    date: textAt(object, 'date'),
    rows,
  };
}

/** What a result of an archive has and none of these is put back. */
function rowFromJson(value: JsonValue, target: string): RowResult {
  const object = objectFrom(value);
  const end = memberAt(object, 'process');
  const process: JsonObject = end === undefined ? {} : { process: { command: [], ...objectFrom(end) } };
  return rowResultFromJson({ findings: [], duration: 0, documented: true, ...object, target, ...process });
}

async function readArchives(path: string): Promise<readonly Run[]> {
  const runs: Run[] = [];
  // One after another: their results are large while they are read.
  for (const folder of await findRuns(path)) runs.push(await readRun(folder));
  return runs;
}

/** Undefined where a folder holds no published results. */
async function readPublishedIn(folder: string): Promise<readonly Run[] | undefined> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX) && isVersioned(name)).sort();
  if (names.length === 0) return undefined;
  return Promise.all(names.map((name) => readPublished(join(folder, name))));
}

/** `results.ndjson` and `wire.ndjson` of a run archive are none. */
function isVersioned(name: string): boolean {
  return /^\d+\.\d+/.test(name);
}

async function readRelease(release: string): Promise<readonly Run[]> {
  const range = parseReleaseRange(release);
  const names = await publishedNames();
  const versions = names.map(versionOf).filter((version) => rangeHolds(range, version));
  const newest = [...versions].sort(compareReleases).at(-1);
  if (newest === undefined) {
    const has = listOf(await publishedVersions());
    throw new InputError(`${release}: no published results; expected a run archive, or one of ${has}`);
  }
  const files = names.filter((name) => versionOf(name) === newest);
  return Promise.all(files.map((name) => readPublished(join(PUBLISHED_FOLDER, name))));
}

/** The versions of which results are published, each once. */
async function publishedVersions(): Promise<readonly string[]> {
  return [...new Set((await publishedNames()).map(versionOf))].sort(compareReleases);
}

async function publishedNames(): Promise<readonly string[]> {
  const names = await readdir(PUBLISHED_FOLDER).catch(() => []);
  return names.filter((name) => name.endsWith(SUFFIX) && isVersioned(name)).sort();
}

/** `10.0.13` of `10.0.13-x86_64-tcg.ndjson`. */
function versionOf(name: string): string {
  return name.slice(0, -SUFFIX.length).split('-')[0] ?? name;
}

function listOf(versions: readonly string[]): string {
  return versions.length === 0 ? 'none yet' : versions.join(', ');
}
