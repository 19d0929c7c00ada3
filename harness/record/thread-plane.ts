import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { DataPlane, PlaneEvents } from './data-plane.ts';
import type { RecordCount } from './recorder.ts';
import type { WorkerData, WorkerOrder, WorkerReport } from './worker-messages.ts';

/**
 * Carries in a thread that waits in poll(2), with descriptors.
 * @throws {Error} where the machine has not the calls for that
 */
export async function startThreadPlane(
  data: Omit<WorkerData, 'wake'>,
  events: PlaneEvents,
): Promise<DataPlane> {
  const { duplicateDescriptor } = await import('../qmp/native-stream.ts');
  const { makeSocketPair } = await import('../qmp/native-sockets.ts');
  const wake = makeSocketPair();
  const worker = new Worker(new URL('./pump-worker.js', import.meta.url), {
    workerData: { ...data, wake: wake.theirs } satisfies WorkerData,
    // Sockets are made by one thread and closed by another.
    trackUnmanagedFds: false,
  });
  const { ready, stopped } = listen(worker, events);
  const order = (what: WorkerOrder): void => {
    worker.postMessage(what);
    writeSync(wake.ours, '.');
  };
  await ready;
  return {
    add: ({ connection, client, server, rights }) => {
      const [ours, theirs] = [descriptorOf(client), descriptorOf(server)];
      if (ours !== undefined && theirs !== undefined) {
        const pair = { client: duplicateDescriptor(ours), server: duplicateDescriptor(theirs) };
        order({ kind: 'add', pair: { connection, ...pair, rights } });
      }
      // Node has read nothing of them, and forgets them.
      client.destroy();
      server.destroy();
    },
    refuse: (connection) => order({ kind: 'refuse', connection }),
    stop: async () => {
      order({ kind: 'stop' });
      const count = await stopped;
      wake.close();
      return count;
    },
  };
}

function listen(worker: Worker, { ends, lost, failed }: PlaneEvents) {
  let isReady = (): void => undefined;
  let fail: (error: Error) => void = failed;
  const stopped = new Promise<RecordCount>((resolve) => {
    worker.on('message', (report: WorkerReport) => {
      switch (report.kind) {
        case 'ready':
          return isReady();
        case 'ends':
          return ends(report.reason);
        case 'lost':
          return lost(report.connection);
        case 'stopped':
          return resolve(report.count);
      }
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    fail = reject;
    isReady = () => {
      fail = failed;
      resolve();
    };
  });
  worker.once('error', (error) => fail(error));
  return { ready, stopped };
}

/** Node tells nobody the number of a socket that it has made, but keeps it where its own code reads it. */
function descriptorOf(socket: Socket): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  const descriptor: unknown =
    typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : undefined;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}
