import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { parseReleaseRange, rangeHolds } from '../release/release-range.ts';
import type { Incoming, QmpConnection } from '../qmp/connection.ts';
import { performStep, type StepContext } from '../stage/perform-step.ts';
import { stageNamed, type StageBook } from '../stage/stage-book.ts';
import type { Stage } from '../stage/stage.ts';
import { familyOfProgram } from '../target/known-programs.ts';
import { askAgent, refuseHarmfulAgent } from '../target/start-guest-agent.ts';
import type { Side, Step } from '../transcript/step.ts';
import { RecordedConnection } from './recorded-connection.ts';
import type { IsMine, WireTape } from './wire-tape.ts';

/** On what a stage is set up again. */
export interface RecordedStageSettings {
  readonly book: StageBook;
  /** Version of the target, `x.y.z`: it decides which steps are performed. */
  readonly version: string;
  readonly patience: number;
  /** Steps that the transcript adds to those of the stage. */
  readonly steps: readonly Step[];
  /** Whether the row is said to have run out of time. */
  readonly ranOut: boolean;
  /** Whether the dialogue has connections of its own, of which the first is called as the stage's. */
  readonly isCapture: boolean;
}

/** A stage as the log says it stood. */
export interface RecordedStage {
  readonly connection: QmpConnection;
  /** What came before the dialogue began. */
  readonly earlier: readonly Incoming[];
  readonly captures: ReadonlyMap<string, JsonValue>;
  readonly perform: (steps: readonly Step[]) => Promise<void>;
}

interface Scene {
  readonly tape: WireTape;
  readonly settings: RecordedStageSettings;
  readonly connections: Partial<Record<Side, QmpConnection>>;
  readonly captures: Map<string, JsonValue>;
}

/**
 * Goes through the preparation of a stage again, as `setUpStage` does, with a log in place of its QEMUs: each command
 * must have been sent, and each reply be as the stage wants it. What no monitor shows (files, images, serial ports, SPICE)
 * is not looked at.
 * @throws {Error} what `setUpStage` has as the cause of its error
 */
export async function setUpFromLog(
  stage: Stage,
  tape: WireTape,
  settings: RecordedStageSettings,
): Promise<RecordedStage> {
  const { book } = settings;
  const scene: Scene = { tape, settings, connections: {}, captures: new Map() };
  if (stage.earlier !== undefined) {
    const earlier = stageNamed(book, stage.earlier, stage.file);
    scene.connections.main = await greet(earlier, ({ connection }) => connection === 'earlier', scene);
    await performSteps(earlier.prepare, scene);
  }
  if (stage.peer !== undefined) {
    const peer = stageNamed(book, stage.peer, stage.file);
    scene.connections.peer = await greet(peer, ({ connection }) => connection === 'peer', scene);
    await performSteps(
      peer.prepare.map((step): Step => ({ ...step, on: 'peer' })),
      scene,
    );
  }
  const connection = await greet(stage, isStages(settings.isCapture), scene);
  scene.connections.main = connection;
  await performSteps([...stage.prepare, ...settings.steps], scene);
  const earlier = [connection.greeting, ...connection.drain()].filter((one) => one !== undefined);
  tape.enter(undefined);
  return { connection, earlier, captures: scene.captures, perform: (steps) => performSteps(steps, scene) };
}

function isStages(isCapture: boolean): IsMine {
  return ({ connection, phase }) => connection === 'main' && !(isCapture && phase === undefined);
}

/** The same words as those with which its program is greeted when it is started. */
async function greet(stage: Stage, isMine: IsMine, { tape, settings }: Scene): Promise<QmpConnection> {
  const connection = new RecordedConnection(tape, isMine, settings.ranOut);
  if (familyOfProgram(stage.program ?? '') === 'qga') {
    refuseHarmfulAgent(await askAgent(connection, settings.patience));
    return connection;
  }
  await connection.waitForGreeting();
  if (stage.negotiated) await connection.negotiate();
  return connection;
}

async function performSteps(steps: readonly Step[], scene: Scene): Promise<void> {
  const context = contextOf(scene);
  for (const step of steps) {
    const { releases } = step;
    if (releases !== undefined && !rangeHolds(parseReleaseRange(releases), scene.settings.version)) continue;
    if (step.kind === 'execute' || step.kind === 'until' || step.kind === 'event')
      await performStep(step, context);
  }
}

function contextOf({ connections, settings, captures }: Scene): StepContext {
  return {
    patience: settings.patience,
    connection: (side) => {
      const connection = connections[side];
      if (connection === undefined) throw new SetupError(`a step on ${side}, which this stage does not have`);
      return connection;
    },
    serial: () => undefined,
    open: () => Promise.resolve(-1),
    connectSpice: () => Promise.resolve(),
    captures,
  };
}
