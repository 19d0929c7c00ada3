import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../errors.ts';
import { ConnectionClosed, DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { RunningProcess } from '../target/server-process.ts';

/** Nothing tells of a socket that somebody else makes; it is tried at this distance, in milliseconds. */
const TRY_DISTANCE = 2;

/**
 * Waits for something of a process.
 * @param work gets a signal that aborts when it is waited for no longer
 * @throws {ConnectionClosed} when the process ends first
 * @throws {SetupError} when it is not there in time
 */
export async function waitFor<T>(
  process: Pick<RunningProcess, 'exited'>,
  patience: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new SetupError(`no ${what} within ${Math.round(patience)} ms`, { cause: new DeadlineExceeded() }),
      );
    }, patience);
  });
  const ended = process.exited.then((): never => {
    throw new ConnectionClosed('it ended');
  });
  ended.catch(() => undefined);
  try {
    return await Promise.race([work(over.signal), ended, late]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/**
 * Waits for words on a process' stderr, and returns what they match.
 * @throws {ConnectionClosed} when the process ends first
 */
export function waitForWords(
  process: RunningProcess,
  words: RegExp,
  patience: number,
): Promise<RegExpExecArray> {
  return waitFor(process, patience, `such words on stderr: ${words.source}`, async (signal) => {
    for (;;) {
      const match = words.exec(process.stderr());
      if (match !== null) return match;
      const { stderr } = process.standard;
      if (stderr === null) throw new SetupError('the program could not be started');
      await once(stderr, 'data', { signal });
    }
  });
}

/**
 * Connects to a socket that a process listens at, or is about to.
 * @throws {ConnectionClosed} when the process ends first
 */
export function connectTo(
  process: Pick<RunningProcess, 'exited'>,
  where: NetConnectOpts,
  patience: number,
): Promise<Socket> {
  return waitFor(process, patience, 'connection', async (signal) => {
    for (;;) {
      const socket = await tryConnect(where, signal);
      if (socket !== undefined) return socket;
      await delay(TRY_DISTANCE, undefined, { signal });
    }
  });
}

async function tryConnect(where: NetConnectOpts, signal: AbortSignal): Promise<Socket | undefined> {
  const socket = connect(where);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch {
    socket.destroy();
    signal.throwIfAborted();
    return undefined;
  }
}

/**
 * Waits until a stream has bytes, which stay in it.
 * @throws {ConnectionClosed} when the process ends first
 */
export function waitForBytes(
  process: Pick<RunningProcess, 'exited'>,
  stream: Readable,
  patience: number,
): Promise<void> {
  return waitFor(process, patience, 'byte', async (signal) => {
    if (stream.readableLength === 0) await once(stream, 'readable', { signal });
    // An event for nothing: the end.
    if (stream.readableLength === 0) throw new ConnectionClosed('it closed the monitor');
  });
}
