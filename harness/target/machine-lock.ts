import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Does `work` while no other process of this machine does work under the same name. The lock is the name of a socket
 * in Linux' abstract namespace: the kernel gives it back however its holder ends, and whoever waits hears of it, with
 * no stale files and no polling. `onWait` is called when there is somebody to wait for.
 */
export async function withMachineLock<T>(
  name: string,
  options: { readonly onWait?: () => void; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const address = `\0qmp-conformance-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  const waiting = new Set<Socket>();
  let server = await tryListen(address, waiting);
  for (let told = false; server === undefined; server = await tryListen(address, waiting)) {
    if (!told) options.onWait?.();
    told = true;
    options.signal?.throwIfAborted();
    await untilReleased(address, options.signal);
    options.signal?.throwIfAborted();
  }
  try {
    return await work();
  } finally {
    server.close();
    for (const socket of waiting) socket.destroy();
  }
}

function tryListen(address: string, waiting: Set<Socket>): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on('error', () => undefined).once('close', () => waiting.delete(socket));
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

/** The holder never sends anything: the connection lasts as long as the lock. */
function untilReleased(address: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const leave = (): unknown => socket.destroy();
    signal?.addEventListener('abort', leave, { once: true });
    socket.on('error', () => undefined);
    socket.resume();
    socket.once('close', () => {
      signal?.removeEventListener('abort', leave);
      resolve();
    });
  });
}
