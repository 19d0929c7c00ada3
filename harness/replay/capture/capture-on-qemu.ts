import { join } from 'node:path';
import { QmpConnection, type WireObserver } from '../../qmp/connection.ts';
import { WireRecorder, type RecordWire } from '../../results/wire-recorder.ts';
import { MissingStateError } from '../../stage/perform-step.ts';
import { StageError, type StagedVm } from '../../stage/set-up-stage.ts';
import type { Stage } from '../../stage/stage.ts';
import { openEndpoint } from '../../target/connect-endpoint.ts';
import { familyOfProgram } from '../../target/known-programs.ts';
import type { Transcript } from '../../transcript/transcript.ts';
import type { DialogueContext, DialogueOutcome } from '../dialogue-state.ts';
import { assignMonitors } from './capture-plan.ts';
import { filesForDescriptors, findUnmakableDescriptor } from './descriptor-for.ts';
import type { Between, Dial } from '../run-plan.ts';
import { performCapture } from './perform-capture.ts';

/**
 * The stage of a capture: as it is, with the monitors that the capture's connections are made to. They listen on unix
 * sockets in the row's folder, as a server does whose clients come and go.
 * @throws {StageError} for a program that offers no more than the one monitor, and a descriptor that cannot be made
 */
export function stageForCapture(stage: Stage, transcript: Transcript): Stage {
  const family = familyOfProgram(stage.program ?? '');
  const dash = family === 'qsd' ? '--' : '-';
  if (family === 'qga') throw missing(stage, `several connections to ${stage.program ?? ''}`);
  const unmakable = findUnmakableDescriptor(transcript);
  if (unmakable !== undefined) throw missing(stage, `a descriptor of kind '${unmakable}' to hand over`);
  const count = Math.max(0, ...assignMonitors(transcript).values()) + 1;
  const words = Array.from({ length: count }, (_, at) => {
    const id = `qmp-conformance-capture-${at}`;
    const monitor =
      family === 'qsd' ? ['--monitor', `chardev=${id}`] : ['-mon', `chardev=${id},mode=control`];
    return [`${dash}chardev`, `socket,id=${id},path=${socketOf(at)},server=on,wait=off`, ...monitor];
  });
  return {
    ...stage,
    files: [...stage.files, ...filesForDescriptors(transcript)],
    arguments: [...stage.arguments, { words: words.flat() }],
  };
}

function missing({ name }: Stage, what: string): StageError {
  return new StageError(`stage ${name}: ${what}`, undefined, new MissingStateError(what));
}

/** Name, in the row's folder, of the socket that a monitor listens at. */
export function socketOf(monitor: number): string {
  return `capture-${monitor}.sock`;
}

/** How a client gets to the monitors of a stage. */
export interface CaptureVenue {
  readonly dial: Dial;
  readonly record: RecordWire;
  readonly signal?: AbortSignal | undefined;
  readonly between?: Between | undefined;
}

/** Connects to the monitors of a stage that stands in a folder. */
export function monitorsIn(dir: string, patience: number): Dial {
  return (monitor) => openEndpoint(`unix:${join(dir, socketOf(monitor))}`, patience);
}

/** Performs a capture on connections of its own. What {@link performCapture} throws is thrown. */
export async function performCaptureAt(
  transcript: Transcript,
  { dial, record, signal, between }: CaptureVenue,
  context: Omit<DialogueContext, 'connection' | 'earlier'>,
): Promise<DialogueOutcome> {
  const monitors = assignMonitors(transcript);
  const recorders: WireRecorder[] = [];
  const opened: QmpConnection[] = [];
  const end = (): void => opened.forEach((connection) => connection.close());
  signal?.addEventListener('abort', end, { once: true });
  const connect = async (number: number): Promise<QmpConnection> => {
    const monitor = monitors.get(number) ?? 0;
    const recorder = new WireRecorder(number === 0 ? 'main' : `connection ${number}`, record);
    recorder.phase = undefined;
    recorders.push(recorder);
    const watching = between?.observe(number, monitor);
    const observer: WireObserver = (direction, bytes, at) => {
      recorder.observe(direction, bytes, at);
      watching?.(direction, bytes, at);
    };
    const connection = new QmpConnection(await dial(monitor), { observer });
    opened.push(connection);
    if (signal?.aborted === true) end();
    return connection;
  };
  try {
    return await performCapture(transcript, { ...context, connect, settle: between?.settle });
  } finally {
    signal?.removeEventListener('abort', end);
    for (const recorder of recorders) recorder.end();
  }
}

/** Performs a capture on a stage that stands. */
export function performCaptureOn(
  transcript: Transcript,
  vm: StagedVm,
  venue: CaptureVenue,
  context: Omit<DialogueContext, 'connection' | 'earlier' | 'open' | 'captured'>,
): Promise<DialogueOutcome> {
  return performCaptureAt(transcript, venue, { ...context, open: vm.open, captured: vm.captures });
}
