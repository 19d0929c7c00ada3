import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, SetupError } from '../errors.ts';

/**
 * Refuses a place where no file can be, before anything is done for it.
 * @throws {InputError}
 */
export function checkOutput(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new InputError(`${file}: is a folder; expected the name of a file`);
  if (statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`${file}: there is no such folder; make it first`);
}

/**
 * Writes what a user wants in a file. One that is there is replaced as a whole, or stays as it was.
 * @throws {InputError} where no file can be
 * @throws {SetupError} where it cannot be written, as on a full disk
 */
export function writeOutput(file: string, text: string): void {
  checkOutput(file);
  try {
    const before = statSync(file, { throwIfNoEntry: false });
    if (before?.isFile() === true) replace(realpathSync(file), text, before.mode);
    else writeFileSync(file, text);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const what = code === 'ENOSPC' || code === 'EDQUOT' ? 'no room left on the disk' : 'cannot be written';
    throw new SetupError(`${file}: ${what} (${code})`, { cause: error });
  }
}

function replace(file: string, text: string, mode: number): void {
  const beside = `${file}.${process.pid}.part`;
  try {
    writeFileSync(beside, text, { mode });
    renameSync(beside, file);
  } catch (error) {
    if (statSync(beside, { throwIfNoEntry: false })?.isFile() === true) rmSync(beside);
    throw error;
  }
}
