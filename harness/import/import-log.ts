import { basename } from 'node:path';
import { InputError, inputErrorAt, type FilePlace } from '../errors.ts';
import { ELIDED } from '../transcript/read-pattern.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';
import { guessFormat } from './guess-format.ts';
import { type LogFormat, type LogReader } from './log-message.ts';
import { readChardevLog } from './read-chardev-log.ts';
import { readLibvirtReplies } from './read-libvirt-replies.ts';
import { readQmpShell } from './read-qmp-shell.ts';
import { readTrace } from './read-trace.ts';

const READERS: Readonly<Record<LogFormat, LogReader>> = {
  'libvirt-replies': readLibvirtReplies,
  'chardev-log': readChardevLog,
  trace: readTrace,
  'qmp-shell': readQmpShell,
};

/** A recording that was made of a log. */
export interface ImportedLog {
  readonly format: LogFormat;
  readonly id: string;
  /** The content of a `.qmp` file. */
  readonly text: string;
  readonly messages: number;
  /** What the log does not show, in words. */
  readonly notes: readonly string[];
}

export interface ImportOptions {
  /** By default it is guessed. */
  readonly format?: LogFormat;
  /** Of the recording; by default `wire/` and the file's name. */
  readonly id?: string;
}

/** What a log may have at most, and the recording of it: all of it is held while it is read. */
const MOST_BYTES = 64 * 1024 * 1024;

const ID = /^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;

/**
 * Makes a recording of another tool's log.
 * @param file its path, for places in errors and for the identity
 * @throws {InputError} `file:line:column: what; expected what`: a log of another form, or one that is not whole
 */
export function importLog(content: Buffer, file: string, options: ImportOptions = {}): ImportedLog {
  if (content.length > MOST_BYTES)
    throw inputErrorAt({ file, line: 1, column: 1 }, 'a file over 64 MiB', 'a smaller one');
  const text = decode(content, file);
  const format = options.format ?? guessFormat(text, file);
  const id = options.id ?? idOfFile(file);
  if (!ID.test(id)) throw new InputError(`--id '${id}'; expected segments of A-Za-z0-9_.- with / between`);
  const { messages, notes } = READERS[format](text, file);
  if (messages.length === 0)
    throw inputErrorAt({ file, line: 1, column: 1 }, 'no message', `messages in the form of ${format}`);
  // The messages are right JSON, and only their text is written.
  const body = { kind: 'pattern', pattern: ELIDED } as const;
  const written = writeTranscript({
    file,
    head: { id, source: [], match: [], substitute: [] },
    messages: messages.map((message) => ({ ...message, line: 0, body })),
  });
  if (Buffer.byteLength(written) > MOST_BYTES)
    throw inputErrorAt({ file, line: 1, column: 1 }, 'messages of over 64 MiB', 'a smaller log');
  return { format, id, text: written, messages: messages.length, notes };
}

function decode(content: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw inputErrorAt(placeOfWrongByte(content, file), 'bytes that are no UTF-8', 'text', error);
  }
}

/** Where the decoder puts a replacement character for bytes that are not those of one. */
function placeOfWrongByte(content: Buffer, file: string): FilePlace {
  const text = content.toString();
  let at = text.indexOf(REPLACEMENT);
  for (let byte = 0, from = 0; at >= 0; from = at + 1, at = text.indexOf(REPLACEMENT, from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (!content.subarray(byte, byte + 3).equals(Buffer.from(REPLACEMENT))) break;
    byte += 3;
  }
  const before = text.slice(0, Math.max(0, at)).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

const REPLACEMENT = '\ufffd';

/** `wire/<name>`, without the ending, and without what an identity cannot hold. */
function idOfFile(file: string): string {
  const name = basename(file)
    .replace(/\.(?:replies|log|json|txt)$/, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-');
  return `wire/${/[A-Za-z0-9]/.test(name) ? name : 'imported'}`;
}
