import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { Pump } from './pump.ts';
import { Recorder } from './recorder.ts';
import { createRedaction } from './redaction.ts';
import { TranscriptFile } from './transcript-file.ts';
import type { WorkerData, WorkerOrder, WorkerReport } from './worker-messages.ts';

/** Pumps until it is told to stop. The thread does nothing else: while nothing comes it waits in the kernel. */
export function runWorker(): void {
  const port = parentPort;
  if (port === null) throw new Error('no thread of its own');
  const { transcript, headBytes, wake, redaction } = workerData as WorkerData;
  const tell = (report: WorkerReport): void => port.postMessage(report);
  const recorder = new Recorder(
    new TranscriptFile(transcript, headBytes),
    redaction && createRedaction(redaction),
    (reason) => tell({ kind: 'ends', reason }),
  );
  const pump = new Pump(recorder, (connection) => tell({ kind: 'lost', connection }));
  tell({ kind: 'ready' });
  pump.run(wake, () => obeyAll(port, pump, recorder));
  pump.close();
  tell({ kind: 'stopped', count: recorder.finish() });
}

/** @returns whether it is time to stop */
function obeyAll(port: MessagePort, pump: Pump, recorder: Recorder): boolean {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received === undefined) return false;
    const order = received.message as WorkerOrder;
    switch (order.kind) {
      case 'add':
        pump.add(order.pair);
        break;
      case 'refuse':
        recorder.opened(order.connection);
        recorder.closed(order.connection, 'server');
        break;
      case 'stop':
        return true;
    }
  }
}
