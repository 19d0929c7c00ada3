import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { defaultMachine } from '../stage/check-program.ts';
import { readStageBook, stageNamed, type StageBook } from '../stage/stage-book.ts';
import type { Stage } from '../stage/stage.ts';
import { ARCHITECTURES } from '../target/known-programs.ts';
import { readRecordingText } from '../transcript/read-recording-text.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { BARE_STAGE } from './perform-row.ts';
import { planTargets, type PlannedTargets, type TargetRequest } from './plan-targets.ts';
import type { PlannedTarget, RowSettings } from './run-plan.ts';
import type { Allowance } from './safety/allowances.ts';
import { refuseActs, type Safety } from './safety/refuse-acts.ts';

/** What a user asks of a replay. */
export interface ReplayRequest extends TargetRequest {
  readonly files: readonly string[];
  /** Folders of stages beside the project's own. */
  readonly stages: readonly string[];
  /** The stage to replay on, instead of that of the recording. */
  readonly stage: string | undefined;
  /** The emulator of another architecture, of the same build. */
  readonly architecture: string | undefined;
  /** Words of QEMU's command line, behind those of the stage. */
  readonly arguments: readonly string[];
  readonly allowed: ReadonlySet<Allowance>;
  /** What is made of each transcript before it is looked through for what is not allowed. */
  readonly transform?: (transcript: Transcript) => Transcript;
}

/** A transcript on a target, ready to be performed any number of times. */
export interface PlannedReplay {
  readonly transcript: Transcript;
  /** The stage that the transcript, or the user, names; undefined where neither does. */
  readonly namedStage?: string | undefined;
  readonly target: PlannedTarget;
  readonly settings: RowSettings;
  /** What its messages may ask for when they go out. */
  readonly safety: Safety;
}

/** Everything that is replayed, decided before anything of it is performed. */
export interface ReplayPlan extends Pick<PlannedTargets, 'missing'> {
  readonly replays: readonly PlannedReplay[];
}

/**
 * Reads transcripts, refuses those that ask for what is not allowed, and finds the targets.
 * @param say told what takes long
 * @throws {InputError} for a file, a stage or a word that is wrong, and for a transcript that is refused
 * @throws {SetupError} when there is no target
 */
export async function planReplay(
  request: ReplayRequest,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<ReplayPlan> {
  const read = request.files.map((file) => readAllowed(file, request));
  const book = await readStageBook(request.stages);
  checkWords(request);
  const staged = read.map(({ transcript, text }) => ({
    ...stageTranscript(transcript, request, book),
    namedStage: request.stage ?? transcript.head.stage,
    safety: { allowed: request.allowed, text },
  }));
  const { targets, missing } = await planTargets(request, say, signal);
  const settings = { patience: request.patience, cores: join('out', 'cores'), isKnown: () => true };
  return {
    missing,
    replays: staged.flatMap(({ stages, ...replay }) =>
      targets.map((target) => ({ ...replay, target, settings: { ...settings, stages } })),
    ),
  };
}

/** Removes what replays have shared. */
export async function closeReplays({ replays }: ReplayPlan): Promise<void> {
  for (const { target } of replays) if (target.venue.kind === 'qemu') await target.venue.images.remove();
}

function readAllowed(
  file: string,
  { allowed, transform = (one) => one }: ReplayRequest,
): { readonly transcript: Transcript; readonly text: string } {
  const text = readRecordingText(file);
  const transcript = transform(readTranscript(text, file));
  if (
    !transcript.messages.some(({ direction }) => direction === '->') &&
    transcript.head.provoke === undefined
  )
    throw new InputError(`${file}:1:1: no message of a client; expected at least one, such as '-> MESSAGE'`);
  refuseActs(transcript, { allowed, text });
  return { transcript, text };
}

function checkWords({ architecture, connect, arguments: words, stage }: ReplayRequest): void {
  if (architecture !== undefined && !ARCHITECTURES.includes(architecture)) {
    throw new InputError(`--architecture '${architecture}'; expected one of ${ARCHITECTURES.join(', ')}`);
  }
  const ofOurs = [
    ...(architecture === undefined ? [] : ['--architecture']),
    ...(stage === undefined ? [] : ['--stage']),
    ...(words.length === 0 ? [] : ["words behind '--'"]),
  ];
  if (connect.length > 0 && ofOurs.length > 0)
    throw new InputError(`${ofOurs.join(' and ')} with --connect; expected none: that server runs already`);
}

interface StagedTranscript {
  readonly transcript: Transcript;
  readonly stages: StageBook;
}

/** Name of a stage that is made for one replay; no file can have it. */
const MADE_STAGE = '(replay)';

/** Puts a transcript on the stage that the words ask for; its own where they ask for none. */
function stageTranscript(
  transcript: Transcript,
  request: Pick<ReplayRequest, 'stage' | 'architecture' | 'arguments'>,
  stages: StageBook,
): StagedTranscript {
  const { head, file } = transcript;
  const { architecture, arguments: words } = request;
  const name = request.stage ?? head.stage;
  const base = stageNamed(stages, name ?? BARE_STAGE, request.stage === undefined ? file : '--stage');
  if (architecture === undefined && words.length === 0)
    return { transcript: { ...transcript, head: { ...head, stage: base.name } }, stages };
  const made: Stage = {
    ...base,
    name: MADE_STAGE,
    // Who says what is started says also whether it runs.
    paused: base.paused && (words.length === 0 || name !== undefined),
    arguments: [...base.arguments, { words }],
    ...(architecture !== undefined && programOf(architecture)),
  };
  return {
    transcript: { ...transcript, head: { ...head, stage: MADE_STAGE } },
    stages: new Map([...stages, [MADE_STAGE, made]]),
  };
}

function programOf(architecture: string): Pick<Stage, 'program' | 'machine'> {
  const program = `qemu-system-${architecture}`;
  return { program, machine: defaultMachine(program) };
}
