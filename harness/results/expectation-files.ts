import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import { readKnownFailures, type KnownFailure } from './known-failures.ts';
import type { ExpectationFile } from './run.ts';

/** Expectations, and the files that they stand in. */
export interface Expectations {
  readonly entries: readonly KnownFailure[];
  readonly files: readonly ExpectationFile[];
}

/**
 * Reads a file of expectations, or the files `*.yaml` and `*.yml` of a folder in the order of their names.
 * @throws {InputError} for a path that is neither, a folder without any, or a file that is wrong
 */
export async function readExpectations(path: string): Promise<Expectations> {
  const facts = await stat(path).catch((error: unknown) => {
    throw new InputError(`${path}: cannot be read; expected a file or a folder of expectations`, {
      cause: error,
    });
  });
  if (!facts.isDirectory()) return readOne(path, basename(path));
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new InputError(`${path}: holds no expectations; expected files *.yaml`);
  const folder = basename(path);
  return joinExpectations(
    await Promise.all(names.map((name) => readOne(join(path, name), `${folder}/${name}`))),
  );
}

/** All of several. */
export function joinExpectations(all: readonly Expectations[]): Expectations {
  return { entries: all.flatMap(({ entries }) => entries), files: all.flatMap(({ files }) => files) };
}

/**
 * Names files as an archive does that goes elsewhere: without the folders of this machine. Its digest tells a file
 * from another of its name.
 */
async function readOne(file: string, name: string): Promise<Expectations> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new InputError(`${file}: cannot be read; expected a file of expectations`, { cause: error });
  });
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { entries: readKnownFailures(bytes.toString('utf8'), file), files: [{ name, digest }] };
}
