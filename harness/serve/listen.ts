import { existsSync } from 'node:fs';
import { lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { readAddress, type Address } from '../target/connect-endpoint.ts';

/** A socket that clients may connect to. */
export interface Listener {
  /** As `--connect` takes it: `unix:PATH`, or `tcp:HOST:PORT` with the port that there is. */
  readonly address: string;
  /** Stops listening, and removes the socket; connections stay. */
  readonly close: () => Promise<void>;
}

/**
 * Listens at `unix:PATH` or `tcp:HOST:PORT`, where port 0 is any that is free. A socket that a server left behind, and
 * behind which nobody listens any more, is replaced.
 * @param onClient receives each connection, with nothing of it read
 * @throws {InputError} for another form of address, or a path at which something else stands
 * @throws {SetupError} when it cannot be listened there, with the reason in words
 */
export async function listen(text: string, onClient: (socket: Socket) => void): Promise<Listener> {
  const address = readListenAddress(text);
  if (address.kind === 'unix') await clearPath(address.path);
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onClient);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, text)));
    if (address.kind === 'unix') server.listen(address.path, resolve);
    else server.listen(address.port, address.host, resolve);
  });
  // A connection that could not be accepted is not the server's end.
  server.on('error', () => undefined);
  return { address: addressOf(server, address), close: () => closeServer(server) };
}

function readListenAddress(text: string): Address {
  const host = /^(tcp:.*):0$/s.exec(text)?.[1];
  const address = readAddress(host === undefined ? text : `${host}:1`);
  return host === undefined || address.kind === 'unix' ? address : { ...address, port: 0 };
}

/** How long a server is given to accept a connection, in milliseconds. */
const PATIENCE = 1000;

/** What a path may have for a socket (unix(7)); the system would cut off the rest, and listen elsewhere. */
const LONGEST_PATH = 107;

/** Makes room for a socket: removes one that nobody listens behind. */
async function clearPath(path: string): Promise<void> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new InputError(
      `unix:${path}: a path of over ${LONGEST_PATH} bytes; expected one that a socket can have`,
    );
  // Node says of a folder that is not there that it may not be written.
  if (!existsSync(dirname(path))) throw new SetupError(`unix:${path}: no such folder`);
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket())
    throw new InputError(
      `unix:${path}: something else stands there; expected a free path, or a socket that was left`,
    );
  if (await isServed(path)) throw new SetupError(`unix:${path}: another server listens there`);
  await unlink(path).catch(() => undefined);
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.once('connect', () => end(true));
    // A server that does not accept in time is there all the same.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
    socket.setTimeout(PATIENCE, () => end(true));
  });
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another server listens there',
  EACCES: 'no permission to listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host',
};

function explain(error: NodeJS.ErrnoException, text: string): SetupError {
  return new SetupError(`${text}: ${REASONS[error.code ?? ''] ?? error.message}`, { cause: error });
}

function addressOf(server: Server, address: Address): string {
  const bound = server.address();
  if (address.kind === 'unix' || bound === null || typeof bound === 'string')
    return `unix:${address.kind === 'unix' ? address.path : ''}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp:${host}:${bound.port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
