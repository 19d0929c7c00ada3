import { mkdir, open, rename, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { MISSING_FILE, RESULTS_FILE, runFolder, SUMMARY_FILE, TARGET_FILE, WIRE_FILE } from './layout.ts';
import { indexWire } from './read-dialogue.ts';
import { finishedResults } from './read-run.ts';
import { RUN_FORMAT, type RunNotes } from './run.ts';
import { RunWriter } from './run-writer.ts';
import type { MissingTarget, RowResult, TargetFacts } from './verdict.ts';
import { replaceFile, writing } from './write-file.ts';

/** How a run archive is opened. */
export interface OpenOptions {
  /** Version of the suite that judges. */
  readonly suite: string;
  /** Go on with an archive that was cut off: its finished rows stay, what is half written goes. */
  readonly resume?: boolean;
  /** What `run.json` says beside the counts. */
  readonly notes?: RunNotes;
}

/**
 * Opens the archive of one target's run in `<out>/runs/`, for writing.
 * @throws {InputError} when there is an archive already and `resume` was not asked for, or it is of another target.
 * @throws {SetupError} when the folder cannot be written.
 */
export async function openRun(
  out: string,
  target: TargetFacts,
  planned: readonly string[],
  options: OpenOptions,
): Promise<RunWriter> {
  const dir = runFolder(out, target.name);
  await writing(dir, mkdir(dir, { recursive: true }));
  const earlier = options.resume === true ? await cleanUp(dir, target) : undefined;
  if (earlier === undefined) await claim(dir, target);
  const results = await openToAppend(join(dir, RESULTS_FILE));
  const wire = await openToAppend(join(dir, WIRE_FILE));
  const finished = earlier ?? [];
  const { suite, notes = {} } = options;
  return new RunWriter({ dir, target, planned, suite, notes, finished, results, wire });
}

/** Writes down the targets that were asked for and could not be run, beside `runs/`. @throws {SetupError} */
export async function writeMissingTargets(out: string, targets: readonly MissingTarget[]): Promise<void> {
  await writing(out, mkdir(out, { recursive: true }));
  const text = JSON.stringify({ format: RUN_FORMAT, targets }, undefined, 2);
  await replaceFile(join(out, MISSING_FILE), `${text}\n`);
}

/** Writes `target.json`, which makes the folder this run's: two runs cannot both create it. */
async function claim(dir: string, target: TargetFacts): Promise<void> {
  const file = join(dir, TARGET_FILE);
  const handle = await open(file, 'wx').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new InputError(`${dir}: holds a run already; expected an empty folder, or --resume`, {
        cause: error,
      });
    }
    return writing(file, Promise.reject(error instanceof Error ? error : new Error(String(error))));
  });
  const text = `${JSON.stringify({ format: RUN_FORMAT, ...target }, undefined, 2)}\n`;
  await writing(
    file,
    handle.writeFile(text).finally(() => handle.close()),
  );
}

/**
 * Makes an archive that was cut off fit to be continued: what is half written goes.
 * @returns its results, or nothing where there is no archive.
 */
async function cleanUp(dir: string, target: TargetFacts): Promise<readonly RowResult[] | undefined> {
  const earlier = await finishedResults(dir, target);
  if (earlier === undefined) return undefined;
  const summary = join(dir, SUMMARY_FILE);
  await writing(summary, rm(summary, { force: true }));
  const file = join(dir, RESULTS_FILE);
  if (earlier.halfLine) await writing(file, truncate(file, earlier.size));
  await keepWireOf(join(dir, WIRE_FILE), new Set(earlier.results.map(({ row }) => row)));
  return earlier.results;
}

/** A row without a result is judged again: what it left in the wire log would stand there twice. */
async function keepWireOf(file: string, rows: ReadonlySet<string>): Promise<void> {
  const index = await indexWire(file);
  const kept = [...index].filter(([row]) => rows.has(row)).flatMap(([, segments]) => segments);
  const size = await stat(file).then(
    (facts) => facts.size,
    () => 0,
  );
  if (kept.reduce((sum, { length }) => sum + length, 0) === size) return;
  kept.sort((a, b) => a.offset - b.offset);
  const part = `${file}.part`;
  await writing(part, copySegments(file, part, kept));
  await writing(file, rename(part, file));
}

type Segments = readonly { readonly offset: number; readonly length: number }[];

async function copySegments(from: string, to: string, segments: Segments): Promise<void> {
  const source = await open(from);
  try {
    const copy = await open(to, 'w');
    try {
      for (const { offset, length } of segments) {
        const bytes = Buffer.alloc(length);
        await source.read(bytes, 0, length, offset);
        await copy.writeFile(bytes);
      }
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

async function openToAppend(file: string): Promise<FileHandle> {
  return writing(file, open(file, 'a'));
}
