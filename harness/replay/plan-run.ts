import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InputError, SetupError } from '../errors.ts';
import { checkKnownFailures } from '../results/apply-known-failures.ts';
import { readKnownFailuresIn, type KnownFailure } from '../results/known-failures.ts';
import type { MissingTarget } from '../results/verdict.ts';
import { readStageBook, stageNamed, type StageBook } from '../stage/stage-book.ts';
import { findQemus, probeBinary, selectRelease, type FoundQemus } from '../target/find-qemus.ts';
import { installReleases } from '../target/install-releases.ts';
import { probeAccelerators } from '../target/probe-qemu.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { compareReleases } from '../release/compare-releases.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { describeEndpoint } from './describe-endpoint.ts';
import { describeTargets } from './describe-target.ts';
import { BARE_STAGE } from './perform-row.ts';
import { readRecordings } from './read-recordings.ts';
import type { PlannedTarget, RunPlan } from './run-plan.ts';
import { selectDocumented } from './select-documented.ts';
import { compileFilter, selectRows, selectShard, type CaseFilter, type Shard } from './select-rows.ts';

/** What a user asks of a run. */
export interface RunRequest {
  /** Recordings or folders of them; the project's own where there are none. */
  readonly recordings: readonly string[];
  /** Folders of stages beside the project's own. */
  readonly stages: readonly string[];
  readonly qemu: readonly string[];
  readonly release: readonly string[];
  /** Addresses of servers that run: `unix:PATH`, `tcp:HOST:PORT`. */
  readonly connect: readonly string[];
  /** Undefined: TCG, and KVM where a guest starts under it. */
  readonly accel: readonly Accelerator[] | undefined;
  readonly grep: readonly string[];
  /** Also the project's own recordings that no target's documentation shows. */
  readonly all: boolean;
  readonly shard: Shard | undefined;
  readonly jobs: number | undefined;
  /** Milliseconds. */
  readonly patience: number;
  readonly out: string;
  readonly resume: boolean;
  /** Whether releases that are not there yet are installed, when no target is named. */
  readonly install: boolean;
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
  const [recordings, stages, knownFailures] = await Promise.all([
    readRecordings(request.recordings),
    readStageBook(request.stages),
    readKnownFailuresIn(KNOWN_FAILURES_FOLDER),
  ]);
  if (request.recordings.length === 0) {
    checkKnownFailures(
      knownFailures,
      recordings.map(({ head }) => head.id),
    );
  }
  for (const { head, file } of recordings) stageNamed(stages, head.stage ?? BARE_STAGE, file);
  const meantRows = selectRows(recordings, request.grep);
  const { targets, missing } = await planTargets(request, say, signal);
  const selected = selectWhatIsDocumented(meantRows, recordings, targets, request, say);
  const names = targets.map(({ facts }) => facts.name);
  const meant = compileFilter(request.grep, selected, names);
  const rows = selectShard(selected, request.shard);
  return planOf(request, { rows, meant, stages, knownFailures, targets, missing });
}

/** Recordings that a user names are all meant. */
function selectWhatIsDocumented(
  rows: readonly Transcript[],
  corpus: readonly Transcript[],
  targets: readonly PlannedTarget[],
  { all, recordings }: RunRequest,
  say: (line: string) => void,
): readonly Transcript[] {
  if (all || recordings.length > 0) return rows;
  const versions = targets.map(({ facts }) => facts.version);
  const documented = selectDocumented(rows, versions, corpus);
  const left = rows.length - documented.length;
  if (documented.length === 0) {
    throw new InputError(
      `${left === 1 ? '1 row is' : `${left} rows are`} meant, and documented in none of ${versions.join(', ')}; expected --all, which runs what only other releases document`,
    );
  }
  if (left > 0)
    say(
      `${left} of ${rows.length} rows are documented in other releases only and left out; --all runs them too`,
    );
  return documented;
}

function planOf(
  request: RunRequest,
  parts: {
    readonly rows: readonly Transcript[];
    readonly meant: CaseFilter;
    readonly stages: StageBook;
    readonly knownFailures: readonly KnownFailure[];
    readonly targets: readonly PlannedTarget[];
    readonly missing: readonly MissingTarget[];
  },
): RunPlan {
  const { out, resume, patience } = request;
  return {
    ...parts,
    out,
    resume,
    patience,
    jobs: request.jobs ?? availableParallelism() * JOBS_PER_PROCESSOR,
  };
}

