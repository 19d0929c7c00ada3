import { connectEndpoint } from '../target/connect-endpoint.ts';
import type { Performance } from '../results/performance.ts';
import type { WireRecord } from '../results/verdict.ts';
import { WireRecorder } from '../results/wire-recorder.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { performDialogue } from './dialogue.ts';
import { performanceOfError, performanceOfOutcome } from './performance.ts';
import type { EndpointVenue, PlannedTarget, RowSettings } from './run-plan.ts';

/** Performs a transcript on a connection of its own to a server that is not ours. */
export async function performOnEndpoint(
  transcript: Transcript,
  target: PlannedTarget,
  { address }: EndpointVenue,
  { patience }: RowSettings,
): Promise<Performance> {
  const wire: WireRecord[] = [];
  const recorder = new WireRecorder('main', (piece) => wire.push({ row: transcript.head.id, ...piece }));
  try {
    const { connection } = await connectEndpoint(address, patience, recorder.observe);
    try {
      await connection.negotiate([], patience);
      recorder.phase = undefined;
      const earlier = [connection.greeting, ...connection.drain()].filter(
        (incoming) => incoming !== undefined,
      );
      const outcome = await performDialogue(transcript, {
        connection,
        validator: target.validator,
        patience,
        earlier,
        open: () => Promise.reject(new TypeError('nothing is handed over to an endpoint')),
      });
      return { ...performanceOfOutcome(outcome), wire };
    } finally {
      connection.close();
      recorder.end();
    }
  } catch (error) {
    return { ...(await performanceOfError(error, undefined, patience)), wire };
  }
}
