import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { ConnectionClosed } from '../qmp/connection-errors.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import type { Accelerator, QemuPrograms } from '../target/qemu-binary.ts';
import { QemuStartError } from '../target/server-process.ts';
import { familyOfProgram } from '../target/known-programs.ts';
import { startGuestAgent } from '../target/start-guest-agent.ts';
import { baseArguments, startQemu, startStorageDaemon, type RunningServer } from '../target/start-qemu.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import type { Descriptor, Side, Step } from '../transcript/step.ts';
import { channelsOf, guestArguments, putGuest, SERIAL } from './guest-of-stage.ts';
import type { ImageStore } from './image-store.ts';
import { OpenDescriptors } from './open-descriptors.ts';
import { MissingStateError, performStep, type StepContext } from './perform-step.ts';
import { putFiles } from './put-files.ts';
import { SerialPort } from './serial-port.ts';
import { linkSpiceClient, type SpiceClient } from './spice-client.ts';
import type { Image, Stage } from './stage.ts';
import { stageNamed, type StageBook } from './stage-book.ts';
import { WireRecorder, type RecordWire } from '../results/wire-recorder.ts';

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

/** Milliseconds that a process has to end which has closed its monitor; a core dump takes its time. */
const END_PATIENCE = 5_000;

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
  readonly main: RunningServer;
  /** What came on the main connection before the dialogue begins: the greeting, and events of the preparation. */
  readonly earlier: readonly Incoming[];
  /** Performs steps while the dialogue goes on. @throws {StageError} */
  perform(steps: readonly Step[]): Promise<void>;
  /** Opens what is handed over with a command of the dialogue, and gives its number in this process. @throws {StageError} */
  readonly open: (descriptor: Descriptor) => Promise<number>;
  /** What steps have captured, by name. */
  readonly captures: ReadonlyMap<string, JsonValue>;
  /** The dialogue is over: what goes over the wire from now on is logged as `after`. */
  endDialogue(): void;
  /** Ends both QEMUs. */
  tearDown(): Promise<void>;
}

/** One QEMU of a stage. */
interface Actor {
  readonly qemu: RunningServer;
  readonly serial: SerialPort | undefined;
  readonly recorder: WireRecorder;
}

/** What is there of a stage so far. */
interface Scene {
  readonly settings: StageSettings;
  readonly actors: Partial<Record<Side, Actor>>;
  readonly descriptors: OpenDescriptors;
  /** Names of the files and images in the folder. */
  readonly put: Set<string>;
  readonly captures: Map<string, JsonValue>;
  readonly clients: SpiceClient[];
}

/**
 * Makes the files and images, starts the QEMUs, and performs the preparation.
 * @throws {StageError} when any of it does not succeed; nothing is left running
 */
export async function setUpStage(stage: Stage, settings: StageSettings): Promise<StagedVm> {
  const actors: Partial<Record<Side, Actor>> = {};
  const descriptors = new OpenDescriptors(settings.dir);
  const scene: Scene = { settings, actors, descriptors, put: new Set(), captures: new Map(), clients: [] };
  const tearDown = async (): Promise<void> => {
    for (const client of scene.clients) client.close();
    await Promise.all(Object.values(actors).map((actor) => endActor(actor)));
    await descriptors.close();
  };
  try {
    if (stage.earlier !== undefined)
      await runEarlier(stageNamed(settings.book, stage.earlier, stage.file), scene);
    if (stage.peer !== undefined) {
      const peer = stageNamed(settings.book, stage.peer, stage.file);
      actors.peer = await startActor(peer, 'peer', scene);
      await performSteps(peer.prepare.map(onPeer), scene);
    }
    const main = await startActor(stage, 'main', scene);
    actors.main = main;
    await performSteps([...stage.prepare, ...settings.steps], scene);
    const earlier = [main.qemu.connection.greeting, ...main.qemu.connection.drain()].filter(
      (one) => one !== undefined,
    );
    main.recorder.phase = undefined;
    return {
      main: main.qemu,
      earlier,
      tearDown,
      endDialogue: () => (main.recorder.phase = 'after'),
      perform: (steps) => asStage(stage, actors, performSteps(steps, scene)),
      open: (descriptor) => asStage(stage, actors, descriptors.open(descriptor)),
      captures: scene.captures,
    };
  } catch (error) {
    const end = await endOf(error, actors);
    await tearDown();
    throw stageErrorOf(stage, error, end);
  }
}

/** Starts and prepares a QEMU, and waits until it has ended as its preparation told it to. */
async function runEarlier(stage: Stage, scene: Scene): Promise<void> {
  const { actors, settings } = scene;
  const actor = await startActor(stage, 'main', scene, 'earlier');
  actors.main = actor;
  await performSteps(stage.prepare, scene);
  const end = await endWithin(actor.qemu, settings.patience);
  if (end?.code !== 0) {
    const what = end === undefined ? `has not ended within ${settings.patience / 1000} s` : describeEnd(end);
    throw new SetupError(`the earlier QEMU, of stage ${stage.name}, ${what}; expected its end by a step`);
  }
  await endActor(actor);
  delete actors.main;
}

async function endWithin({ exited }: RunningServer, patience: number): Promise<ProcessEnd | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), patience)));
  return Promise.race([exited, late]).finally(() => clearTimeout(timer));
}

