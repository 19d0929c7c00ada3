import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../errors.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import { findOnPath } from './child-process.ts';
import { splitVersion } from './compare-package-versions.ts';
import {
  downloadError,
  processors,
  runOnSuite,
  type OpenSuite,
  type SuiteProgress,
} from './package-archive.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';
import type { FetchedFile } from './source-cache.ts';

/** A version of a source package that an open suite lists. */
export interface OfferedSource {
  readonly open: OpenSuite;
  readonly name: string;
  readonly version: string;
  /** The series of the software in it, `7.2` of `1:7.2+dfsg-7+deb12u18`. */
  readonly release: string;
  readonly files: readonly FetchedFile[];
}

/** All versions of a source package that a suite lists: some suites keep several. */
export async function listSources(open: OpenSuite, name: string): Promise<readonly OfferedSource[]> {
  const { stdout } = await runOnSuite(open, ['apt-cache', 'showsrc', '--only-source', name]);
  return stdout.split(/\n{2,}/).flatMap((record) => {
    const field = (key: string): string | undefined => new RegExp(`^${key}: *(\\S+)$`, 'm').exec(record)?.[1];
    const version = field('Version');
    if (version === undefined || field('Package') !== name) return [];
    const release = seriesOfRelease(/^[0-9.]*[0-9]/.exec(splitVersion(version).upstream)?.[0] ?? '');
    return [{ open, name, version, release, files: filesOfRecord(record) }];
  });
}

/** The lines ` sha256 size name` of the field `Checksums-Sha256`. */
function filesOfRecord(record: string): FetchedFile[] {
  const lines = /^Checksums-Sha256: *\n((?: .*(?:\n|$))*)/m.exec(record)?.[1] ?? '';
  return [...lines.matchAll(/^ ([0-9a-f]{64}) [0-9]+ (\S+)$/gm)].map((match) => ({
    name: match[2] ?? '',
    sha256: match[1] ?? '',
  }));
}

/**
 * Downloads the files of a source package into a folder. apt checks them against the signed index.
 * @throws {SetupError} when one cannot be fetched
 */
export async function downloadSource(
  source: OfferedSource,
  folder: string,
  progress: SuiteProgress,
): Promise<void> {
  const { open, name, version } = source;
  mkdirSync(folder, { recursive: true });
  progress('download', version);
  const onLine = (line: string): void => {
    const total = /^Need to get (.*) of source archives/.exec(line)?.[1];
    if (total !== undefined) progress('download', `${version}, ${total}`);
  };
  const command = ['apt-get', '--assume-yes', '--only-source', '--download-only', 'source'];
  const end = await runOnSuite(open, [...command, `${name}=${version}`], { cwd: folder, onLine });
  if (end.code !== 0) throw downloadError(open.suite, end);
}

/** The parts of a source package: the software as its makers gave it out, and what the packagers put beside it. */
export type SourcePart = 'orig' | 'debian';

/**
 * Unpacks what `paths` name (files, and folders with all that is in them) of one part of a downloaded source package.
 * The part's top folder, which packagers name as they like, is left out. A path that is not there is no mistake.
 * @throws {SetupError} when the part is missing or broken
 */
export async function unpackSource(
  downloads: string,
  part: SourcePart,
  paths: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const pattern = part === 'orig' ? /\.orig\.tar\.[a-z0-9]+$/ : /\.debian\.tar\.[a-z0-9]+$/;
  const archive = readdirSync(downloads).find((name) => pattern.test(name));
  if (archive === undefined) throw new SetupError(`no ${part} archive; expected a package of format 3.0`);
  mkdirSync(folder, { recursive: true });
  const path = join(downloads, archive);
  const patterns = paths.map((each) => `*/${each}`);
  const where = ['--extract', `--file=${path}`, `--directory=${folder}`, '--strip-components=1'];
  const how = [`--use-compress-program=${DECOMPRESS}`, '--no-same-owner', '--anchored', '--wildcards'];
  const command = ['tar', ...where, ...how, '--no-wildcards-match-slash', '--', ...patterns];
  const env = { ...process.env, LC_ALL: 'C', APT_HELPER: findHelper(), ARCHIVE: path };
  const end = await processors(() => runProgram(command, { signal, env }));
  signal?.throwIfAborted();
  const complaint = complaintOf(end);
  if (complaint !== undefined) throw new SetupError(`${archive} cannot be unpacked (${complaint})`);
}

/**
 * What tar has decompress its archive. apt's own program does it for all formats of apt, also where xz is missing, but
 * wants a file's name; tar would put an option behind.
 */
const DECOMPRESS = `sh -c 'exec "$APT_HELPER" cat-file "$ARCHIVE"'`;
/** tar's status for everything that it did not do, paths that are not there among it. */
const TAR_INCOMPLETE = 2;

function complaintOf({ code, stderr }: ProgramEnd): string | undefined {
  const line = stderr.split('\n').find((each) => each !== '' && !ABSENT.test(each));
  if (line !== undefined) return line;
  return code === 0 || code === TAR_INCOMPLETE ? undefined : `tar ended with status ${code ?? 'none'}`;
}

const ABSENT = /: Not found in archive$|: Exiting with failure status due to previous errors$/;

function findHelper(): string {
  const file = findOnPath('apt-helper') ?? '/usr/lib/apt/apt-helper';
  if (!existsSync(file)) throw new SetupError(`${file}: no such program; expected the one of apt`);
  return file;
}
