import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKnownFailures, meansKnownFailure } from '../results/apply-known-failures.ts';
import { readKnownFailuresIn, type KnownFailure } from '../results/known-failures.ts';
import { readStageBook, stageNamed, type StageBook } from '../stage/stage-book.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Level } from '../protocol/check.ts';
import { BARE_STAGE } from './perform-row.ts';
import { planBatches } from './plan-batches.ts';
import { planTargets, type TargetRequest } from './plan-targets.ts';
import { readRecordings } from './read-recordings.ts';
import type { RunPlan } from './run-plan.ts';
import { checkGlobs, selectCases, selectShard, type Shard } from './select-cases.ts';
import { couldMean, DEFAULT_SUITES, SUITES, type Suite } from './suites.ts';

/** What a user asks of a run. */
export interface RunRequest extends TargetRequest {
  /** Recordings or folders of them; the project's own where there are none. */
  readonly recordings: readonly string[];
  /** Undefined: {@link DEFAULT_SUITES}; where recordings are named, these alone. */
  readonly suites: readonly Suite[] | undefined;
  /** Folders of stages beside the project's own. */
  readonly stages: readonly string[];
  readonly grep: readonly string[];
  /** Also the project's own recordings that no target's documentation shows. */
  readonly all: boolean;
  /** The highest level of the specification suite that is held against a server. */
  readonly level: Level | undefined;
  readonly shard: Shard | undefined;
  readonly jobs: number | undefined;
  readonly out: string;
  readonly resume: boolean;
}

const KNOWN_FAILURES_FOLDER = fileURLToPath(new URL('../../recordings/known-failures/', import.meta.url));

/** How long a response, an event or a greeting may take where the user does not say, in milliseconds. */
export const PATIENCE = 10_000;

/** Rows wait for events more than they compute, so more of them than processors are under way. */
const JOBS_PER_PROCESSOR = 2;

/**
 * Reads all that a run needs and finds its targets, so that whatever is wrong is told before anything is performed.
 * @param say told what takes long: an installation
 * @param signal interrupts; what is half installed does not stay
 * @throws {InputError} for a recording, stage, expectation or word that is wrong
 * @throws {SetupError} when there is no target at all
 */
export async function planRun(
  request: RunRequest,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<RunPlan> {
  const suites = suitesOf(request);
  const { recordings, stages, knownFailures } = await readInputs(request, suites);
  const { targets, missing } = await planTargets(request, say, signal);
  const { grep, all, patience } = request;
  const documented = !all && request.recordings.length === 0;
  const columns = await planBatches(targets, {
    suites: suites.filter(
      (suite) => grep.length === 0 || grep.some((glob) => suite === 'examples' || couldMean(glob, suite)),
    ),
    recordings,
    grep,
    documented,
    settings: {
      stages,
      patience,
      cores: join(request.out, 'cores'),
      isKnown: meansKnownFailure(knownFailures),
    },
    level: request.level,
    say,
  });
  const { out, resume } = request;
  const jobs = request.jobs ?? availableParallelism() * JOBS_PER_PROCESSOR;
  return {
    columns: selectShard(selectCases(columns, grep), request.shard),
    missing,
    knownFailures,
    jobs,
    out,
    resume,
  };
}

/** A suite that a glob names need not be named twice. */
function suitesOf({ suites, recordings, grep }: RunRequest): readonly Suite[] {
  const named = SUITES.filter((suite) => grep.some((glob) => glob.startsWith(`${suite}/`)));
  const meant = suites ?? (recordings.length === 0 ? [...DEFAULT_SUITES, ...named] : ['examples']);
  return SUITES.filter((suite) => meant.includes(suite));
}

interface Inputs {
  readonly recordings: readonly Transcript[];
  readonly stages: StageBook;
  readonly knownFailures: readonly KnownFailure[];
}

async function readInputs(request: RunRequest, suites: readonly Suite[]): Promise<Inputs> {
  const [recordings, stages, knownFailures] = await Promise.all([
    suites.includes('examples') ? readRecordings(request.recordings) : [],
    readStageBook(request.stages),
    readKnownFailuresIn(KNOWN_FAILURES_FOLDER),
  ]);
  const ids = recordings.map(({ head }) => head.id);
  const others = SUITES.filter((suite) => suite !== 'examples');
  if (request.recordings.length === 0 && suites.includes('examples')) {
    const ofRecordings = knownFailures.filter(({ rows }) => !others.some((suite) => couldMean(rows, suite)));
    checkKnownFailures(ofRecordings, ids);
  }
  checkGlobs(
    request.grep,
    ids,
    others.filter((suite) => suites.includes(suite)),
  );
  for (const { head, file } of recordings) stageNamed(stages, head.stage ?? BARE_STAGE, file);
  return { recordings, stages, knownFailures };
}
