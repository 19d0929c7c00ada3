import type { Duplex } from 'node:stream';
import { ConnectionClosed, type DeadlineExceeded } from './connection-errors.ts';
import { watchDeadline, type Deadline } from './deadline.ts';

/** A socket that has no room tells nobody but its stream when it has; it is asked again at this distance, in milliseconds. */
const RETRY_DISTANCE = 2;

const EPIPE = 32;
const ECONNRESET = 104;

/**
 * Writes bytes to the socket of a stream, past the stream, and hands over a descriptor with them. Whatever the stream
 * was given before goes first.
 * @returns what the socket had no room for; it is to be written to the stream next
 * @throws {ConnectionClosed}
 * @throws {DeadlineExceeded}
 * @throws {SystemCallError} with what the system says of the descriptor, or of a socket that is no unix socket
 */
export async function sendWithDescriptor(
  stream: Duplex,
  bytes: Buffer,
  descriptor: number,
  deadline: Deadline,
): Promise<Buffer> {
  // Most runs hand nothing over, and the library is not loaded for them.
  const { sendWithRights, SystemCallError, EAGAIN } = await import('./native-sockets.ts');
  let late: DeadlineExceeded | undefined;
  const cancel = watchDeadline(deadline, 'room to send', (error) => (late = error));
  try {
    for (;;) {
      await flush(stream, deadline);
      try {
        return bytes.subarray(sendWithRights(socketOf(stream), bytes, descriptor));
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        if (error.errno === EPIPE || error.errno === ECONNRESET)
          throw new ConnectionClosed('the connection was closed', { cause: error });
        if (error.errno !== EAGAIN) throw error;
      }
      if (late !== undefined) throw late;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DISTANCE));
    }
  } finally {
    cancel();
  }
}

/** Resolves when the system has all that the stream was given. */
function flush(stream: Duplex, deadline: Deadline): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = watchDeadline(deadline, 'room to send', reject);
    stream.write('', (error) => {
      cancel();
      if (error) reject(new ConnectionClosed('the connection was closed', { cause: error }));
      else resolve();
    });
  });
}

/** Node tells nobody the number of a socket that it has made, but keeps it where its own code reads it. */
function socketOf(stream: Duplex): number {
  const handle: unknown = Reflect.get(stream, '_handle');
  const socket: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  if (typeof socket === 'number' && socket >= 0) return socket;
  if (stream.destroyed) throw new ConnectionClosed('the connection was closed');
  throw new TypeError('a stream that has no socket of the system; expected a unix socket');
}
