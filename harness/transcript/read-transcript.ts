import { inputErrorAt } from '../errors.ts';
import { readYaml } from '../yaml/yaml-cursor.ts';
import { checkPlaces } from './check-places.ts';
import { readBody } from './read-body.ts';
import { readHead } from './read-head.ts';
import type { Transcript } from './transcript.ts';

/**
 * A larger file is refused. Of a capture whose messages are of a hundred bytes this much takes about 2 GB when it is read,
 * which is what Node grants a process on a machine of 8 GB; of long messages it takes half of that.
 */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

const OPENING = /^---[ \t]*\n/;
const CLOSING = /^---[ \t]*(?:\n|(?![^]))/m;

/**
 * Reads a `.qmp` file: front matter between two lines `---`, then the messages. A byte order mark at its beginning is
 * passed over. Line ends may be CRLF throughout; in a file with LF, a CR within a message is the message's own.
 * @param file its path, for places in errors
 * @param maxBytes what the file may have at most
 * @throws {InputError} `file:line:column: what; expected what`, for the first mistake
 */
export function readTranscript(text: string, file: string, maxBytes = MAX_FILE_BYTES): Transcript {
  const clean = cleanText(text, file, maxBytes);
  const opening = OPENING.exec(clean)?.[0];
  if (opening === undefined) return failAt(file, 1, 'no front matter', "a first line '---'");
  const rest = clean.slice(opening.length);
  const closing = CLOSING.exec(rest);
  if (closing === null) return failAt(file, 1, 'front matter without end', "a second line '---'");
  const yaml = rest.slice(0, closing.index);
  const head = readHead(readYaml(yaml, file, 1));
  const bodyLine = yaml.split('\n').length + 2;
  const { messages, marks } = readBody(
    clean,
    file,
    opening.length + closing.index + closing[0].length,
    bodyLine,
  );
  checkPlaces(head, messages);
  return { file, head: head.head, messages, ...(marks.length > 0 && { marks }) };
}

function cleanText(text: string, file: string, maxBytes: number): string {
  if (text.length > maxBytes || (text.length > maxBytes / 3 && Buffer.byteLength(text) > maxBytes))
    refuseLongFile(file, maxBytes);
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const before = text.slice(0, nul).split('\n');
    const place = { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
    throw inputErrorAt(place, 'a NUL byte', "text ('->x' takes bytes)");
  }
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return /^---[ \t]*\r\n/.test(bare) ? bare.replaceAll('\r\n', '\n') : bare;
}

/** @throws {InputError} always */
export function refuseLongFile(file: string, maxBytes = MAX_FILE_BYTES): never {
  const most = `${maxBytes / (1024 * 1024)} MiB`;
  return failAt(file, 1, `a file over ${most}`, `a transcript of at most ${most}`);
}

function failAt(file: string, line: number, what: string, expected: string): never {
  throw inputErrorAt({ file, line, column: 1 }, what, expected);
}
