import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { compareReleases } from '../release/compare-releases.ts';
import { comparePackageVersions } from './compare-package-versions.ts';
import { withMachineLock } from './machine-lock.ts';
import {
  NotOffered,
  openSuite,
  type OpenSuite,
  type SuitePhase,
  type SuiteProgress,
} from './package-archive.ts';
import { findPackageSources, sourceSuites, type PackageSource } from './package-source.ts';
import { applySeries, KEPT_PATHS, versionOfTree } from './qemu-source-tree.ts';
import {
  cacheFolder,
  makePartialFolder,
  placeFolder,
  removePartialFolders,
  sizeOfFolder,
} from './release-cache.ts';
import { readSource, sourceFolder, type InstalledSource, type SourceRecord } from './source-cache.ts';
import { downloadSource, listSources, unpackSource, type OfferedSource } from './source-package.ts';

/** `subject` is a suite, or a release as `QEMU 7.2`; `detail` is one line for a person; `done` has the version. */
export type SourceProgress = (subject: string, phase: SuitePhase, detail: string) => void;

export interface SourceOptions {
  /** The series whose sources are wanted: `7.2`. */
  readonly releases: readonly string[];
  /** The cache folder; by default the user's. */
  readonly cache?: string;
  /** Suites of the machine's archive; by default those that its system is known to have. */
  readonly suites?: readonly string[];
  /** Fetch what is in the cache already again. */
  readonly refresh?: boolean;
  readonly onProgress?: SourceProgress;
  /** Interrupts; nothing half-done stays. */
  readonly signal?: AbortSignal;
}

/** What came of one series. `folder` stands for the top of QEMU's tree, as far as it is kept. */
export type SourceOutcome =
  | {
      readonly kind: 'present' | 'installed';
      readonly release: string;
      readonly version: string;
      readonly folder: string;
      readonly source: InstalledSource;
    }
  | { readonly kind: 'absent'; readonly release: string; readonly reason: string };

const PACKAGE = 'qemu';

/**
 * Fetches QEMU's sources of each series into the cache: the newest version that any suite of the machine's archive has,
 * with the package's patches, and of its files those that tell of QMP (see `KEPT_PATHS`). What is in the cache is left
 * as it is, without a look at the network.
 * @throws {InputError} for what can be no series
 * @throws {SetupError} where the machine has no package configuration to go by, or where a package is broken
 */
export async function installSources(options: SourceOptions): Promise<readonly SourceOutcome[]> {
  const cache = options.cache ?? cacheFolder();
  const releases = [...new Set(options.releases)];
  for (const release of releases) checkSeries(release);
  const present = presentOnes(cache, options, releases);
  const wanted = releases.filter((release) => !present.has(release));
  const fetched = wanted.length === 0 ? present : await fetchInTurn({ ...options, cache }, wanted);
  return releases.map((release) => {
    const outcome = present.get(release) ?? fetched.get(release);
    return outcome ?? { kind: 'absent', release, reason: `${release}: no archive to ask` };
  });
}

interface SourceJob extends SourceOptions {
  readonly cache: string;
}

type Outcomes = Map<string, SourceOutcome>;

function presentOnes(cache: string, { refresh }: SourceOptions, releases: readonly string[]): Outcomes {
  const sources = releases.flatMap((release) => readSource(cache, release) ?? []);
  return new Map(
    refresh === true ? [] : sources.map((source) => [source.release, outcomeOf('present', source)]),
  );
}

function outcomeOf(kind: 'present' | 'installed', source: InstalledSource): SourceOutcome {
  const { release, version, folder } = source;
  return { kind, release, version, folder, source };
}

const OWNER = 'sources';

/** One process at a time: the index of all suites is most of the work, and serves all series. */
function fetchInTurn(job: SourceJob, wanted: readonly string[]): Promise<Outcomes> {
  const { cache, signal } = job;
  const onWait = (): void => job.onProgress?.('sources', 'wait', 'another process is fetching sources');
  return withMachineLock(`${cache}\0${OWNER}`, { onWait, signal }, async () => {
    removePartialFolders(cache, OWNER);
    // Whoever held the lock before may have done it.
    const outcomes = presentOnes(cache, job, wanted);
    const missing = (): string[] =>
      wanted.filter((release) => (outcomes.get(release)?.kind ?? 'absent') === 'absent');
    if (missing().length === 0) return outcomes;
    for (const source of await findPackageSources(signal)) {
      for (const [release, outcome] of await fetchFrom(source, job, missing())) {
        // What is reported is why the most promising archive failed.
        if (outcome.kind === 'installed' || !outcomes.has(release)) outcomes.set(release, outcome);
      }
      if (missing().length === 0) break;
    }
    return outcomes;
  });
}

