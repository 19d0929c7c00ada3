import { rm, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, SetupError } from '../errors.ts';
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
  listFolder,
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
  readonly onProgress?: InstallProgress;
  /** Interrupts; nothing half-done stays. */
  readonly signal?: AbortSignal;
}

/** What came of one suite. */
export type SuiteOutcome =
  | { readonly kind: 'installed' | 'present'; readonly suite: string; readonly release: InstalledRelease }
  | { readonly kind: 'failed'; readonly suite: string; readonly error: SetupError };

const PACKAGES = ['qemu-system-x86', 'qemu-utils'];
/** For its reference of commands, without the many packages that its start at boot depends on. */
const GUEST_AGENT = 'qemu-guest-agent';

/**
 * Installs the QEMU of each suite into the cache, side by side, without root. A suite that is installed is left as it
 * is, without a look at the network.
 * @throws {InputError} for a suite's name that can be none
 * @throws {SetupError} where the machine has no package configuration to go by
 */
export async function installReleases(options: InstallOptions = {}): Promise<readonly SuiteOutcome[]> {
  const cache = options.cache ?? cacheFolder();
  const suites = [...new Set(options.suites ?? defaultSuites())];
  for (const suite of suites) checkSuiteName(suite);
  if (suites.length === 0)
    throw new SetupError('/etc/os-release names no release of which the archive could be asked');
  const present = new Map(suites.map((suite) => [suite, releaseOfSuite(cache, suite)]));
  const complete =
    options.refresh !== true && [...present.values()].every((release) => release !== undefined);
  const sources = complete ? [] : await findPackageSources(options.signal);
  return Promise.all(
    suites.map(async (suite): Promise<SuiteOutcome> => {
      const release = options.refresh === true ? undefined : present.get(suite);
      if (release !== undefined) return { kind: 'present', suite, release };
      return installSuite({ ...options, cache, suite, sources });
    }),
  );
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
      if (present !== undefined) return { kind: 'present', suite, release: present };
      const release = await tryEach(job, progress);
      progress('done', release.version);
      return { kind: 'installed', suite, release };
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { kind: 'failed', suite, error };
  }
}

/** Asks one archive after the other; what is reported is why the most promising one failed. */
async function tryEach(job: SuiteJob, progress: SuiteProgress): Promise<InstalledRelease> {
  let failure: SetupError | undefined;
  removePartialFolders(job.cache, job.suite);
  for (const source of job.sources) {
    const work = makePartialFolder(job.cache, job.suite);
    try {
      return await installFrom(source, work, job, progress);
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
  await downloadAlone(open, GUEST_AGENT);
  const packages = await unpackPackages(open, PACKAGES, root, progress);
  await dropDocumentation(root);
  progress('check', 'starting it');
  const record = await describeRelease(root, job.suite, packages);
  await writeFile(join(folder, 'release.json'), `${JSON.stringify(record, undefined, 2)}\n`);
  job.signal?.throwIfAborted();
  return placeRelease(folder, record, job);
}

/** Nothing of it is read by QEMU, and it is a fifth of all. The reference of QMP tells of its schema: it stays. */
async function dropDocumentation(root: string): Promise<void> {
  const share = join(root, 'usr/share');
  const folders = ['doc', 'locale', 'info', 'lintian', 'bug', 'perl5', 'zoneinfo'];
  const manuals = listFolder(join(share, 'man')).filter((name) => name !== 'man7');
  const pages = listFolder(join(share, 'man/man7')).filter((name) => !QMP_REFERENCE.test(name));
  const paths = [
    ...folders,
    ...manuals.map((name) => `man/${name}`),
    ...pages.map((name) => `man/man7/${name}`),
  ];
  await Promise.all(paths.map((path) => rm(join(share, path), { recursive: true, force: true })));
}

/** qemu-qmp-ref(7), qemu-storage-daemon-qmp-ref(7) and qemu-ga-ref(7). */
const QMP_REFERENCE = /^qemu-.*-ref\.7(?:\.gz)?$/;

/** Starting the binary is the proof that the tree is whole. */
async function describeRelease(
  root: string,
  suite: string,
  packages: readonly UnpackedPackage[],
): Promise<ReleaseRecord> {
  const layout = await surveyRelease(root);
  const programs = programsOfRelease(layout);
  const [identity, digest] = await Promise.all([identifyQemu(programs), sha256OfFile(programs.path)]);
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
  };
}

/** Two suites may have the same QEMU: the one that is there stays. */
function placeRelease(
  folder: string,
  record: ReleaseRecord,
  { cache, suite }: SuiteJob,
): Promise<InstalledRelease> {
  return withMachineLock(`${cache}\0release ${record.version}`, {}, async () => {
    const there = readReleases(cache).find(({ version }) => version === record.version);
    const same = there?.package === record.package && there.digest === record.digest;
    const place = join(cache, 'releases', record.version);
    if (!same) placeFolder(folder, place);
    await mkdir(join(cache, 'suites'), { recursive: true });
    writeSuite(cache, suite, record.version);
    return same ? there : { ...record, folder: place, root: join(place, 'root') };
  });
}

/** Suites are folders of the archive and files of the cache: a name with a slash would leave both. */
function checkSuiteName(suite: string): void {
  if (/^[a-z0-9][a-z0-9+.-]*$/i.test(suite)) return;
  throw new InputError(`suite '${suite}'; expected a name such as stable`);
}
