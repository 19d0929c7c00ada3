import { readSync, writeSync } from 'node:fs';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import { isJsonObject, stringAt, type JsonObject, type JsonValue } from '../json/value.ts';
import type { RecordedFacts } from '../transcript/transcript.ts';
import { writeRecorded } from '../transcript/write-transcript.ts';

/** What is known when a recording begins. */
export type BeginningFacts = Omit<RecordedFacts, 'server'>;

/** Room for what the greeting will say of the server, in characters; what is longer is cut. */
const SERVER_ROOM = 100;
/** A greeting that stands further behind is not looked for, in bytes. */
const LOOKED_THROUGH = 64 * 1024;

/** The front matter of a recording that begins. It has room for the server's version, which comes later. */
export function beginHead(id: string, facts: BeginningFacts): string {
  return `---\nid: ${id}\nrecorded: ${padded(facts, lengthWithServer(facts))}\n---\n`;
}

/**
 * Writes the server's version into the front matter, as the first greeting of the recording tells it.
 * @param descriptor of the recording, which begins as `beginHead` says
 */
export function noteServer(descriptor: number, id: string, facts: BeginningFacts): void {
  const server = findServer(descriptor);
  if (server === undefined) return;
  const value = padded({ ...facts, server }, lengthWithServer(facts));
  if (value.length === lengthWithServer(facts))
    writeSync(descriptor, value, `---\nid: ${id}\nrecorded: `.length);
}

function lengthWithServer(facts: BeginningFacts): number {
  return writeRecorded({ ...facts, server: 'x'.repeat(SERVER_ROOM) }).length;
}

function padded(facts: RecordedFacts, length: number): string {
  return `${writeRecorded(facts)
    .slice(0, -' }'.length)
    .padEnd(length - ' }'.length)} }`;
}

function findServer(descriptor: number): string | undefined {
  const bytes = Buffer.alloc(LOOKED_THROUGH);
  const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, LOOKED_THROUGH, 0));
  for (const [, message = ''] of text.matchAll(/^@[0-9.]+ [0-9]*<- (\{\s*"QMP".*)$/gm)) {
    const version = versionIn(message);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** `10.0.13 (Debian 1:10.0.13+ds-1)`; of a foreign greeting, nothing. */
function versionIn(message: string): string | undefined {
  const version = memberOf(memberOf(valueOf(message), 'QMP'), 'version');
  const qemu = memberOf(version, 'qemu');
  const numbers = [qemu?.['major'], qemu?.['minor'], qemu?.['micro']];
  if (version === undefined || !numbers.every((number) => typeof number === 'number')) return undefined;
  const named = stringAt(version, 'package')
    .replaceAll(/[^ -~]/g, '?')
    .trim();
  // Quotes and backslashes take two characters.
  const described = JSON.stringify(`${numbers.join('.')}${named === '' ? '' : ` (${named})`}`).length - 2;
  return named === '' || described > SERVER_ROOM ? numbers.join('.') : `${numbers.join('.')} (${named})`;
}

function valueOf(text: string): JsonValue | undefined {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function memberOf(value: JsonValue | undefined, name: string): JsonObject | undefined {
  const member = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(member) ? member : undefined;
}
