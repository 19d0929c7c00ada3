import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import type { Accelerator, QemuPrograms } from '../target/qemu-binary.ts';
import { baseArguments, QemuStartError, startQemu, type RunningQemu } from '../target/start-qemu.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import type { Side, Step } from '../transcript/step.ts';
import { writeGuestFirmware, writeGuestImage } from './guest-image.ts';
import type { ImageStore } from './image-store.ts';
import { performStep, type StepContext } from './perform-step.ts';
import { SerialPort } from './serial-port.ts';
import type { Stage } from './stage.ts';
import { stageNamed, type StageBook } from './stage-book.ts';
import { WireRecorder, type RecordWire } from './wire-recorder.ts';

/** On what, and how, a stage is set up. */
export interface StageSettings {
  readonly book: StageBook;
  readonly binary: QemuPrograms;
  /** Version of the binary, `x.y.z`: it decides which conditional arguments are used. */
  readonly version: string;
  readonly accelerator: Accelerator;
  readonly images: ImageStore;
  /** Milliseconds to wait for a greeting, a response, an event or a state. */
  readonly patience: number;
  /** Empty folder that both QEMUs run in; the caller removes it. */
  readonly dir: string;
  /** Steps that the transcript adds to those of the stage. */
  readonly steps: readonly Step[];
  readonly record: RecordWire;
}

