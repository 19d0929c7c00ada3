import { createReadStream } from 'node:fs';
import { InputError } from '../errors.ts';

/** One line of a file, without its line end. */
export interface Line {
  readonly bytes: Buffer;
  /** Number of the line, from 1, and where it begins, in bytes from 0. */
  readonly number: number;
  readonly offset: number;
  /** False for a last line without line end: its writer was cut off. */
  readonly ended: boolean;
}

const NEWLINE = 0x0a;

/** A QMP message has at most 64 MiB; escaped as a JSON string it can double, seldom more. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/**
 * Reads a file line by line, holding one line at a time. A file that is absent has no lines.
 * @throws {InputError} for a line longer than any that we write.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let number = 1;
  let offset = 0;
  try {
    for await (const chunk of createReadStream(file, {
      highWaterMark: 256 * 1024,
    }) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
        const bytes = Buffer.concat([...held, chunk.subarray(from, end)]);
        yield { bytes, number, offset, ended: true };
        held = [];
        heldBytes = 0;
        number++;
        offset += bytes.length + 1;
        from = end + 1;
      }
      held.push(chunk.subarray(from));
      heldBytes += chunk.length - from;
      if (heldBytes > MAX_LINE_BYTES) {
        throw new InputError(`${file}:${number}:1: over ${MAX_LINE_BYTES} bytes; expected a line end`);
      }
    }
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  const rest = Buffer.concat(held);
  if (rest.length > 0) yield { bytes: rest, number, offset, ended: false };
}

/** Tells whether an error of the file system says that there is no such file. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
