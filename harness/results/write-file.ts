import { rename, writeFile } from 'node:fs/promises';
import { SetupError } from '../errors.ts';

/** Writes a file so that a reader sees all of it or none. @throws {SetupError} */
export async function replaceFile(file: string, text: string): Promise<void> {
  await writing(file, writeFile(`${file}.part`, text));
  await writing(file, rename(`${file}.part`, file));
}

/** What `work` gives. @throws {SetupError} naming `file` when it cannot be written, and saying when the disk is full. */
export async function writing<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw setupErrorOf(file, error);
  }
}

function setupErrorOf(file: string, error: unknown): SetupError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const what = isFull ? `no room left on the disk (${code})` : `cannot be written (${code})`;
  return new SetupError(`${file}: ${what}; expected room for the run archive`, { cause: error });
}
