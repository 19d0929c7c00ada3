import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, inputErrorAt } from '../errors.ts';
import { MISSING_FILE, RESULTS_FILE, RUNS_FOLDER, SUMMARY_FILE, TARGET_FILE } from './layout.ts';
import { readJsonFile, readRecord } from './read-file.ts';
import { isAbsent, readLines } from './read-lines.ts';
import {
  missingTargetsFromJson,
  rowResultFromJson,
  runSummaryFromJson,
  targetFactsFromJson,
} from './records.ts';
import type { Run, RunSummary } from './run.ts';
import type { MissingTarget, RowResult, TargetFacts } from './verdict.ts';

/**
 * Reads a run archive. A last line that was cut off in the middle is left out, and makes the run not whole, as does
 * a planned row without a result; anything else that is wrong is an error.
 * @throws {InputError} for a folder that is no run archive, or one of another format.
 */
export async function readRun(dir: string): Promise<Run> {
  const target = await readTarget(dir);
  const summary = await readJsonFile(join(dir, SUMMARY_FILE), runSummaryFromJson);
  const { results, halfLine } = await readResults(dir, target);
  const notWhole = halfLine
    ? `${RESULTS_FILE} ends in the middle of a line`
    : whatIsMissing(results, summary);
  return {
    dir,
    target,
    results,
    ...(summary === undefined ? {} : { summary }),
    ...(notWhole === undefined ? {} : { notWhole }),
  };
}

/**
 * The rows that have a result in the archive at `dir`: `--resume` need not judge them again. None where there is no
 * archive yet.
 * @throws {InputError} when the archive is of another target, or of another binary under the same name.
 */
export async function finishedRows(dir: string, target: TargetFacts): Promise<ReadonlySet<string>> {
  const found = await finishedResults(dir, target);
  return new Set(found?.results.map(({ row }) => row));
}

/** What `finishedRows` says, with the results; nothing where there is no archive yet. @throws {InputError} */
export async function finishedResults(dir: string, target: TargetFacts): Promise<Results | undefined> {
  const facts = await readJsonFile(join(dir, TARGET_FILE), targetFactsFromJson);
  if (facts === undefined) return undefined;
  checkSameTarget(dir, facts, target);
  return readResults(dir, facts);
}

/**
 * The run archives under each path: the path itself, or those in its `runs/`. Sorted within a path.
 * @throws {InputError} for a path that is neither.
 */
export async function findRuns(path: string): Promise<readonly string[]> {
  if ((await readJsonFile(join(path, TARGET_FILE), () => true)) === true) return [path];
  const runs = join(path, RUNS_FOLDER);
  const missing = await readMissingTargets(path);
  const names = await readdir(runs).catch((error: unknown) => {
    if (isAbsent(error) && missing.length > 0) return [];
    throw new InputError(`${path}: no run archive; expected ${TARGET_FILE} or ${RUNS_FOLDER}/ in it`, {
      cause: error,
    });
  });
  if (names.length === 0 && missing.length === 0)
    throw new InputError(`${runs}: empty; expected run archives`);
  return names.sort().map((name) => join(runs, name));
}

/** The targets that were asked for and could not be run, from `missing.json` in the folder of an invocation. */
export async function readMissingTargets(out: string): Promise<readonly MissingTarget[]> {
  return (await readJsonFile(join(out, MISSING_FILE), missingTargetsFromJson)) ?? [];
}

async function readTarget(dir: string): Promise<TargetFacts> {
  const target = await readJsonFile(join(dir, TARGET_FILE), targetFactsFromJson);
  if (target === undefined) throw new InputError(`${dir}: no run archive; expected ${TARGET_FILE} in it`);
  return target;
}

function checkSameTarget(dir: string, found: TargetFacts, wanted: TargetFacts): void {
  const file = join(dir, TARGET_FILE);
  if (found.name !== wanted.name) {
    throw new InputError(`${file}: a run of '${found.name}'; expected '${wanted.name}'`);
  }
  if (found.digest !== wanted.digest) {
    const words = (facts: TargetFacts) =>
      facts.digest === undefined ? 'no digest' : `digest ${facts.digest}`;
    throw new InputError(`${file}: a run of another binary (${words(found)}); expected ${words(wanted)}`);
  }
}

interface Results {
  readonly results: readonly RowResult[];
  readonly halfLine: boolean;
  /** Bytes up to the end of the last whole line. */
  readonly size: number;
}

async function readResults(dir: string, target: TargetFacts): Promise<Results> {
  const file = join(dir, RESULTS_FILE);
  const results = new Map<string, RowResult>();
  let size = 0;
  for await (const line of readLines(file)) {
    if (!line.ended) return { results: [...results.values()], halfLine: true, size };
    const result = readRecord(line.bytes.toString('utf8'), file, line.number, rowResultFromJson);
    const place = { file, line: line.number, column: 1 };
    if (result.target !== target.name) {
      throw inputErrorAt(place, `a result of '${result.target}'`, `'${target.name}', as in ${TARGET_FILE}`);
    }
    if (results.has(result.row)) {
      throw inputErrorAt(place, `a second result of '${result.row}'`, 'one result to a row');
    }
    results.set(result.row, result);
    size = line.offset + line.bytes.length + 1;
  }
  return { results: [...results.values()], halfLine: false, size };
}

function whatIsMissing(results: readonly RowResult[], summary: RunSummary | undefined): string | undefined {
  if (summary === undefined) return `cut off after ${results.length} rows: no ${SUMMARY_FILE}`;
  const finished = new Set(results.map(({ row }) => row));
  const missing = summary.planned.filter((row) => !finished.has(row));
  const [first] = missing;
  if (first !== undefined) {
    return `${missing.length} of ${summary.planned.length} planned rows have no result, the first is '${first}'`;
  }
  return summary.complete ? undefined : `${SUMMARY_FILE} says that it is not complete`;
}