function describeEnd({ code, signal }: ProcessEnd): string {
  return signal === null ? `ended with exit status ${code ?? '?'}` : `ended by ${signal}`;
}

async function startActor(stage: Stage, side: Side, scene: Scene, connection: string = side): Promise<Actor> {
  const { settings } = scene;
  await putFiles(stage.files.filter(isNew(scene)), settings.dir);
  await putImages(stage.images.filter(isNew(scene)), settings);
  if (stage.guest !== undefined) await putGuest(stage.guest, side, settings.dir);
  const recorder = new WireRecorder(connection, settings.record);
  const { qemu, serial } = await startStaged(stage, side, settings, recorder);
  return { qemu, recorder, serial };
}

/** Starts the program of a stage. */
async function startStaged(
  stage: Stage,
  side: Side,
  settings: StageSettings,
  { observe }: WireRecorder,
): Promise<Pick<Actor, 'qemu' | 'serial'>> {
  const { dir, patience } = settings;
  const binary = programOf(stage, settings.binary);
  const family = familyOfProgram(stage.program ?? '');
  if (family === 'qga') {
    return { qemu: await startGuestAgent(binary, { dir, patience, observer: observe }), serial: undefined };
  }
  const options = {
    dir,
    deadline: patience,
    observer: (_: string, direction: '->' | '<-', bytes: Buffer, at: number) => observe(direction, bytes, at),
    channels: channelsOf(stage),
  };
  const start = family === 'qsd' ? startStorageDaemon : startQemu;
  const qemu = await start(binary, argumentsOf(stage, side, settings), options);
  const stream = qemu.channels.get(SERIAL);
  if (stage.negotiated) await qemu.negotiate([], patience);
  return { qemu, serial: stream && new SerialPort(stream) };
}

function programOf({ program }: Stage, binary: QemuPrograms): QemuPrograms {
  if (program === undefined) return binary;
  const command = binary.findProgram(program);
  if (command === undefined) throw new MissingStateError(`${program} is not there beside ${binary.path}`);
  return { ...binary, command };
}

/** What another QEMU of the stage has got already stays as that one left it. */
function isNew({ put }: Scene): (wanted: { readonly name: string }) => boolean {
  return ({ name }) => put.size < put.add(name).size;
}

/** All of them come to an end before an error is told: whoever removes the folder must be alone in it. */
async function putImages(wanted: readonly Image[], { images, dir }: StageSettings): Promise<void> {
  const ends = await Promise.allSettled(wanted.map((image) => images.put(image, dir)));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** QEMU's words for a stage. Whatever is not written in its file is off: no default devices, no network. */
function argumentsOf(stage: Stage, side: Side, settings: StageSettings): readonly string[] {
  const conditional = stage.arguments.filter((words) => isFor(words, settings.version));
  const words = conditional.flatMap((given) => given.words);
  if (familyOfProgram(stage.program ?? '') === 'qsd') return words;
  return [
    // QEMU takes the first -accel that works, so that of the stage, with its properties, has to come before ours.
    ...words.flatMap((word, at) => (word === '-accel' ? words.slice(at, at + 2) : [])),
    ...baseArguments(settings.accelerator),
    ...['-machine', stage.machine, '-m', stage.memory],
    ...(stage.paused ? ['-S'] : []),
    ...(stage.guest === undefined ? [] : guestArguments(stage.guest, side)),
    ...words,
  ];
}

function contextOf({ actors, settings, descriptors, captures, clients }: Scene): StepContext {
  return {
    patience: settings.patience,
    connection: (side) => actorOn(actors, side).qemu.connection,
    serial: (side) => actorOn(actors, side).serial,
    open: (descriptor) => descriptors.open(descriptor),
    captures,
    connectSpice: async (socket) => {
      clients.push(await linkSpiceClient(join(settings.dir, socket), settings.patience));
    },
  };
}

function actorOn(actors: Partial<Record<Side, Actor>>, side: Side): Actor {
  const actor = actors[side];
  if (actor === undefined) throw new SetupError(`a step on ${side}, which this stage does not have`);
  return actor;
}

async function performSteps(steps: readonly Step[], scene: Scene): Promise<void> {
  const context = contextOf(scene);
  const version = scene.settings.version;
  for (const step of steps) if (isFor(step, version)) await performStep(step, context);
}

function isFor({ releases }: { readonly releases?: string }, version: string): boolean {
  return releases === undefined || rangeHolds(parseReleaseRange(releases), version);
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
  const ends = Object.values(actors).map(({ qemu }) => qemu.exited);
  // A race is won by what is settled already: only one that has closed its monitor is waited for, as it is ending.
  if (!(error instanceof ConnectionClosed)) return Promise.race([...ends, Promise.resolve(undefined)]);
  const late = new AbortController();
  const patience = delay(END_PATIENCE, undefined, { signal: late.signal }).catch(() => undefined);
  return Promise.race([...ends, patience]).finally(() => late.abort());
}

async function asStage<Result>(
  stage: Stage,
  actors: Partial<Record<Side, Actor>>,
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw stageErrorOf(stage, error, await endOf(error, actors));
  }
}

function stageErrorOf(stage: Stage, error: unknown, end: ProcessEnd | undefined): StageError {
  const message = error instanceof Error ? error.message : String(error);
  return new StageError(`stage ${stage.name}: ${message}`, end, error);
}
