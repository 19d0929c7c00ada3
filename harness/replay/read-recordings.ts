import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.ts';
import { readRecordingText } from '../transcript/read-recording-text.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** The recordings that come with the project. */
export const RECORDINGS_FOLDER = fileURLToPath(new URL('../../recordings/', import.meta.url));

/** Files that are read at a time: more would only fill the table of open files. */
const AT_ONCE = 64;

/**
 * Reads transcripts: files, or all `*.qmp` below folders; without any, the project's own. Sorted by identity.
 * @throws {InputError} for a path that is not there, a file that is wrong, or an identity that two files have
 */
export async function readRecordings(paths: readonly string[] = []): Promise<readonly Transcript[]> {
  const files = await Promise.all((paths.length === 0 ? [RECORDINGS_FOLDER] : paths).map(filesBelow));
  const unique = [...new Set(files.flat())].sort();
  const transcripts: Transcript[] = [];
  for (let at = 0; at < unique.length; at += AT_ONCE) {
    const batch = unique.slice(at, at + AT_ONCE);
    transcripts.push(...(await Promise.all(batch.map(readOne))));
  }
  transcripts.sort((a, b) => (a.head.id < b.head.id ? -1 : 1));
  refuseDoubles(transcripts);
  return transcripts;
}

async function readOne(file: string): Promise<Transcript> {
  const transcript = readTranscript(await readFile(file, 'utf8').catch(() => readRecordingText(file)), file);
  if (transcript.messages.length > 0) return transcript;
  throw new InputError(`${file}:1:1: no message, as its client said nothing; expected at least one`);
}

async function filesBelow(path: string): Promise<readonly string[]> {
  const what = await stat(path).catch((error: unknown) => {
    throw new InputError(`${path}: not there; expected a recording (.qmp) or a folder of them`, {
      cause: error,
    });
  });
  if (!what.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.qmp'));
  if (files.length === 0)
    throw new InputError(`${path}: no recording (.qmp) below it; expected at least one`);
  return files.map((entry) => join(entry.parentPath, entry.name));
}

function refuseDoubles(sorted: readonly Transcript[]): void {
  sorted.forEach((transcript, at) => {
    const before = sorted[at - 1];
    if (before?.head.id !== transcript.head.id) return;
    throw new InputError(
      `${transcript.file}:1:1: id ${transcript.head.id}; expected another than that of ${before.file}`,
    );
  });
}
