import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WIRE_FILE } from './layout.ts';
import { readRecord } from './read-file.ts';
import { readLines } from './read-lines.ts';
import { wireRecordFromJson } from './records.ts';
import type { Run } from './run.ts';
import type { WireRecord } from './verdict.ts';

/** Whole lines of `wire.ndjson` that belong to one row. */
interface Segment {
  readonly offset: number;
  length: number;
  readonly line: number;
}

/** For each row, where its messages stand. */
export type WireIndex = ReadonlyMap<string, readonly Segment[]>;

const indexes = new WeakMap<Run, Promise<WireIndex>>();

/**
 * The messages of one row, in the order in which they were written; none where nothing was logged. The log is read
 * through once for its index, and from then on only the bytes of the row that is asked for.
 * @throws {InputError} for a line that is no record of ours.
 */
export async function readDialogue(run: Run, row: string): Promise<readonly WireRecord[]> {
  const file = join(run.dir, WIRE_FILE);
  let index = indexes.get(run);
  if (index === undefined) indexes.set(run, (index = indexWire(file)));
  const segments = (await index).get(row);
  if (segments === undefined) return [];
  const handle = await open(file);
  try {
    const parts = await Promise.all(segments.map((segment) => readSegment(handle, file, segment)));
    return parts.flat();
  } finally {
    await handle.close();
  }
}

async function readSegment(handle: FileHandle, file: string, segment: Segment): Promise<WireRecord[]> {
  const bytes = Buffer.alloc(segment.length);
  await handle.read(bytes, 0, segment.length, segment.offset);
  const lines = bytes.toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => readRecord(line, file, segment.line + index, wireRecordFromJson));
}

/** Finds each row's lines. A last line that was cut off is left out. @throws {InputError} */
export async function indexWire(file: string): Promise<WireIndex> {
  const index = new Map<string, Segment[]>();
  let last: { row: string; segment: Segment } | undefined;
  for await (const { bytes, number, offset, ended } of readLines(file)) {
    if (!ended) break;
    const row = rowOfLine(bytes, file, number);
    if (last?.row === row) {
      last.segment.length += bytes.length + 1;
      continue;
    }
    last = { row, segment: { offset, length: bytes.length + 1, line: number } };
    const segments = index.get(row);
    if (segments === undefined) index.set(row, [last.segment]);
    else segments.push(last.segment);
  }
  return index;
}

const ROW_FIRST = /^\{"row":"([^"\\]*)"/;

/** Our writer puts the row first: a line of many megabytes need not be parsed to be found again. */
function rowOfLine(bytes: Buffer, file: string, line: number): string {
  const found = ROW_FIRST.exec(bytes.subarray(0, 1024).toString('utf8'))?.[1];
  return found ?? readRecord(bytes.toString('utf8'), file, line, wireRecordFromJson).row;
}