/** A stage could not be brought about: the row that stands on it says nothing of the target. */
export class StageError extends SetupError {
  constructor(
    message: string,
    /** How QEMU ended, where it did. */
    readonly processEnd: ProcessEnd | undefined,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** A stage that stands. */
export interface StagedVm {
  readonly main: RunningQemu;
  /** What came on the main connection before the dialogue begins: the greeting, and events of the preparation. */
  readonly earlier: readonly Incoming[];
  /** Performs steps while the dialogue goes on. @throws {StageError} */
  perform(steps: readonly Step[]): Promise<void>;
  /** The dialogue is over: what goes over the wire from now on is logged as `after`. */
  endDialogue(): void;
  /** Ends both QEMUs. */
  tearDown(): Promise<void>;
}

/** One QEMU of a stage. */
interface Actor {
  readonly qemu: RunningQemu;
  readonly serial: SerialPort | undefined;
  readonly recorder: WireRecorder;
}

/**
 * Makes the images, starts the QEMUs, and performs the preparation.
 * @throws {StageError} when any of it does not succeed; nothing is left running
 */
export async function setUpStage(stage: Stage, settings: StageSettings): Promise<StagedVm> {
  const actors: Partial<Record<Side, Actor>> = {};
  const tearDown = async (): Promise<void> => {
    await Promise.all(Object.values(actors).map((actor) => endActor(actor)));
  };
  try {
    if (stage.peer !== undefined) {
      const peer = stageNamed(settings.book, stage.peer, stage.file);
      actors.peer = await startActor(peer, 'peer', settings);
      await performSteps(peer.prepare.map(onPeer), contextOf(actors, settings));
    }
    const main = await startActor(stage, 'main', settings);
    actors.main = main;
    const context = contextOf(actors, settings);
    await performSteps([...stage.prepare, ...settings.steps], context);
    const earlier = [main.qemu.connection.greeting, ...main.qemu.connection.drain()].filter(
      (one) => one !== undefined,
    );
    main.recorder.phase = undefined;
    return {
      main: main.qemu,
      earlier,
      tearDown,
      endDialogue: () => (main.recorder.phase = 'after'),
      perform: (steps) => asStage(stage, performSteps(steps, context)),
    };
  } catch (error) {
    const end = await endOf(error, actors);
    await tearDown();
    throw stageErrorOf(stage, error, end);
  }
}

async function startActor(stage: Stage, side: Side, settings: StageSettings): Promise<Actor> {
  await putImages(stage, settings);
  if (stage.guest !== undefined) await putGuest(stage.guest, side, settings.dir);
  const recorder = new WireRecorder(side, settings.record);
  const qemu = await startQemu(settings.binary, argumentsOf(stage, side, settings), {
    dir: settings.dir,
    deadline: settings.patience,
    observer: (_, direction, bytes, at) => recorder.observe(direction, bytes, at),
    channels: stage.guest === undefined ? [] : [SERIAL],
  });
  const stream = qemu.channels.get(SERIAL);
  if (stage.negotiated) await qemu.negotiate([], settings.patience);
  return { qemu, recorder, serial: stream && new SerialPort(stream) };
}

/** The ROM starts the guest; its boot sector is on its disk, too. */
async function putGuest(guest: string, side: Side, dir: string): Promise<void> {
  await writeGuestImage(guest, join(dir, guestImageOf(side)));
  await writeGuestFirmware(guest, join(dir, guestFirmwareOf(side)));
}

/** All of them come to an end before an error is told: whoever removes the folder must be alone in it. */
async function putImages(stage: Stage, { images, dir }: StageSettings): Promise<void> {
  const ends = await Promise.allSettled(stage.images.map((image) => images.put(image, dir)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

const SERIAL = 'serial0';

/** Source and destination of a migration have an image each: the destination's is written while the source runs. */
function guestImageOf(side: Side): string {
  return `guest-${side}.img`;
}

function guestFirmwareOf(side: Side): string {
  return `guest-${side}.rom`;
}

/** QEMU's words for a stage. Whatever is not written in its file is off: no default devices, no network. */
function argumentsOf(stage: Stage, side: Side, settings: StageSettings): readonly string[] {
  const conditional = stage.arguments.filter(
    ({ releases }) => releases === undefined || rangeHolds(parseReleaseRange(releases), settings.version),
  );
  return [
    ...baseArguments(settings.accelerator),
    ...['-machine', stage.machine, '-m', stage.memory],
    ...(stage.paused ? ['-S'] : []),
    ...(stage.guest === undefined ? [] : guestArguments(side)),
    ...conditional.flatMap(({ words }) => words),
  ];
}

function guestArguments(side: Side): readonly string[] {
  return [
    ...['-bios', guestFirmwareOf(side)],
    ...['-drive', `if=none,id=guest0,file=${guestImageOf(side)},format=raw`],
    ...['-device', 'ide-hd,drive=guest0'],
    ...['-device', `isa-serial,chardev=${SERIAL}`],
  ];
}

function contextOf(actors: Partial<Record<Side, Actor>>, settings: StageSettings): StepContext {
  return {
    patience: settings.patience,
    connection: (side) => actorOn(actors, side).qemu.connection,
    serial: (side) => actorOn(actors, side).serial,
  };
}

function actorOn(actors: Partial<Record<Side, Actor>>, side: Side): Actor {
  const actor = actors[side];
  if (actor === undefined) throw new SetupError(`a step on ${side}, which this stage does not have`);
  return actor;
}

async function performSteps(steps: readonly Step[], context: StepContext): Promise<void> {
  for (const step of steps) await performStep(step, context);
}

/** In its own file a peer's stage calls itself main. */
function onPeer(step: Step): Step {
  return { ...step, on: 'peer' };
}

async function endActor({ qemu, recorder, serial }: Actor): Promise<void> {
  serial?.close();
  await qemu.kill();
  recorder.end();
}

/** How the QEMU that spoiled the stage ended, if one did. */
async function endOf(error: unknown, actors: Partial<Record<Side, Actor>>): Promise<ProcessEnd | undefined> {
  if (error instanceof QemuStartError) return error.end;
  // A race is won by what is settled already, so nothing is waited for here.
  const ends = Object.values(actors).map(({ qemu }) =>
    Promise.race([qemu.exited, Promise.resolve(undefined)]),
  );
  return (await Promise.all(ends)).find((end) => end !== undefined);
}

async function asStage(stage: Stage, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw stageErrorOf(stage, error, undefined);
  }
}

function stageErrorOf(stage: Stage, error: unknown, end: ProcessEnd | undefined): StageError {
  const message = error instanceof Error ? error.message : String(error);
  return new StageError(`stage ${stage.name}: ${message}`, end, error);
}
