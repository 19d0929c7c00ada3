import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlaceOf } from '../../reports/row-place.ts';
import { InputError } from '../errors.ts';
import { readTranscript } from '../transcript/read-transcript.ts';

/** The recordings that rows are of, where the row's identity is its path. */
export interface RowRecordings {
  /** The whole file; `undefined` where there is none. */
  readonly textOf: (row: string) => string | undefined;
  /** The file and the line of a message; −1 means the file. `undefined` where there is none. */
  readonly placeOf: PlaceOf;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Recordings below a folder; without one those of the project, whose places are told as they are in its checkout.
 * A file is read when it is asked for.
 */
export function rowRecordings(folder?: string): RowRecordings {
  const shown = folder ?? 'recordings';
  const root = folder ?? join(PROJECT, shown);
  const lines = new Map<string, readonly number[] | undefined>();
  return {
    textOf: (row) => readRecording(root, row),
    placeOf: (row, message) => {
      if (!lines.has(row)) lines.set(row, linesOfMessages(readRecording(root, row)));
      const known = lines.get(row);
      return known && { file: join(shown, `${row}.qmp`), line: known[message] ?? 1 };
    },
  };
}

/** An identity of an archive of others must not lead out of the folder. */
function readRecording(root: string, row: string): string | undefined {
  if (!/^[A-Za-z0-9_+-][A-Za-z0-9_.+-]*(?:\/[A-Za-z0-9_+-][A-Za-z0-9_.+-]*)*$/.test(row)) return undefined;
  try {
    return readFileSync(join(root, `${row}.qmp`), 'utf8');
  } catch {
    return undefined;
  }
}

/** A recording that can no longer be read is there nevertheless: its lines are not known. */
function linesOfMessages(text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  try {
    return readTranscript(text, '').messages.map(({ line }) => line);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
