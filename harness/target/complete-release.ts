import { join } from 'node:path';
import { unpackModules } from './added-modules.ts';
import {
  checkAddedPrograms,
  choosePackages,
  dropUnwantedEmulators,
  mergeTree,
  type AbsentPrograms,
} from './added-programs.ts';
import { dropDocumentation } from './drop-documentation.ts';
import { withMachineLock } from './machine-lock.ts';
import {
  downloadAlone,
  downloadMissing,
  openSuite,
  unpackDownloads,
  type SuiteProgress,
} from './package-archive.ts';
import { nameOfPinned } from './package-index.ts';
import type { PackageSource } from './package-source.ts';
import { sizeOfFolder, writeRelease, type InstalledRelease } from './release-cache.ts';
import { surveyRelease } from './release-programs.ts';

/** What is to be added to an installed release. */
export interface Completion {
  readonly cache: string;
  readonly suite: string;
  readonly release: InstalledRelease;
  /** File names of the programs, and of the module of SPICE. */
  readonly programs: readonly string[];
  /** The package of the release's own emulator. */
  readonly emulator: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds programs and modules to an installed release, of the same version; nothing else of it is changed.
 * @throws {SetupError} when the archive cannot be read, or a package of it
 */
export async function completeRelease(
  source: PackageSource,
  work: string,
  { cache, suite, release, programs, emulator, signal }: Completion,
  progress: SuiteProgress,
): Promise<InstalledRelease> {
  const open = { suite, work: join(work, 'apt'), signal };
  await openSuite(source, open, progress);
  const version = release.packages.find(({ name }) => name === emulator)?.version;
  const chosen = await choosePackages(open, programs, version);
  progress('download', programs.join(' '));
  // Of a package that was there some programs were dropped: it is fetched again.
  const again = new Set(chosen.packages.map(nameOfPinned));
  const there = release.packages.map(({ name }) => name).filter((name) => !again.has(name));
  await downloadMissing(open, chosen.packages, new Set(there));
  await downloadAlone(open, chosen.alone);
  const addition = join(work, 'addition');
  const unpacked = await unpackDownloads(open, addition, progress);
  dropUnwantedEmulators(addition, programs);
  await dropDocumentation(addition);
  const into = join(work, 'modules');
  const known = [...release.packages, ...unpacked];
  const roots = [release.root, addition];
  const modules = await unpackModules(
    { open, packages: chosen.modules, roots, there: known, into },
    progress,
  );
  const packages = [...unpacked, ...modules.packages];
  const absent = { ...chosen.absent, ...modules.absent };
  signal?.throwIfAborted();
  progress('check', 'starting them');
  return withMachineLock(`${cache}\0release ${release.version}`, {}, async () => {
    mergeTree(addition, release.root);
    mergeTree(into, release.root);
    const { root, ...paths } = await surveyRelease(release.root);
    const added = programs.filter((program) => absent[program] === undefined);
    const failed = await checkAddedPrograms({ root, ...paths }, release, added);
    const completed = {
      ...release,
      ...paths,
      packages: [
        ...release.packages.filter(({ name }) => !packages.some((each) => each.name === name)),
        ...packages,
      ],
      absent: { ...without(release.absent ?? {}, programs), ...absent, ...failed },
      size: sizeOfFolder(root),
    };
    writeRelease(completed);
    return completed;
  });
}

function without(absent: AbsentPrograms, programs: readonly string[]): AbsentPrograms {
  return Object.fromEntries(Object.entries(absent).filter(([program]) => !programs.includes(program)));
}
