import { closeSync, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { beginHead, noteServer, type BeginningFacts } from './transcript-head.ts';

/** A transcript that is begun: its front matter is in it. */
export interface OpenTranscript {
  readonly descriptor: number;
  readonly headBytes: number;
  readonly close: () => void;
  /** The recording is over: what its greeting says of the server goes into the front matter. */
  readonly finish: () => void;
  /** Removes it: nothing was recorded. */
  readonly remove: () => void;
}

/**
 * Makes the file of a transcript.
 * @param force take the place of a file that is there
 * @throws {InputError} where there is one, or no such folder
 * @throws {SetupError} where it cannot be written
 */
export function openTranscript(file: string, force: boolean, facts: BeginningFacts): OpenTranscript {
  const descriptor = openNew(file, force);
  if (!fstatSync(descriptor).isFile()) {
    closeSync(descriptor);
    throw new InputError(`${file}: is no ordinary file; expected the name of one`);
  }
  try {
    const id = `wire/${nameOf(file)}`;
    const headBytes = writeSync(descriptor, beginHead(id, facts));
    return {
      descriptor,
      headBytes,
      close: () => closeSync(descriptor),
      finish: () => noteServer(descriptor, id, facts),
      remove: () => rmSync(file, { force: true }),
    };
  } catch (error) {
    closeSync(descriptor);
    throw new SetupError(`${file}: it cannot be written (${wordsOf(error)})`, { cause: error });
  }
}

function openNew(file: string, force: boolean): number {
  try {
    return openSync(file, force ? 'w+' : 'wx+');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST')
      throw new InputError(
        `${file}: is there already; choose another name, or say --force to lose what is in it`,
      );
    if (code === 'ENOENT') throw new InputError(`${file}: there is no such folder; make it first`);
    if (code === 'EISDIR') throw new InputError(`${file}: is a folder; expected the name of a file`);
    throw new SetupError(`${file}: it cannot be written (${wordsOf(error)})`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The last segment of the id: what ids may have of the file's name. */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.qmp$/, '')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-');
  return /^[A-Za-z0-9_]/.test(name) ? name : `_${name}`;
}
