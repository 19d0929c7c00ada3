import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { serveAt, startRecord, type RunningRecord, type TestServer } from './testing-record.ts';

/** A folder, servers and a recorder for each test of a suite; all are gone when it has ended. */
interface RecordBench {
  /** The folder. */
  readonly dir: () => string;
  /** A path in it. */
  readonly path: (name: string) => string;
  /** The transcript that is recorded. */
  readonly file: () => string;
  readonly read: () => Transcript;
  /** Its marks, as they are written behind the time. */
  readonly marks: () => readonly string[];
  /** Listens at a path, or at a port that is free. */
  readonly serve: (where: string | 0) => Promise<TestServer>;
  /** Words that have a recorder listen at `client` and connect to `server`, both in the folder. */
  readonly route: () => readonly string[];
  /** Starts a recorder; without words on {@link RecordBench.route}. */
  readonly start: (words?: readonly string[]) => Promise<RunningRecord>;
  /** One that a test has started otherwise is to be ended, too. */
  readonly keep: (recorder: RunningRecord) => RunningRecord;
}

/** Sets up a bench for the suite in which it is called. */
export function useRecordBench(): RecordBench {
  let dir = '';
  let recorder: RunningRecord | undefined;
  const servers: Server[] = [];
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-'));
  });
  afterEach(async () => {
    recorder?.child.kill('SIGKILL');
    await recorder?.ended;
    recorder = undefined;
    servers.splice(0).forEach((server) => server.close());
    rmSync(dir, { recursive: true });
  });
  const path = (name: string): string => join(dir, name);
  const file = (): string => path('a.qmp');
  const keep = (started: RunningRecord): RunningRecord => (recorder = started);
  const route = (): readonly string[] => [
    '--listen',
    `unix:${path('client')}`,
    '--connect',
    `unix:${path('server')}`,
  ];
  return {
    dir: () => dir,
    path,
    file,
    read: () => readTranscript(readFileSync(file(), 'utf8'), file()),
    marks: () =>
      readFileSync(file(), 'utf8')
        .split('\n')
        .flatMap((line) => /^@[0-9.]+ (.*-- .*)$/.exec(line)?.[1] ?? []),
    serve: async (where) => {
      const serving = await serveAt(where);
      servers.push(serving.server);
      return serving;
    },
    route,
    start: async (words = route()) => keep(await startRecord([...words, '-o', file()])),
    keep,
  };
}