interface Targets {
  readonly targets: readonly PlannedTarget[];
  readonly missing: readonly MissingTarget[];
}

async function planTargets(
  request: RunRequest,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<Targets> {
  const { qemu, release, connect } = request;
  const named = qemu.length + release.length + connect.length > 0;
  const found = named ? await findNamed(request) : await findAll(request, say, signal);
  const described = await Promise.all([
    ...found.binaries.map((binary) => describe(binary, request)),
    ...connect.map((address) => planEndpoint(address, request)),
  ]);
  const targets = described.flatMap(({ targets }) => targets);
  const missing = [...found.missing, ...described.flatMap(({ missing }) => missing)];
  if (targets.length === 0) throw noTarget(missing);
  return { targets: withUniqueNames(targets.toSorted(byVersion)), missing };
}

/** The binaries and releases that the user named; a wrong name is told, not left out. */
async function findNamed({ qemu, release }: RunRequest): Promise<FoundQemus> {
  const installed = release.length === 0 ? [] : readReleases(cacheFolder());
  const binaries = await Promise.all(qemu.map((path) => probeBinary(path, { origin: 'named' })));
  return {
    binaries: [...binaries, ...release.map((wanted) => binaryOfRelease(selectRelease(installed, wanted)))],
    missing: [],
  };
}

async function findAll(
  { install }: RunRequest,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<FoundQemus> {
  const failed = install ? await installMissing(say, signal) : [];
  signal?.throwIfAborted();
  const { binaries, missing } = await findQemus();
  return { binaries, missing: [...failed, ...missing] };
}

/** Installs what the archives offer; what is there already costs no look at the network. */
async function installMissing(
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<readonly MissingTarget[]> {
  const outcomes = await installReleases({
    onProgress: (suite, phase, detail) => say(`${suite}: ${phase} ${detail}`.trim()),
    ...(signal && { signal }),
  });
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'failed' ? [{ name: `QEMU of ${outcome.suite}`, reason: outcome.error.message }] : [],
  );
}

async function describe(binary: QemuBinary, request: RunRequest): Promise<Targets> {
  const { available, unavailable } = await probeAccelerators(binary, binary.architecture);
  const wanted = (accelerator: Accelerator): boolean => request.accel?.includes(accelerator) ?? true;
  const missing = unavailable
    .filter(({ accelerator }) => wanted(accelerator))
    .map(({ accelerator, reason }) => ({
      name: `${binary.version} ${binary.architecture} ${accelerator}`,
      reason,
    }));
  try {
    const targets = await describeTargets(binary, available.filter(wanted), request.patience);
    return { targets, missing };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { targets: [], missing: [...missing, { name: binary.path, reason: error.message }] };
  }
}

async function planEndpoint(address: string, request: RunRequest): Promise<Targets> {
  try {
    return { targets: [await describeEndpoint(address, request.patience)], missing: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { targets: [], missing: [{ name: address, reason: error.message }] };
  }
}

function byVersion(a: PlannedTarget, b: PlannedTarget): number {
  return compareReleases(a.facts.version, b.facts.version) || (a.facts.name < b.facts.name ? 1 : -1);
}

/** Two builds of one version are two columns, told apart by their binary's digest. */
function withUniqueNames(targets: readonly PlannedTarget[]): readonly PlannedTarget[] {
  const seen = new Set<string>();
  return targets.map((target) => {
    const { name, digest = '' } = target.facts;
    const unique = seen.has(name) ? `${name} ${digest.slice(0, 8)}` : name;
    seen.add(unique);
    return { ...target, facts: { ...target.facts, name: unique } };
  });
}

function noTarget(missing: readonly MissingTarget[]): SetupError {
  const reasons = missing.map(({ name, reason }) => `\n  ${name}: ${reason}`).join('');
  return new SetupError(
    `no QEMU to run on.${reasons}\nThree ways out: install the package qemu-system-x86, name a binary with --qemu PATH, or a running server with --connect ADDRESS.`,
  );
}
