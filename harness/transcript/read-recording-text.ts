import { readFileSync, statSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { MAX_FILE_BYTES, refuseLongFile } from './read-transcript.ts';

/**
 * The text of a recording's file.
 * @throws {InputError} for a file that cannot be read, and one that is too long
 */
export function readRecordingText(file: string): string {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) refuseLongFile(file);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${file}: ${reasonOf(cause)}; expected a recording (.qmp)`, { cause });
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'not there';
  return code === 'EISDIR' ? 'a folder' : `cannot be read (${String(code)})`;
}
