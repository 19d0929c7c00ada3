import { join } from 'node:path';
import { WIRE_FILE } from '../results/layout.ts';
import { readRecord } from '../results/read-file.ts';
import { readLines } from '../results/read-lines.ts';
import { wireRecordFromJson } from '../results/records.ts';
import type { WireRecord } from '../results/verdict.ts';
import { Exchanges } from './exchanges.ts';
import { countReceived, countSent, type Tally } from './tally.ts';
import { WireStream } from './wire-stream.ts';

/** A connection of a row, as far as the log was read. */
interface Connection {
  readonly exchanges: Exchanges;
  readonly sent: WireStream;
  readonly received: WireStream;
}

/** Rows whose messages stand side by side in a log: as many as are performed at a time, and not many more. */
const MAX_ROWS = 256;

/**
 * Counts the messages of a run's wire log, reading it once from begin to end, a line at a time.
 * @param tallyOf where a row counts; `undefined`: nowhere
 * @throws {InputError} for a line that is no record of ours
 */
export async function countWire(dir: string, tallyOf: (row: string) => Tally | undefined): Promise<void> {
  const file = join(dir, WIRE_FILE);
  const rows = new Map<string, Map<string, Connection>>();
  for await (const { bytes, number, ended } of readLines(file)) {
    if (!ended) break;
    const record = recordOf(bytes.toString('utf8'), file, number);
    const tally = tallyOf(record.row);
    if (tally !== undefined) countRecord(tally, connectionOf(rows, record), record);
  }
}

/** Counts what a record completes. */
function countRecord(tally: Tally, { exchanges, sent, received }: Connection, record: WireRecord): void {
  if (record.direction === '->') {
    sent.take(record, (value) => {
      if (value === undefined) {
        tally.messages++;
        tally.refused++;
        exchanges.sentGarbage();
      } else countSent(tally, exchanges, value);
    });
  } else received.take(record, (value) => countReceived(tally, exchanges, value ?? null));
}

function recordOf(line: string, file: string, number: number): WireRecord {
  // A record itself has no long numbers: messages are text in it.
  return readRecord(line, file, number, wireRecordFromJson);
}

function connectionOf(
  rows: Map<string, Map<string, Connection>>,
  { row, connection }: WireRecord,
): Connection {
  let connections = rows.get(row);
  if (connections === undefined) {
    const [oldest] = rows.keys();
    if (rows.size >= MAX_ROWS && oldest !== undefined) rows.delete(oldest);
    connections = new Map<string, Connection>();
    rows.set(row, connections);
  }
  let known = connections.get(connection);
  if (known === undefined) {
    known = { exchanges: new Exchanges(), sent: new WireStream(), received: new WireStream() };
    connections.set(connection, known);
  }
  return known;
}
