import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError, inputErrorAt } from '../../errors.ts';

/** Longest manual page that we take; QEMU 11.1's has 0.9 MB. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/**
 * The text of a manual page, plain or compressed as systems install it.
 * @throws {InputError} for what cannot be read or unpacked, and for what is no text.
 */
export function readPageFile(path: string): string {
  const bytes = readBytes(path);
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (compressed ? unpack(bytes, path) : bytes).toString('utf8');
  if (!text.includes('\0')) return text;
  throw inputErrorAt({ file: path, line: 1, column: 1 }, 'binary data', 'a manual page, plain or gzip');
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new InputError(`can't read '${path}'; expected a manual page`, { cause });
  }
}

function unpack(bytes: Buffer, path: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_PAGE_BYTES });
  } catch (cause) {
    const what = 'gzip data are broken, or too long';
    throw inputErrorAt({ file: path, line: 1, column: 1 }, what, 'a whole gzip file', cause);
  }
}
