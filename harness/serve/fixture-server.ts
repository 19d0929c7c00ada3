import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QmpConnection } from '../qmp/connection.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { readSources, type WantedSources } from './read-sources.ts';
import { serveRecordings, type RecordingServer, type ServeOptions } from './serve.ts';

/** A server in this process, and clients of it, for tests. */
export interface ServedFixture {
  readonly server: RecordingServer;
  /** Path of its socket. */
  readonly path: string;
  /** What it told, line by line. */
  readonly told: readonly string[];
  /** A client that has done nothing yet. */
  readonly socket: () => Promise<Socket>;
  /** A client that has negotiated. */
  readonly client: (capabilities?: readonly string[]) => Promise<QmpConnection>;
}

/** A recording of a dialogue with 10.0, from its messages. */
export function recordingOf(body: string, head = ''): string {
  return `---\nid: wire/test\n${head}---\n${body}`;
}

/** The greeting that recordings of tests begin with. */
export const GREETING =
  '<- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": "test"}, "capabilities": ["oob"]}}\n';

/** Serves recordings, given as texts, for as long as `work` takes. */
export async function withServer<T>(
  texts: readonly string[],
  work: (fixture: ServedFixture) => Promise<T>,
  options: Partial<ServeOptions> = {},
  wanted: Partial<WantedSources> = {},
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'qmpc-serve-'));
  const path = join(dir, 'qmp.sock');
  const told: string[] = [];
  const sockets: Socket[] = [];
  const captures = texts.map((text, at) => readTranscript(text, `${at}.qmp`));
  const server = await serveRecordings(readSources({ captures, ...wanted }), {
    address: `unix:${path}`,
    tell: (line) => told.push(line),
    ...options,
  });
  const socket = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const opened = connect(path, () => resolve(opened));
      opened.once('error', reject);
      opened.on('error', () => undefined);
      sockets.push(opened);
    });
  const client = async (capabilities: readonly string[] = []): Promise<QmpConnection> => {
    const connection = new QmpConnection(await socket());
    await connection.waitForGreeting();
    await connection.negotiate(capabilities);
    return connection;
  };
  try {
    return await work({ server, path, told, socket, client });
  } finally {
    for (const opened of sockets) opened.destroy();
    await server.close();
    await rm(dir, { recursive: true, force: true });
  }
}
