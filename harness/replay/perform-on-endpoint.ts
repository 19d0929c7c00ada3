import { connectEndpoint, openEndpoint } from '../target/connect-endpoint.ts';
import type { Performance } from '../results/performance.ts';
import type { WireRecord } from '../results/verdict.ts';
import { WireRecorder, type RecordWire } from '../results/wire-recorder.ts';
import { OpenDescriptors } from '../stage/open-descriptors.ts';
import { putFiles } from '../stage/put-files.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { isCapture } from '../transcript/is-capture.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { performCaptureAt } from './capture/capture-on-qemu.ts';
import { filesForDescriptors } from './capture/descriptor-for.ts';
import type { DialogueContext, DialogueOutcome } from './dialogue-state.ts';
import { performDialogue } from './dialogue.ts';
import { performanceOfError, performanceOfOutcome } from './performance.ts';
import type { Dial, EndpointVenue, PlannedTarget, RowSettings } from './run-plan.ts';

/** Performs a transcript on connections of its own to a server that is not ours. */
export async function performOnEndpoint(
  transcript: Transcript,
  target: PlannedTarget,
  { address }: EndpointVenue,
  settings: RowSettings,
): Promise<Performance> {
  const wire: WireRecord[] = [];
  const record: RecordWire = (piece) => wire.push({ row: transcript.head.id, ...piece });
  const { patience, watch } = settings;
  const perform = isCapture(transcript) ? performOnMany : performOnOne;
  try {
    const outcome = await inTemporaryFolder(async (dir) => {
      const descriptors = new OpenDescriptors(dir);
      await putFiles(filesForDescriptors(transcript), dir);
      const open: DialogueContext['open'] = (descriptor) => descriptors.open(descriptor);
      const context = { validator: target.validator, patience, watch, open };
      return perform(transcript, address, context, settings, record).finally(() => descriptors.close());
    });
    return { ...performanceOfOutcome(outcome), wire };
  } catch (error) {
    return { ...(await performanceOfError(error, undefined, patience)), wire };
  }
}

type EndpointContext = Omit<DialogueContext, 'connection' | 'earlier'>;

/** All connections of a capture go to the one address. */
async function performOnMany(
  transcript: Transcript,
  address: string,
  context: EndpointContext,
  { signal, between, patience }: RowSettings,
  record: RecordWire,
): Promise<DialogueOutcome> {
  const direct: Dial = () => openEndpoint(address, patience);
  const dial = between === undefined ? direct : await between.open('', direct);
  try {
    return await performCaptureAt(transcript, { dial, record, signal, between }, context);
  } finally {
    await between?.close();
  }
}

async function performOnOne(
  transcript: Transcript,
  address: string,
  context: EndpointContext,
  { signal, patience }: RowSettings,
  record: RecordWire,
): Promise<DialogueOutcome> {
  const recorder = new WireRecorder('main', record);
  const { connection } = await connectEndpoint(address, patience, recorder.observe);
  const end = (): void => connection.close();
  signal?.addEventListener('abort', end, { once: true });
  try {
    await connection.negotiate([], patience);
    recorder.phase = undefined;
    const earlier = [connection.greeting, ...connection.drain()].filter((one) => one !== undefined);
    return await performDialogue(transcript, { ...context, connection, earlier });
  } finally {
    signal?.removeEventListener('abort', end);
    connection.close();
    recorder.end();
  }
}
