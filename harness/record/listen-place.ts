import { lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import type { Address } from '../target/connect-endpoint.ts';

/** Where clients come: an address, or a socket that listens already, as whoever started us has left it to us. */
export type Place = Address | { readonly kind: 'fd'; readonly fd: number };

/** `sun_path` of unix(7), without the zero at its end. */
export const MAX_PATH_BYTES = 107;

/** An address as the user writes it. */
export function writeAddress(address: Place): string {
  if (address.kind === 'fd') return `fd:${address.fd}`;
  if (address.kind === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp:${host}:${address.port}`;
}

/**
 * Refuses a path that no socket can have.
 * @throws {InputError}
 */
export function checkPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes > MAX_PATH_BYTES)
    throw new InputError(
      `unix:${path}: a path of ${bytes} bytes; expected at most ${MAX_PATH_BYTES}, which is what a unix socket can have`,
    );
  const folder = dirname(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(`unix:${path}: there is no folder ${folder}; make it first`);
}

/**
 * Listens at an address, in place of a socket that nobody listens at any more. Clients come paused.
 * @throws {InputError} for a path that cannot be, or that something else has
 * @throws {SetupError} where somebody else listens there, or the system refuses
 */
export async function listenAt(address: Place, accept: (client: Socket) => void): Promise<Server> {
  if (address.kind === 'unix') {
    checkPath(address.path);
    await removeStaleSocket(address.path);
  }
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, accept);
  const { kind: _kind, ...where } = address;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new SetupError(`${writeAddress(address)}: ${wordsOf(error)}`, { cause: error })),
    );
    // Without a host: on all addresses of the machine, as QEMU does.
    server.listen('host' in where && where.host === '' ? { port: where.port } : where, resolve);
  });
  return server;
}

function wordsOf(error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return 'somebody else listens there; choose another address, or end that program';
    case 'EACCES':
      return 'we may not listen there; choose another address';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address; choose another one';
    case 'ENOTFOUND':
      return 'no such host';
    default:
      return error.message;
  }
}

/** What listens is never taken away from somebody; what is no socket is not ours to remove. */
async function removeStaleSocket(path: string): Promise<void> {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return;
  if (!status.isSocket())
    throw new InputError(`unix:${path}: a file that is no socket is there; choose another path`);
  if (await isListenedAt(path))
    throw new SetupError(
      `unix:${path}: somebody else listens there; choose another path, or end that program`,
    );
  unlinkSync(path);
}

function isListenedAt(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const tell = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => tell(true));
    // One whose queue is full (EAGAIN), or that is not for us (EACCES), is alive.
    socket.once('error', (error) => tell(!('code' in error && error.code === 'ECONNREFUSED')));
  });
}
