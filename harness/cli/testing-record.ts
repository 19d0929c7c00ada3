import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { startCommand, type CommandEnd } from './testing-cli.ts';

/** A `record` that listens. */
export interface RunningRecord {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  /** Ends it as Ctrl-C does. */
  readonly stop: () => Promise<CommandEnd>;
}

/**
 * Starts `record` with `words`, and waits until clients may come.
 * @param within a command that starts it
 * @throws {Error} with what it said, where it does not come to that
 */
export async function startRecord(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): Promise<RunningRecord> {
  const { child, ended } = startCommand(['record', ...words], env, within);
  const listens = (async (): Promise<void> => {
    let said = '';
    while (!said.includes('Ctrl-C ends it')) {
      if (child.stderr === null) return;
      const [text] = (await once(child.stderr, 'data')) as [string];
      said += text;
    }
  })();
  const early = ended.then(({ code, stderr }): never => {
    throw new Error(`record ended with ${code ?? 'a signal'}: ${stderr}`);
  });
  early.catch(() => undefined);
  await Promise.race([listens, early]);
  const stop = (): Promise<CommandEnd> => {
    child.kill('SIGINT');
    return ended;
  };
  return { child, ended, stop };
}

/** A server whose sockets the test handles. */
export interface TestServer {
  readonly server: Server;
  /** The next client. */
  readonly next: () => Promise<Socket>;
  readonly port: number;
}

/** Listens at a path, or at a port that is free. Sockets stay open until they are ended. */
export async function serveAt(where: string | 0): Promise<TestServer> {
  const server = createServer({ allowHalfOpen: true });
  const accepted: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    const taker = waiting.shift();
    if (taker === undefined) accepted.push(socket);
    else taker(socket);
  });
  server.listen(where);
  await once(server, 'listening');
  const next = (): Promise<Socket> => {
    const there = accepted.shift();
    return there === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(there);
  };
  const address = server.address();
  return { server, next, port: typeof address === 'object' ? (address?.port ?? 0) : 0 };
}

/** Connects to a path or a port. The socket stays open until it is ended. */
export async function dial(where: string | number): Promise<Socket> {
  const options = typeof where === 'string' ? { path: where } : { port: where };
  const socket = connect({ ...options, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Reads until as many bytes have come. */
export async function take(socket: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let left = length; left > 0;) {
    const chunk = socket.read(Math.min(left, Math.max(1, socket.readableLength))) as Buffer | null;
    if (chunk === null) await once(socket, 'readable');
    else {
      chunks.push(chunk);
      left -= chunk.length;
    }
  }
  return Buffer.concat(chunks);
}

/** Reads to the end; the other direction stays open. */
export function takeAll(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (): void => resolve(Buffer.concat(chunks));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('end', end);
    socket.once('close', end);
    if (socket.readableEnded) end();
  });
}
