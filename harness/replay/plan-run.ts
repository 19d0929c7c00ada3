import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { checkConditions, checkKnownFailures, meansKnownFailure } from '../results/apply-known-failures.ts';
import type { Durations } from '../results/durations.ts';
import { KNOWN_FAILURES_FOLDER } from '../results/known-failures.ts';
import { joinExpectations, readExpectations, type Expectations } from '../results/expectation-files.ts';
import { shippedReleases } from '../json-schema/load-schema.ts';
import { readStageBook, stageNamed, type StageBook } from '../stage/stage-book.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Level } from '../protocol/check.ts';
import { BARE_STAGE } from './perform-row.ts';
import { planBatches } from './plan-batches.ts';
import { planTargets, type TargetRequest } from './plan-targets.ts';
import { readRecordings } from './read-recordings.ts';
import type { FailedRun, PlannedColumn, RunPlan } from './run-plan.ts';
import { checkGlobs, selectCases } from './select-cases.ts';
import { selectFailed } from './select-failed.ts';
import { selectShard, type Shard } from './select-shard.ts';
import { couldMean, DEFAULT_SUITES, SUITES, suiteOfRow, type Suite } from './suites.ts';

/** What a user asks of a run. */
export interface RunRequest extends TargetRequest {
  /** Recordings or folders of them; the project's own where there are none. */
  readonly recordings: readonly string[];
  /** Undefined: {@link DEFAULT_SUITES}; where recordings are named, these alone. */
  readonly suites: readonly Suite[] | undefined;
  /** Folders of stages beside the project's own. */
  readonly stages: readonly string[];
  /** Files and folders of expectations beside the project's own. */
  readonly expectations?: readonly string[];
  readonly grep: readonly string[];
  /** Also the project's own recordings that no target's documentation shows. */
  readonly all: boolean;
  /** The highest level of the specification suite that is held against a server. */
  readonly level: Level | undefined;
  readonly shard: Shard | undefined;
  /** By what the parts of a run are made to take about the same time. */
  readonly durations: Durations;
  /** Only what had failed, by the name of the target; nothing of these is left out for want of a document. */
  readonly failed: ReadonlyMap<string, FailedRun> | undefined;
  readonly jobs: number | undefined;
  readonly out: string;
  readonly resume: boolean;
}

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
  const { recordings, stages, knownFailures, own, files } = await readInputs(request, suites);
  const { targets, missing } = await planTargets(request, say, signal);
  checkConditions(knownFailures, [...shippedReleases(), ...targets.map(({ facts }) => facts.version)]);
  const { all, patience, failed } = request;
  // What had failed must all be there before a glob takes anything away: what is not is told.
  const grep = failed === undefined ? request.grep : [];
  const documented = !all && request.recordings.length === 0 && failed === undefined;
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
  checkOwn(own.entries, request, suites, [...recordings.map(({ head }) => head.id), ...rowsOf(columns)]);
  const { out, resume } = request;
  const jobs = request.jobs ?? availableParallelism() * JOBS_PER_PROCESSOR;
  const meant = failed === undefined ? columns : selectFailed(columns, failed);
  return {
    ...selectPart(selectCases(meant, request.grep), request),
    missing,
    knownFailures,
    expectations: files,
    jobs,
    out,
    resume,
    ...(failed !== undefined && { failed }),
  };
}

function selectPart(
  columns: readonly PlannedColumn[],
  { shard, durations }: RunRequest,
): Pick<RunPlan, 'columns' | 'shard'> {
  if (shard === undefined) return { columns };
  const selected = selectShard(columns, shard, durations);
  return { columns: selected.columns, shard: selected.facts };
}

/** A suite that a glob names need not be named twice. */
function suitesOf({ suites, recordings, grep, failed }: RunRequest): readonly Suite[] {
  if (failed !== undefined) {
    const rows = [...failed.values()].flatMap(({ red }) => [...red.keys()]);
    return SUITES.filter((suite) => rows.some((row) => suiteOfRow(row) === suite));
  }
  const named = SUITES.filter((suite) => grep.some((glob) => glob.startsWith(`${suite}/`)));
  const meant = suites ?? (recordings.length === 0 ? [...DEFAULT_SUITES, ...named] : ['examples']);
  return SUITES.filter((suite) => meant.includes(suite));
}

interface Inputs {
  readonly recordings: readonly Transcript[];
  readonly stages: StageBook;
  readonly knownFailures: Expectations['entries'];
  readonly files: Expectations['files'];
  /** The user's. */
  readonly own: Expectations;
}

async function readInputs(request: RunRequest, suites: readonly Suite[]): Promise<Inputs> {
  const [recordings, stages, projects, ...users] = await Promise.all([
    suites.includes('examples') ? readRecordings(request.recordings) : [],
    readStageBook(request.stages),
    readExpectations(KNOWN_FAILURES_FOLDER),
    ...(request.expectations ?? []).map(readExpectations),
  ]);
  const own = joinExpectations(users);
  const { entries: knownFailures, files } = joinExpectations([projects, own]);
  const ids = recordings.map(({ head }) => head.id);
  const others = SUITES.filter((suite) => suite !== 'examples');
  if (request.recordings.length === 0 && suites.includes('examples')) {
    const ofRecordings = projects.entries.filter(
      ({ rows }) => !others.some((suite) => couldMean(rows, suite)),
    );
    checkKnownFailures(ofRecordings, ids);
  }
  checkGlobs(
    request.grep,
    ids,
    others.filter((suite) => suites.includes(suite)),
  );
  for (const { head, file } of recordings) stageNamed(stages, head.stage ?? BARE_STAGE, file);
  return { recordings, stages, knownFailures, files, own };
}

/**
 * The user's expectations must mean rows, too. Of a suite that is not run, or only in part, nobody knows the rows; and
 * who runs single recordings does not take the other expectations out of a file.
 */
function checkOwn(
  entries: Expectations['entries'],
  { recordings, grep }: RunRequest,
  suites: readonly Suite[],
  rows: readonly string[],
): void {
  if (recordings.length > 0 && recordings.every((path) => path.endsWith('.qmp'))) return;
  const whole = SUITES.filter(
    (suite) => suites.includes(suite) && (suite === 'examples' || grep.length === 0),
  );
  const others = SUITES.filter((suite) => !whole.includes(suite));
  const known = entries.filter(({ rows: glob }) => !others.some((suite) => couldMean(glob, suite)));
  if (whole.includes('examples')) checkKnownFailures(known, rows);
}

function rowsOf(columns: readonly PlannedColumn[]): readonly string[] {
  return columns.flatMap(({ batches }) => batches.flatMap(({ rows }) => rows));
}
