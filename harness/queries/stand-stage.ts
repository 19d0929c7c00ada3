import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageStore } from '../stage/image-store.ts';
import { setUpStage, type StagedVm } from '../stage/set-up-stage.ts';
import type { Stage } from '../stage/stage.ts';
import type { StageBook } from '../stage/stage-book.ts';
import type { RecordWire } from '../results/wire-recorder.ts';
import { keepCore } from '../target/keep-core.ts';
import type { ProcessEnd } from '../results/verdict.ts';
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
  /** Where core dumps are kept, and the target that they are of; absent: they go with their stage. */
  readonly cores?: { readonly folder: string; readonly target: string };
}

/** A QEMU on its stage, in a folder of its own. */
export interface StandingStage extends Pick<StagedVm, 'earlier' | 'endDialogue'> {
  readonly main: Pick<StagedVm['main'], 'connection' | 'exited' | 'kill'>;
  /** What is known of the end of its process, with the core dump of a crash, kept as that of the command. */
  withCore(end: ProcessEnd, command: string): Promise<ProcessEnd>;
  /** Ends the QEMU and removes the folder. */
  close(): Promise<void>;
}

/** Starts a QEMU on its stage. @throws {StageError} */
export type SetUp = (record: RecordWire) => Promise<StandingStage>;

/**
 * The C library fills what is allocated, and what is freed, with this byte and its inverse (mallopt(3)): what is used
 * without being set, or after it is gone, does harm in every run, and not now and then.
 */
const ENVIRONMENT = { MALLOC_PERTURB_: '165' };

/** Starts a QEMU on a stage; it ends when the signal aborts. @throws {StageError} */
export async function standStage(
  stage: Stage,
  surroundings: StageSurroundings,
  record: RecordWire,
  signal: AbortSignal,
): Promise<StandingStage> {
  const { stages: book, cores, ...rest } = surroundings;
  const dir = await mkdtemp(join(tmpdir(), 'qmpc-'));
  const removeFolder = (): Promise<void> =>
    rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  try {
    const binary = { ...surroundings.binary, env: { ...surroundings.binary.env, ...ENVIRONMENT } };
    const vm = await setUpStage(stage, { ...rest, binary, book, dir, steps: [], record });
    const kill = (): void => void vm.main.kill();
    signal.addEventListener('abort', kill);
    if (signal.aborted) kill();
    const close = async (): Promise<void> => {
      signal.removeEventListener('abort', kill);
      await vm.tearDown();
      await removeFolder();
    };
    const withCore: StandingStage['withCore'] = async (end, command) => {
      if (cores === undefined || end.signal === null) return end;
      const core = await keepCore(dir, cores.folder, `${cores.target} ${stage.name}/${command}`);
      return core === undefined ? end : { ...end, core };
    };
    return { main: vm.main, earlier: vm.earlier, endDialogue: () => vm.endDialogue(), withCore, close };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}
