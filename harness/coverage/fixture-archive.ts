import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleOfText, TEAHOUSE } from '../json-schema/fixture-bundle.ts';
import { writeJson } from '../json/write-json.ts';
import type { JsonValue } from '../json/value.ts';
import { RESULTS_FILE, SUMMARY_FILE, TARGET_FILE, WIRE_FILE } from '../results/layout.ts';
import { readRun } from '../results/read-run.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Counter, State } from './counter.ts';
import type { Coverage } from './coverage.ts';
import { measureCoverage } from './measure-coverage.ts';
import { openBundle, type SchemaSource } from './open-schema.ts';

/** For tests: a target that was never run, of a release whose schema is the teahouse's. */
const TARGET: TargetFacts = {
  name: '10.0.2 x86_64 tcg',
  kind: 'qemu',
  version: '10.0.2',
  package: '',
  architecture: 'x86_64',
  accelerator: 'tcg',
  where: 'qemu-system-x86_64',
  schema: '10.0',
};

/** A message of a made-up log; bytes are written as they are, other values as JSON. */
export type Spoken = readonly ['->' | '<-', JsonValue | Buffer];

/** A made-up archive: the messages of each row, on connection `main`. */
export interface MadeUpArchive {
  readonly rows: Readonly<Record<string, readonly Spoken[]>>;
  readonly results?: Readonly<Record<string, Partial<RowResult>>>;
  readonly target?: Partial<TargetFacts>;
  /** Transcripts: the body of each, by id. */
  readonly recordings?: Readonly<Record<string, string>>;
}

const SCHEMA = `${TEAHOUSE}
{ 'struct': 'SchemaInfo', 'data': { 'name': 'str', 'meta-type': 'str' } }
{ 'command': 'query-qmp-schema', 'returns': [ 'SchemaInfo' ] }
`;

let bundle: ReturnType<typeof openBundle> | undefined;

/** The teahouse stands for the schema of every family of 10.0. */
export const teahouse: SchemaSource = (release) =>
  release === '10.0' ? (bundle ??= openBundle(bundleOfText(SCHEMA))) : undefined;

/** For tests: measures an archive that is made for it, in a folder that is gone afterwards. */
export async function measureArchive(archive: MadeUpArchive): Promise<Coverage> {
  const dir = await mkdtemp(join(tmpdir(), 'coverage-'));
  try {
    await writeArchive(dir, archive);
    const transcripts = Object.entries(archive.recordings ?? {}).map(([id, body]) =>
      readTranscript(`---\nid: ${id}\n---\n${body}\n`, `${id}.qmp`),
    );
    return await measureCoverage([await readRun(dir)], transcripts, teahouse);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Writes an archive into a folder. */
export async function writeArchive(dir: string, { rows, results, target }: MadeUpArchive): Promise<void> {
  await mkdir(dir, { recursive: true });
  const facts = { ...TARGET, ...target };
  const lines = Object.entries(rows).flatMap(([row, messages]) =>
    messages.map(([direction, message], at) => ({
      row,
      connection: 'main',
      direction,
      at,
      ...spell(message),
    })),
  );
  const judged = Object.keys(rows).map((row) => ({
    row,
    target: facts.name,
    verdict: 'pass',
    findings: [],
    checks: 1,
    documented: true,
    duration: 1,
    ...results?.[row],
  }));
  await writeFile(join(dir, TARGET_FILE), JSON.stringify({ format: 1, ...facts }));
  const planned = Object.keys(rows);
  const summary = { complete: true, suite: '0', started: '', finished: '', planned, counts: {} };
  await writeFile(join(dir, SUMMARY_FILE), JSON.stringify({ format: 1, ...summary }));
  await writeFile(join(dir, RESULTS_FILE), ndjson(judged));
  await writeFile(join(dir, WIRE_FILE), ndjson(lines));
}

function spell(message: JsonValue | Buffer): { readonly text: string } | { readonly base64: string } {
  if (!Buffer.isBuffer(message)) return { text: `${writeJson(message)}\r\n` };
  const text = message.toString('utf8');
  return Buffer.from(text).equals(message) ? { text } : { base64: message.toString('base64') };
}

function ndjson(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Names of what has a state, for one counter of the first column. */
export function namesOf({ columns }: Coverage, counter: Counter, state: State = 'live'): readonly string[] {
  const items = columns[0]?.items ?? [];
  return items
    .filter((item) => item.counter === counter && item.state === state)
    .map(({ name }) => name)
    .sort();
}
