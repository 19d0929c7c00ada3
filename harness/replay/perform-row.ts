import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import { performanceOfCrash, type Performance } from '../results/performance.ts';
import type { ProcessEnd, WireRecord } from '../results/verdict.ts';
import { setUpStage, type StagedVm } from '../stage/set-up-stage.ts';
import { stageNamed } from '../stage/stage-book.ts';
import { endWithin } from '../target/end-within.ts';
import { GUEST_AGENT } from '../target/known-programs.ts';
import { isCapture } from '../transcript/is-capture.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { monitorsIn, performCaptureOn, stageForCapture } from './capture/capture-on-qemu.ts';
import { CaptureCutOff } from './capture/perform-capture.ts';
import type { DialogueOutcome } from './dialogue-state.ts';
import { performDialogue } from './dialogue.ts';
import { performOnEndpoint } from './perform-on-endpoint.ts';
import { performanceOfError, performanceOfOutcome } from './performance.ts';
import { keepCore } from '../target/keep-core.ts';
import type { RecordWire } from '../results/wire-recorder.ts';
import type { PlannedTarget, QemuVenue, RowSettings } from './run-plan.ts';

/** The stage of a transcript that names none. */
export const BARE_STAGE = 'bare';

/** Performs a transcript on a target. Whatever the target does is a verdict. */
export function performRow(
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<Performance> {
  const { venue } = target;
  if (settings.instead !== undefined) return settings.instead(transcript, target);
  switch (venue.kind) {
    case 'qemu':
      return performOnQemu(transcript, target, venue, settings);
    case 'endpoint':
      return venue.alone(() => performOnEndpoint(transcript, target, venue, settings));
  }
}

/** On a QEMU of its own, in a folder of its own: both are gone when this returns. */
async function performOnQemu(
  transcript: Transcript,
  target: PlannedTarget,
  venue: QemuVenue,
  settings: RowSettings,
): Promise<Performance> {
  const wire: WireRecord[] = [];
  const dir = await mkdtemp(join(tmpdir(), 'qmpc-'));
  let vm: StagedVm | undefined;
  const keep = { cores: settings.cores, name: `${target.facts.name} ${transcript.head.id}` };
  try {
    const named = stageNamed(settings.stages, transcript.head.stage ?? BARE_STAGE, transcript.file);
    const stage = isCapture(transcript) ? stageForCapture(named, transcript) : named;
    const record = recorder(transcript.head.id, wire);
    vm = await setUpStage(stage, {
      book: settings.stages,
      binary: venue.binary,
      version: target.facts.version,
      accelerator: venue.accelerator,
      images: venue.images,
      patience: settings.patience,
      dir,
      steps: transcript.head.prepare ?? [],
      record,
    });
    const performed = await performOn(vm, { transcript, dir, record }, target, settings);
    return { ...(await withCore(performed, dir, keep)), wire };
  } catch (error) {
    const performed = await performanceOfError(error, vm?.main, settings.patience);
    return { ...(await withCore(performed, dir, keep)), wire };
  } finally {
    await vm?.tearDown();
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

/** A process that was killed by a signal may have left a core dump, which would go with its folder. */
async function withCore<P extends Omit<Performance, 'wire'>>(
  performed: P,
  dir: string,
  { cores, name }: { readonly cores: string; readonly name: string },
): Promise<P> {
  const { process } = performed;
  if (performed.verdict !== 'crash' || process === undefined) return performed;
  const core = await keepCore(dir, cores, name);
  return core === undefined ? performed : { ...performed, process: { ...process, core } };
}

function recorder(row: string, wire: WireRecord[]): (record: Omit<WireRecord, 'row'>) => void {
  return (record) => wire.push({ row, ...record });
}

/** A transcript, and where it is performed. */
interface StagedRow {
  readonly transcript: Transcript;
  /** The row's folder. */
  readonly dir: string;
  readonly record: RecordWire;
}

async function performOn(
  vm: StagedVm,
  row: StagedRow,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<Omit<Performance, 'wire'>> {
  await vm.perform(row.transcript.head.provoke ?? []);
  await settings.watch?.ready?.(vm.main.pid);
  const outcome = await performTranscript(vm, row, target, settings);
  vm.endDialogue();
  const end = await findCrash(vm, target, settings.patience);
  if (end !== undefined) return performanceOfCrash(end, outcome);
  return performanceOfOutcome(outcome);
}

async function performTranscript(
  vm: StagedVm,
  { transcript, dir, record }: StagedRow,
  { validator }: PlannedTarget,
  { patience, watch, signal, between }: RowSettings,
): Promise<DialogueOutcome> {
  if (!isCapture(transcript)) {
    const { main, earlier, open, captures } = vm;
    const { connection } = main;
    const captured = captures;
    return performDialogue(transcript, { connection, validator, patience, earlier, open, captured, watch });
  }
  const direct = monitorsIn(dir, patience);
  const dial = between === undefined ? direct : await between.open(dir, direct);
  const venue = { dial, record, signal, between };
  try {
    return await performCaptureOn(transcript, vm, venue, { validator, patience, watch });
  } catch (error) {
    if (!(error instanceof CaptureCutOff) || !(await isAlive(vm, patience))) throw error;
    return error.outcome;
  } finally {
    await between?.close();
  }
}

/** A connection that was closed, by a server that goes on: no crash. */
async function isAlive({ main }: StagedVm, patience: number): Promise<boolean> {
  return main.connection.execute('query-status', undefined, patience).then(
    () => true,
    () => false,
  );
}

/** A target may answer and die of it: one more command tells. One that ended by itself, as after `quit`, is well. */
async function findCrash(
  vm: StagedVm,
  { scope }: PlannedTarget,
  patience: number,
): Promise<ProcessEnd | undefined> {
  try {
    // A storage daemon answers that it knows no such command, and that is well.
    const command = scope.program === GUEST_AGENT ? 'guest-ping' : 'query-status';
    await vm.main.connection.execute(command, undefined, patience);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectionClosed)) throw error;
    const end = await endWithin(vm.main, patience);
    return end.code === 0 ? undefined : end;
  }
}
