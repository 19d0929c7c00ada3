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
import type { Transcript } from '../transcript/transcript.ts';
import { performDialogue } from './dialogue.ts';
import { performOnEndpoint } from './perform-on-endpoint.ts';
import { performanceOfError, performanceOfOutcome } from './performance.ts';
import { keepCore } from '../target/keep-core.ts';
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
    const stage = stageNamed(settings.stages, transcript.head.stage ?? BARE_STAGE, transcript.file);
    vm = await setUpStage(stage, {
      book: settings.stages,
      binary: venue.binary,
      version: target.facts.version,
      accelerator: venue.accelerator,
      images: venue.images,
      patience: settings.patience,
      dir,
      steps: transcript.head.prepare ?? [],
      record: recorder(transcript.head.id, wire),
    });
    return { ...(await withCore(await performOn(vm, transcript, target, settings), dir, keep)), wire };
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

async function performOn(
  vm: StagedVm,
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<Omit<Performance, 'wire'>> {
  await vm.perform(transcript.head.provoke ?? []);
  const outcome = await performDialogue(transcript, {
    connection: vm.main.connection,
    validator: target.validator,
    patience: settings.patience,
    earlier: vm.earlier,
    open: vm.open,
    captured: vm.captures,
  });
  vm.endDialogue();
  const end = await findCrash(vm, target, settings.patience);
  if (end !== undefined) return performanceOfCrash(end, outcome);
  return performanceOfOutcome(outcome);
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
