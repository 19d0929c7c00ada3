import { rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
import { unpackModules } from './added-modules.ts';
import {
  checkAddedPrograms,
  choosePackages,
  dropUnwantedEmulators,
  hasProgram,
  mergeTree,
  wantedPrograms,
  type AbsentPrograms,
} from './added-programs.ts';
import { completeRelease, type Completion } from './complete-release.ts';
import { dropDocumentation } from './drop-documentation.ts';
import { ARCHITECTURES, DOCUMENTED_ARCHITECTURES, emulatorOf } from './known-programs.ts';
import { withMachineLock } from './machine-lock.ts';
import {
  downloadAlone,
  NotOffered,
  openSuite,
  sha256OfFile,
  unpackPackages,
  type SuitePhase,
  type SuiteProgress,
  type UnpackedPackage,
} from './package-archive.ts';
import { defaultSuites, findPackageSources, type PackageSource } from './package-source.ts';
import { identifyQemu } from './probe-qemu.ts';
import {
  cacheFolder,
  makePartialFolder,
  placeFolder,
  readReleases,
  releaseOfSuite,
  removePartialFolders,
  sizeOfFolder,
  writeSuite,
  type InstalledRelease,
  type ReleaseRecord,
} from './release-cache.ts';
import { programsOfRelease, surveyRelease } from './release-programs.ts';

/** `detail` is one line for a person; `done` has the version. */
export type InstallProgress = (suite: string, phase: SuitePhase, detail: string) => void;

export interface InstallOptions {
  /** The cache folder; by default the user's. */
  readonly cache?: string;
  /** Suites of the machine's archive; by default those that its system is known to have. */
  readonly suites?: readonly string[];
  /** Fetch what is installed already again, if the suite has a newer one. */
  readonly refresh?: boolean;
  /** Architectures whose emulators are wanted besides those that documented examples are about. */
  readonly architectures?: readonly string[];
  readonly onProgress?: InstallProgress;
  /** Interrupts; nothing half-done stays. */
  readonly signal?: AbortSignal;
}

/** What came of one suite. `completed`: the release was there, and got programs that it had not. */
export type SuiteOutcome =
  | {
      readonly kind: 'installed' | 'present' | 'completed';
      readonly suite: string;
      readonly release: InstalledRelease;
    }
  | {
      /** It was there, and lacks programs that could not be added. */
      readonly kind: 'incomplete';
      readonly suite: string;
      readonly release: InstalledRelease;
      readonly error: SetupError;
    }
  | { readonly kind: 'failed'; readonly suite: string; readonly error: SetupError };

const EMULATOR = 'qemu-system-x86';
const PACKAGES = [EMULATOR, 'qemu-utils'];

/**
 * Installs the QEMU of each suite into the cache, side by side, without root. A suite that is installed is left as it
 * is, without a look at the network, unless programs are wanted that it has not got yet: those are added.
 * @throws {InputError} for a suite's name that can be none, or an architecture that QEMU never had
 * @throws {SetupError} where the machine has no package configuration to go by
 */
export async function installReleases(options: InstallOptions = {}): Promise<readonly SuiteOutcome[]> {
  const cache = options.cache ?? cacheFolder();
  const suites = [...new Set(options.suites ?? defaultSuites())];
  for (const suite of suites) checkSuiteName(suite);
  for (const architecture of options.architectures ?? []) checkArchitecture(architecture);
  if (suites.length === 0)
    throw new SetupError('/etc/os-release names no release of which the archive could be asked');
  const present = new Map(suites.map((suite) => [suite, releaseOfSuite(cache, suite)]));
  const complete =
    options.refresh !== true && [...present.values()].every((release) => ifComplete(release, options));
  const sources = complete ? [] : await findPackageSources(options.signal);
  return Promise.all(
    suites.map(async (suite): Promise<SuiteOutcome> => {
      const release = options.refresh === true ? undefined : ifComplete(present.get(suite), options);
      if (release !== undefined) return { kind: 'present', suite, release };
      return installSuite({ ...options, cache, suite, sources });
    }),
  );
}

type Wanted = Pick<InstallOptions, 'architectures'>;

/** The release, where it is there with all that is wanted. */
function ifComplete(release: InstalledRelease | undefined, wanted: Wanted): InstalledRelease | undefined {
  return release === undefined || programsToAdd(release, wanted).length > 0 ? undefined : release;
}

/** What a release lacks of what is wanted. What could not be had before is tried again only where somebody names it. */
function programsToAdd(release: InstalledRelease, { architectures = [] }: Wanted): readonly string[] {
  const named = architectures.map(emulatorOf);
  return programsWanted({ architectures }).filter(
    (program) =>
      !hasProgram(release, program) && (named.includes(program) || release.absent?.[program] === undefined),
  );
}

function programsWanted({ architectures = [] }: Wanted): readonly string[] {
  return wantedPrograms([...DOCUMENTED_ARCHITECTURES, ...architectures]);
}

interface SuiteJob extends InstallOptions {
  readonly cache: string;
  readonly suite: string;
  readonly sources: readonly PackageSource[];
}

async function installSuite(job: SuiteJob): Promise<SuiteOutcome> {
  const { cache, suite, signal } = job;
  const progress: SuiteProgress = (phase, detail) => job.onProgress?.(suite, phase, detail);
  const onWait = (): void => progress('wait', 'another process is installing it');
  try {
    return await withMachineLock(`${cache}\0${suite}`, { onWait, signal }, async () => {
      // Whoever held the lock before may have done it.
      const present = job.refresh === true ? undefined : releaseOfSuite(cache, suite);
      const complete = ifComplete(present, job);
      if (complete !== undefined) return { kind: 'present', suite, release: complete };
      const attempt =
        present === undefined
          ? (source: PackageSource, work: string) => installFrom(source, work, job, progress)
          : (source: PackageSource, work: string) =>
              completeRelease(source, work, completionOf(present, job), progress);
      const release = await tryEach(job, attempt);
      progress('done', release.version);
      return { kind: present === undefined ? 'installed' : 'completed', suite, release };
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const release = job.refresh === true ? undefined : releaseOfSuite(cache, suite);
    return release === undefined
      ? { kind: 'failed', suite, error }
      : { kind: 'incomplete', suite, release, error };
  }
}

function completionOf(release: InstalledRelease, job: SuiteJob): Completion {
  const { cache, suite, signal } = job;
  return { cache, suite, signal, release, programs: programsToAdd(release, job), emulator: EMULATOR };
}

/** Asks one archive after the other; what is reported is why the most promising one failed. */
async function tryEach(
  job: SuiteJob,
  attempt: (source: PackageSource, work: string) => Promise<InstalledRelease>,
): Promise<InstalledRelease> {
  let failure: SetupError | undefined;
  removePartialFolders(job.cache, job.suite);
  for (const source of job.sources) {
    const work = makePartialFolder(job.cache, job.suite);
    try {
      return await attempt(source, work);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      if (failure === undefined || failure instanceof NotOffered) failure = error;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  throw failure ?? new SetupError(`${job.suite}: no archive to ask`);
}

async function installFrom(
  source: PackageSource,
  work: string,
  job: SuiteJob,
  progress: SuiteProgress,
): Promise<InstalledRelease> {
  const open = { suite: job.suite, work: join(work, 'apt'), signal: job.signal };
  await openSuite(source, open, progress);
  const folder = join(work, 'release');
  const root = join(folder, 'root');
  const wanted = programsWanted(job);
  const chosen = await choosePackages(open, wanted);
  await downloadAlone(open, chosen.alone);
  const packages = await unpackPackages(open, [...PACKAGES, ...chosen.packages], root, progress);
  dropUnwantedEmulators(root, wanted);
  await dropDocumentation(root);
  const into = join(work, 'modules');
  const modules = { open, packages: chosen.modules, roots: [root], there: packages, into };
  const added = await unpackModules(modules, progress);
  mergeTree(into, root);
  progress('check', 'starting it');
  const record = await describeRelease(root, {
    suite: job.suite,
    packages: [...packages, ...added.packages],
    wanted,
    absent: { ...chosen.absent, ...added.absent },
  });
  await writeFile(join(folder, 'release.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  job.signal?.throwIfAborted();
  return placeRelease(folder, record, job);
}

/** Starting the binaries is the proof that the tree is whole. */
async function describeRelease(
  root: string,
  { suite, packages, wanted, absent }: Unpacked,
): Promise<ReleaseRecord> {
  const layout = await surveyRelease(root);
  const programs = programsOfRelease(layout);
  const [identity, digest] = await Promise.all([identifyQemu(programs), sha256OfFile(programs.path)]);
  const there = wanted.filter((program) => absent[program] === undefined);
  const failed = await checkAddedPrograms(layout, identity, there);
  const missing = Object.entries(absent).filter(([program]) => !hasProgram({ root, packages }, program));
  const { libraryPath, dataPath, modulePath } = layout;
  const date = new Date().toISOString().slice(0, 10);
  return {
    ...identity,
    suite,
    digest,
    date,
    size: sizeOfFolder(root),
    libraryPath,
    dataPath,
    modulePath,
    packages,
    absent: { ...Object.fromEntries(missing), ...failed },
  };
}

/** What was unpacked for a release. */
interface Unpacked {
  readonly suite: string;
  readonly packages: readonly UnpackedPackage[];
  readonly wanted: readonly string[];
  readonly absent: AbsentPrograms;
}

/** Two suites may have the same QEMU: the one that is there stays. */
function placeRelease(folder: string, record: ReleaseRecord, job: SuiteJob): Promise<InstalledRelease> {
  const { cache, suite } = job;
  return withMachineLock(`${cache}\0release ${record.version}`, {}, async () => {
    const version = readReleases(cache).find((release) => release.version === record.version);
    const there = ifComplete(version, job);
    const same = there?.package === record.package && there.digest === record.digest;
    const place = join(cache, 'releases', record.version);
    if (!same) placeFolder(folder, place);
    await mkdir(join(cache, 'suites'), { recursive: true });
    writeSuite(cache, suite, record.version);
    return same ? there : { ...record, folder: place, root: join(place, 'root') };
  });
}

function checkArchitecture(name: string): void {
  if (ARCHITECTURES.includes(name)) return;
  throw new InputError(`architecture '${name}'; expected one of ${ARCHITECTURES.join(', ')}`);
}

/** Suites are folders of the archive and files of the cache: a name with a slash would leave both. */
function checkSuiteName(suite: string): void {
  if (/^[a-z0-9][a-z0-9+.-]*$/i.test(suite)) return;
  throw new InputError(`suite '${suite}'; expected a name such as stable`);
}
