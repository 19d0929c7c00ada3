import { statSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError, SetupError } from '../errors.ts';
import type { Address } from '../target/connect-endpoint.ts';
import { checkPath, writeAddress } from './listen-place.ts';

/** A server that is busy, or about to be there, is tried again at this distance, in milliseconds. */
const TRY_DISTANCE = 5;

/**
 * Says at once what would keep every client from the server. Nothing is connected: many servers take one client only,
 * and some end when it leaves.
 * @throws {InputError} for a path that no socket can have
 * @throws {SetupError} where there is none, or no such host
 */
export async function checkServer(address: Address): Promise<void> {
  const what = writeAddress(address);
  if (address.kind === 'unix') {
    checkPath(address.path);
    const status = statSync(address.path, { throwIfNoEntry: false });
    if (status === undefined) throw new SetupError(`${what}: nothing is there; start the server first`);
    if (!status.isSocket()) throw new InputError(`${what}: is no socket; expected that of a QMP server`);
    return;
  }
  try {
    await lookup(address.host);
  } catch (error) {
    throw new SetupError(`${what}: there is no host '${address.host}'`, { cause: error });
  }
}

/**
 * Connects for a client; nothing is read. A queue that is full at present (EAGAIN of connect(2) on a unix socket) is
 * waited for, as any client would.
 * @param early whether a server that is not there may still come
 * @param signal ends it
 */
export async function reachServer(
  address: Address,
  early: boolean,
  signal: AbortSignal,
): Promise<Socket | undefined> {
  for (;;) {
    const socket = await tryConnect(address);
    if (typeof socket !== 'string') {
      if (!signal.aborted) return socket;
      socket.destroy();
    }
    if (signal.aborted) return undefined;
    if (typeof socket === 'string' && socket !== 'EAGAIN' && !(early && EARLY.has(socket))) return undefined;
    await delay(TRY_DISTANCE, undefined, { signal }).catch(() => undefined);
  }
}

/** What connect(2) says of a socket that is not there yet. */
const EARLY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);

/** @returns the code of the error where it fails */
function tryConnect(address: Address): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(
      address.kind === 'unix'
        ? { path: address.path, allowHalfOpen: true }
        : { host: address.host, port: address.port, allowHalfOpen: true },
    );
    // Before it begins to read.
    socket.pause();
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    socket.once('connect', () => {
      if (address.kind === 'tcp') socket.setNoDelay();
      resolve(socket);
    });
  });
}