async function fetchFrom(
  source: PackageSource,
  job: SourceJob,
  releases: readonly string[],
): Promise<Outcomes> {
  const work = makePartialFolder(job.cache, OWNER);
  try {
    const suites = [...new Set(job.suites ?? sourceSuites())];
    const lists = await settleAll(suites.map((suite) => listSuite(source, suite, work, job)));
    const outcomes = await settleAll(
      releases.map(async (release) => [release, await fetchRelease(release, lists, work, job)] as const),
    );
    return new Map(outcomes);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Waits for all, whatever becomes of one: their folder goes away behind them. */
async function settleAll<T>(works: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

/** What a suite lists, or why that is not known. */
interface SuiteList {
  readonly offers: readonly OfferedSource[];
  readonly failure?: string;
}

async function listSuite(
  source: PackageSource,
  suite: string,
  work: string,
  job: SourceJob,
): Promise<SuiteList> {
  const open: OpenSuite = { suite, work: join(work, `apt-${suite}`), signal: job.signal, index: 'deb-src' };
  try {
    await openSuite(source, open, (phase, detail) => job.onProgress?.(suite, phase, detail));
    return { offers: await listSources(open, PACKAGE) };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // Not every archive has every suite that others have.
    if (error instanceof NotOffered) return { offers: [] };
    job.onProgress?.(suite, 'warning', error.message);
    return { offers: [], failure: error.message };
  }
}

/** Tries the versions of a series, newest first: an archive may list files that it has no more. */
async function fetchRelease(
  release: string,
  lists: readonly SuiteList[],
  work: string,
  job: SourceJob,
): Promise<SourceOutcome> {
  const failures: string[] = [];
  for (const offer of candidates(release, lists)) {
    const folder = join(work, `${release}-${failures.length}`);
    const failure = await download(offer, folder, job);
    if (failure === undefined) return outcomeOf('installed', await unpackOffer(offer, folder, job));
    failures.push(`${offer.open.suite} lists ${offer.version}; ${failure}`);
  }
  return { kind: 'absent', release, reason: reasonOf(release, lists, failures) };
}

/** Resolves to the reason when the files cannot be had. */
async function download(offer: OfferedSource, folder: string, job: SourceJob): Promise<string | undefined> {
  try {
    await downloadSource(offer, join(folder, 'downloads'), progressOf(offer, job));
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message;
  }
}

function progressOf({ release }: OfferedSource, { onProgress }: SourceJob): SuiteProgress {
  return (phase, detail) => onProgress?.(`QEMU ${release}`, phase, detail);
}

function candidates(release: string, lists: readonly SuiteList[]): readonly OfferedSource[] {
  const offers = lists.flatMap((list) => list.offers).filter((offer) => offer.release === release);
  const versions = new Map(offers.toReversed().map((offer) => [offer.version, offer]));
  return [...versions.values()].sort((a, b) => comparePackageVersions(b.version, a.version));
}

function reasonOf(release: string, lists: readonly SuiteList[], failures: readonly string[]): string {
  const listed = [...new Set(lists.flatMap((list) => list.offers.map((offer) => offer.release)))];
  const there = listed.length === 0 ? 'none is' : `there are ${listed.sort(compareReleases).join(', ')}`;
  const reasons = failures.length > 0 ? failures : [`no suite lists its sources (${there})`];
  const unknown = lists.flatMap((list) => list.failure ?? []);
  return `QEMU ${release}: ${[...reasons, ...unknown].join('; ')}`;
}

/** @throws {SetupError} when the package is broken, or its patches do not fit: that is no reason to take an older one */
async function unpackOffer(offer: OfferedSource, folder: string, job: SourceJob): Promise<InstalledSource> {
  try {
    return await placeSource(offer, folder, job);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${PACKAGE} ${offer.version}: ${error.message}`, { cause: error });
  }
}

async function placeSource(offer: OfferedSource, folder: string, job: SourceJob): Promise<InstalledSource> {
  const { signal } = job;
  const progress = progressOf(offer, job);
  const downloads = join(folder, 'downloads');
  const tree = join(folder, 'tree');
  const packagers = join(folder, 'packagers');
  progress('unpack', offer.version);
  await settleAll([
    unpackSource(downloads, 'orig', KEPT_PATHS, tree, signal),
    unpackSource(downloads, 'debian', ['patches'], packagers, signal),
  ]);
  await rm(downloads, { recursive: true });
  progress('check', 'applying its patches');
  const patches = applySeries(tree, join(packagers, 'patches'));
  const record = describeSource(offer, tree, patches);
  await writeFile(join(tree, 'source.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  signal?.throwIfAborted();
  const place = sourceFolder(job.cache, offer.release);
  placeFolder(tree, place);
  progress('done', record.version);
  return { ...record, folder: place };
}

function describeSource(offer: OfferedSource, tree: string, patches: readonly string[]): SourceRecord {
  return {
    release: offer.release,
    version: versionOfTree(tree),
    package: offer.version,
    suite: offer.open.suite,
    date: new Date().toISOString().slice(0, 10),
    size: sizeOfFolder(tree),
    files: offer.files,
    patches,
  };
}

function checkSeries(release: string): void {
  if (/^[0-9]{1,4}\.[0-9]{1,4}$/.test(release)) return;
  throw new InputError(`release '${release}'; expected a series such as 7.2`);
}
