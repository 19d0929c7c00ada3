import { SetupError } from '../errors.ts';
import { compareReleases } from '../release/compare-releases.ts';
import type { MissingTarget } from '../results/verdict.ts';
import { findQemus, probeBinary, selectRelease, type FoundQemus } from '../target/find-qemus.ts';
import { installReleases } from '../target/install-releases.ts';
import { probeAccelerators } from '../target/probe-qemu.ts';
import { POLICIES } from '../target/policies.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { describeEndpoint } from './describe-endpoint.ts';
import { describeForecasts, describeTargets } from './describe-target.ts';
import type { PlannedTarget } from './run-plan.ts';

/** The targets of a run, and those that were asked for and cannot be run. */
export interface PlannedTargets {
  readonly targets: readonly PlannedTarget[];
  readonly missing: readonly MissingTarget[];
}

/** What a user asks of the targets. */
export interface TargetRequest {
  readonly qemu: readonly string[];
  readonly release: readonly string[];
  /** Addresses of servers that run: `unix:PATH`, `tcp:HOST:PORT`. */
  readonly connect: readonly string[];
  /** Undefined: TCG, and KVM where a guest starts under it. */
  readonly accel: readonly Accelerator[] | undefined;
  /** Names of policies; each makes a further target of every binary. */
  readonly policies: readonly string[];
  /** Milliseconds. */
  readonly patience: number;
  /** Whether releases that are not there yet are installed, when no target is named. */
  readonly install: boolean;
}

/**
 * Finds the targets, starts each once and asks what it is.
 * @param say told what takes long: an installation
 * @param signal interrupts; what is half installed does not stay
 * @throws {InputError} for a name that is wrong
 * @throws {SetupError} when there is no target at all
 */
export async function planTargets(
  request: TargetRequest,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<PlannedTargets> {
  const { qemu, release, connect } = request;
  const named = qemu.length + release.length + connect.length > 0;
  const found = named ? await findNamed(request) : await findAll(request, say, signal);
  const described = await Promise.all([
    ...found.binaries.map((binary) => describe(binary, request)),
    ...connect.map((address) => planEndpoint(address, request)),
  ]);
  const targets = described.flatMap(({ targets }) => targets);
  const missing = [...found.missing, ...described.flatMap(({ missing }) => missing)];
  if (targets.length === 0) throw noTarget(missing, request);
  return { targets: withUniqueNames(targets.toSorted(byVersion)), missing };
}

/** The binaries and releases that the user named; a wrong name is told, not left out. */
async function findNamed({ qemu, release }: TargetRequest): Promise<FoundQemus> {
  const installed = release.length === 0 ? [] : readReleases(cacheFolder());
  const binaries = await Promise.all(qemu.map((path) => probeBinary(path, { origin: 'named' })));
  return {
    binaries: [...binaries, ...release.map((wanted) => binaryOfRelease(selectRelease(installed, wanted)))],
    missing: [],
  };
}

async function findAll(
  { install }: TargetRequest,
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

async function describe(binary: QemuBinary, request: TargetRequest): Promise<PlannedTargets> {
  const { available, unavailable } = await probeAccelerators(binary, binary.architecture);
  const wanted = (accelerator: Accelerator): boolean => request.accel?.includes(accelerator) ?? true;
  const missing = unavailable
    .filter(({ accelerator }) => wanted(accelerator))
    .map(({ accelerator, reason }) => ({
      name: `${binary.version} ${binary.architecture} ${accelerator}`,
      reason,
    }));
  const accelerators = available.filter(wanted);
  const plain = await describeOrTell(binary.path, () =>
    describeTargets(binary, accelerators, request.patience),
  );
  const policies = POLICIES.filter(({ name }) => request.policies.includes(name));
  const forecasts = await Promise.all(
    policies.map((policy) =>
      describeOrTell(`${binary.version} ${binary.architecture} ${policy.name}`, () =>
        describeForecasts(binary, accelerators, request.patience, policy),
      ),
    ),
  );
  const all = [plain, ...forecasts];
  return {
    targets: all.flatMap(({ targets }) => targets),
    missing: [...missing, ...all.flatMap((part) => part.missing)],
  };
}

/** A target that cannot be had is told, and the others are run. */
async function describeOrTell(
  name: string,
  describe: () => Promise<readonly PlannedTarget[]>,
): Promise<PlannedTargets> {
  try {
    return { targets: await describe(), missing: [] };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { targets: [], missing: [{ name, reason: error.message }] };
  }
}

function planEndpoint(address: string, request: TargetRequest): Promise<PlannedTargets> {
  return describeOrTell(address, async () => [await describeEndpoint(address, request.patience)]);
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

function noTarget(missing: readonly MissingTarget[], { qemu, release, connect }: TargetRequest): SetupError {
  // Who names a server wants no other.
  if (connect.length > 0 && qemu.length + release.length === 0)
    return new SetupError(missing.map(({ reason }) => reason).join('\n'));
  const reasons = missing.map(({ name, reason }) => `\n  ${name}: ${reason}`).join('');
  return new SetupError(
    `no QEMU to run on.${reasons}\nThree ways out: install the package qemu-system-x86, name a binary with --qemu PATH, or a running server with --connect ADDRESS.`,
  );
}
