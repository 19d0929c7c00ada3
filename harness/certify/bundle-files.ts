import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/value.ts';
import { rowResultFromJson, wireRecordFromJson } from '../results/records.ts';
import { readLines } from '../results/read-lines.ts';
import type { RowResult, WireRecord } from '../results/verdict.ts';
import { ATTESTATION_FILE, BUNDLE_FILES, MATERIALS, MAX_ROW_BYTES, WAIVERS_FILE } from './layout.ts';
import { broken } from './rules.ts';
import type { Described } from './statement.ts';

/**
 * Looks at a bundle before anything in it is read. Its files have fixed names, so that nothing in it can lead elsewhere.
 * @returns the names that are there
 * @throws {SetupError} for what is no bundle at all
 * @throws {BrokenRule} `bundle/file`
 */
export async function listBundle(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new SetupError(`${folder}: cannot be read; expected the folder of a bundle`, { cause: error });
  });
  if (!names.includes(ATTESTATION_FILE))
    throw new SetupError(`${folder}: no ${ATTESTATION_FILE}; expected the folder of a bundle`);
  for (const name of names.sort()) await checkFile(folder, name);
  const missing = Object.keys(BUNDLE_FILES).find((name) => name !== WAIVERS_FILE && !names.includes(name));
  if (missing !== undefined) broken('bundle/file', missing, 'not there', 'all files of a bundle');
  return new Set(names);
}

async function checkFile(folder: string, name: string): Promise<void> {
  const limit = BUNDLE_FILES[name];
  if (limit === undefined || !Object.hasOwn(BUNDLE_FILES, name))
    return broken(
      'bundle/file',
      JSON.stringify(name),
      'no file of a bundle',
      'only those that certify makes',
    );
  const facts = await lstat(join(folder, name));
  if (!facts.isFile()) broken('bundle/file', name, 'a link or something else', 'a plain file');
  if (facts.size > limit) broken('bundle/file', name, `${facts.size} bytes`, `${limit} at most`);
}

/** The digests of the files that a statement is about. */
export async function describeMaterials(
  folder: string,
  names: ReadonlySet<string>,
): Promise<readonly Described[]> {
  const present = Object.keys(MATERIALS).filter((name) => names.has(name));
  return Promise.all(
    present.map(async (name) => ({ name, digest: { sha256: await digestOfFile(join(folder, name)) } })),
  );
}

async function digestOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

/** The text of a small file. */
export function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

/**
 * Reads a JSON text that `write` spells in one way only: doubled members, other spellings and whatever `read` does not
 * know are refused, since two readers could take them for different things.
 * @throws {BrokenRule} `bundle/record`
 */
export function readSpelled<T>(
  text: string,
  where: string,
  read: (value: JsonValue) => T,
  write: (value: T) => string,
): T {
  let value: T;
  try {
    value = read(readJson(text));
    if (write(value) === text) return value;
  } catch (error) {
    // Nesting without end makes a RangeError; every other reader tells what it found.
    if (!isComplaint(error)) throw error;
    const [what = '', expected = 'JSON as certify writes it'] = error.message.split('; expected ');
    return broken('bundle/record', where, what, expected, error);
  }
  return broken('bundle/record', where, 'spelled otherwise', 'each member once, as certify writes it');
}

const COMPLAINTS: ReadonlySet<string> = new Set(['JsonSyntaxError', 'ShapeError', 'RangeError']);

function isComplaint(error: unknown): error is Error {
  return error instanceof Error && COMPLAINTS.has(error.name);
}

/** The verdicts of a bundle, line by line. @throws {BrokenRule} `bundle/record` */
export async function* readResults(folder: string, name: string): AsyncGenerator<RowResult> {
  for await (const { text, where } of linesOf(folder, name))
    yield readSpelled(text, where, rowResultFromJson, (value) => JSON.stringify(value));
}

/** The messages of one row. */
export interface RowMessages {
  readonly row: string;
  readonly records: readonly WireRecord[];
}

/**
 * The messages of a bundle, row by row: no more than one row is held.
 * @throws {BrokenRule} `bundle/record`, also for a row whose messages do not stand together
 */
export async function* readMessages(folder: string, name: string): AsyncGenerator<RowMessages> {
  const seen = new Set<string>();
  let records: WireRecord[] = [];
  let bytes = 0;
  for await (const { text, where } of linesOf(folder, name)) {
    const record = readSpelled(text, where, wireRecordFromJson, (value) => JSON.stringify(value));
    const { row } = record;
    const [first] = records;
    if (first !== undefined && first.row !== row) {
      yield { row: first.row, records };
      records = [];
      bytes = 0;
    }
    if (records.length === 0 && seen.size === seen.add(row).size)
      broken('bundle/record', where, `messages of '${row}' again`, 'all messages of a row together');
    bytes += text.length;
    if (bytes > MAX_ROW_BYTES)
      broken('bundle/file', where, `over ${MAX_ROW_BYTES} bytes of '${row}'`, 'fewer messages of one row');
    records.push(record);
  }
  const [first] = records;
  if (first !== undefined) yield { row: first.row, records };
}

async function* linesOf(
  folder: string,
  name: string,
): AsyncGenerator<{ readonly text: string; readonly where: string }> {
  for await (const { bytes, number, ended } of readLines(join(folder, name))) {
    const where = `${name}:${number}`;
    if (!ended) broken('bundle/record', where, 'no line end', 'whole lines');
    yield { text: bytes.toString('utf8'), where };
  }
}
