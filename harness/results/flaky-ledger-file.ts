import { stat } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import {
  EMPTY_LEDGER,
  MAX_ENTRIES,
  type FlakyLedger,
  type LedgerEntry,
  type Outcome,
} from './flaky-ledger.ts';
import { readRecord } from './read-file.ts';
import { readLines } from './read-lines.ts';
import {
  listAt,
  memberAt,
  numberAt,
  objectFrom,
  optionalAt,
  ShapeError,
  textAt,
  textFrom,
  wordAt,
} from './shape.ts';
import { VERDICTS } from './verdict.ts';
import { replaceFile } from './write-file.ts';

/** The number of the format; `schemas/formats/flaky-ledger.json` describes a line of it. */
const LEDGER_FORMAT = 1;

/**
 * Reads a ledger: a line that says what the file is and which runs it has learned from, then a line to a row. A file
 * that is not there has seen nothing.
 * @throws {InputError} for another file, another format, a line that was cut off, or more lines than are ever written
 */
export async function readLedger(file: string): Promise<FlakyLedger> {
  let learned: readonly string[] | undefined;
  const entries: LedgerEntry[] = [];
  for await (const { bytes, number, ended } of readLines(file)) {
    if (!ended) throw new InputError(`${file}:${number}:1: a line without its end; expected a whole ledger`);
    const text = bytes.toString('utf8');
    if (learned === undefined) learned = readRecord(text, file, number, learnedFromJson);
    else entries.push(readRecord(text, file, number, entryFromJson));
    if (entries.length > MAX_ENTRIES)
      throw new InputError(`${file}:${number}:1: more than ${MAX_ENTRIES} rows; expected a ledger of ours`);
  }
  return learned === undefined ? EMPTY_LEDGER : { learned, entries };
}

/** Reads a ledger that was named to be asked: a name that is mistyped knows of nothing. @throws {InputError} */
export async function readLedgerThere(file: string): Promise<FlakyLedger> {
  const facts = await stat(file).catch(() => undefined);
  if (facts?.isFile() !== true)
    throw new InputError(`${file}: not there; expected a ledger that 'flaky' or 'run' has written`);
  return readLedger(file);
}

/** Writes a ledger in place of what is there. @throws {SetupError} */
export async function writeLedger(file: string, { learned, entries }: FlakyLedger): Promise<void> {
  const head = { format: LEDGER_FORMAT, kind: 'flaky-ledger', learned };
  await replaceFile(file, [head, ...entries].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function learnedFromJson(value: JsonValue): readonly string[] {
  const object = objectFrom(value);
  if (memberAt(object, 'kind') !== 'flaky-ledger')
    throw new ShapeError('no flaky ledger', "kind 'flaky-ledger'");
  const format = memberAt(object, 'format');
  if (format !== LEDGER_FORMAT) {
    const what = format === undefined ? 'no format number' : `format ${writeJson(format)}`;
    throw new ShapeError(what, `format ${LEDGER_FORMAT}, the one this version knows`);
  }
  return listAt(object, 'learned', textFrom);
}

function entryFromJson(value: JsonValue): LedgerEntry {
  const object = objectFrom(value);
  const policy = optionalAt(object, 'policy', textAt);
  return {
    row: textAt(object, 'row'),
    target: textAt(object, 'target'),
    digest: textAt(object, 'digest'),
    accelerator: textAt(object, 'accelerator'),
    ...(policy === undefined ? {} : { policy }),
    suite: textAt(object, 'suite'),
    runs: countAt(object, 'runs'),
    outcomes: listAt(object, 'outcomes', outcomeFromJson),
  };
}

function outcomeFromJson(value: JsonValue): Outcome {
  const object = objectFrom(value);
  return {
    verdict: wordAt(object, 'verdict', VERDICTS),
    fingerprint: textAt(object, 'fingerprint'),
    count: countAt(object, 'count'),
    first: textAt(object, 'first'),
    last: textAt(object, 'last'),
  };
}

function countAt(object: JsonObject, name: string): number {
  const count = numberAt(object, name);
  if (!Number.isInteger(count) || count < 1)
    throw new ShapeError(`member '${name}' is ${count}`, 'a count from 1');
  return count;
}
