import { InputError } from '../errors.ts';
import { readRecordingText } from '../transcript/read-recording-text.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Recording } from './check-report.ts';

/** What could be read of some files. */
export interface ReadRecordings {
  readonly recordings: readonly Recording[];
  /** What is wrong with the other files, a line for each. */
  readonly mistakes: readonly string[];
}

/** Reads recordings; one that is none does not keep the others from being checked. */
export function readRecordings(files: readonly string[]): ReadRecordings {
  const recordings: Recording[] = [];
  const mistakes: string[] = [];
  for (const file of files) {
    try {
      const text = withReadersLineEnds(readRecordingText(file));
      recordings.push({ text, transcript: readTranscript(text, file) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      mistakes.push(error.message);
    }
  }
  return { recordings, mistakes };
}

/** Lines as the reader of transcripts counts them. */
function withReadersLineEnds(text: string): string {
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return /^---[ \t]*\r\n/.test(bare) ? bare.replaceAll('\r\n', '\n') : bare;
}
