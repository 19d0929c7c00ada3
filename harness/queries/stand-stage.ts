import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageStore } from '../stage/image-store.ts';
import { setUpStage, type StagedVm } from '../stage/set-up-stage.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageBook } from '../stage/stage-book.ts';
import type { RecordWire } from '../results/wire-recorder.ts';
import type { Accelerator, QemuPrograms } from '../target/qemu-binary.ts';

/** On what stages are set up. */
export interface StageSurroundings {
  readonly binary: QemuPrograms;
  /** `x.y.z`; it decides which conditional arguments of a stage are used. */
  readonly version: string;
  readonly accelerator: Accelerator;
  readonly stages: StageBook;
  readonly images: ImageStore;
  /** Milliseconds to wait for a greeting or a response. */
  readonly patience: number;
}

/** A QEMU on its stage, in a folder of its own. */
export interface StandingStage extends Pick<StagedVm, 'main' | 'earlier' | 'endDialogue'> {
  /** Ends the QEMU and removes the folder. */
  close(): Promise<void>;
}

/** Starts a QEMU on its stage. @throws {StageError} */
export type SetUp = (record: RecordWire) => Promise<StandingStage>;

/** Starts a QEMU on a stage; it ends when the signal aborts. @throws {StageError} */
export async function standStage(
  stage: Stage,
  surroundings: StageSurroundings,
  record: RecordWire,
  signal: AbortSignal,
): Promise<StandingStage> {
  const { stages: book, ...rest } = surroundings;
  const dir = await mkdtemp(join(tmpdir(), 'qmpc-'));
  const removeFolder = (): Promise<void> =>
    rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  try {
    const vm = await setUpStage(stage, { ...rest, book, dir, steps: [], record });
    const kill = (): void => void vm.main.kill();
    signal.addEventListener('abort', kill);
    if (signal.aborted) kill();
    const close = async (): Promise<void> => {
      signal.removeEventListener('abort', kill);
      await vm.tearDown();
      await removeFolder();
    };
    return { main: vm.main, earlier: vm.earlier, endDialogue: () => vm.endDialogue(), close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
