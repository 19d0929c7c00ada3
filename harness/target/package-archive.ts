import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { SetupError } from '../errors.ts';
import type { PackageSource } from './package-source.ts';
import { runProgram, type ProgramEnd, type RunOptions } from './run-program.ts';

/** A package as it was unpacked. */
export interface UnpackedPackage {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the package file, in hexadecimal; apt had checked it against the archive's signed index. */
  readonly sha256: string;
}

/** One suite of an archive, opened with an apt of its own: nothing of the machine's state is read or changed. */
export interface OpenSuite {
  readonly suite: string;
  /** Folder for apt's state and downloads. */
  readonly work: string;
  readonly signal: AbortSignal | undefined;
  /** Which index is fetched: of packages to run (by default), or of their sources. */
  readonly index?: 'deb' | 'deb-src';
}

/** What is told while a suite is worked on. */
export type SuiteProgress = (phase: SuitePhase, detail: string) => void;
export type SuitePhase = 'wait' | 'update' | 'download' | 'unpack' | 'check' | 'warning' | 'done';

/** The suite was opened, and its archive has not what was asked for: another archive may. */
export class NotOffered extends SetupError {}

/**
 * Fetches the index of a suite.
 * @throws {NotOffered} when the archive has no such suite
 * @throws {SetupError} when the archive cannot be reached, or its signature cannot be checked
 */
export async function openSuite(
  source: PackageSource,
  open: OpenSuite,
  progress: SuiteProgress,
): Promise<void> {
  writeConfiguration(source, open);
  if (source.trust.some((field) => /^trusted:\s*yes/i.test(field))) {
    progress(
      'warning',
      "signatures are not checked: the machine's own entry for this archive says Trusted: yes",
    );
  }
  progress('update', 'package index');
  const first = await runApt(open, ['update']);
  if (first.code === 0) return;
  if (!EXPIRED.test(first.stderr)) throw updateError(open.suite, first);
  progress(
    'warning',
    'the archive says that this suite is past its date; taking it as it is (Check-Valid-Until=false)',
  );
  const second = await runApt(open, ['-o', 'Acquire::Check-Valid-Until=false', 'update']);
  if (second.code !== 0) throw updateError(open.suite, second);
}

/**
 * Downloads packages (`name` or `name=version`) without what they depend on, for `unpackDownloads` to unpack.
 * @throws {NotOffered} when the suite has no such package
 * @throws {SetupError} when one cannot be fetched
 */
export async function downloadAlone(open: OpenSuite, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  const end = await runOnSuite(open, ['apt-get', 'download', ...packages], { cwd: archivesFolder(open) });
  if (end.code !== 0) throw downloadError(open.suite, end);
}

/**
 * Downloads packages with those that they depend on, except for what is there already, for `unpackDownloads` to unpack.
 * @param there names of packages
 * @throws {NotOffered} when the suite has no such package
 * @throws {SetupError} when one cannot be fetched
 */
export async function downloadMissing(
  open: OpenSuite,
  packages: readonly string[],
  there: ReadonlySet<string>,
): Promise<void> {
  if (packages.length === 0) return;
  // What is there is not told to apt, which would rather exchange it all: its choice is the same as at the first time.
  const end = await runApt(open, ['install', '--simulate', ...packages]);
  if (end.code !== 0) throw downloadError(open.suite, end);
  const missing = [...end.stdout.matchAll(/^Inst (\S+) \((\S+) /gm)].flatMap(([, name = '', version = '']) =>
    there.has(name) ? [] : [`${name}=${version}`],
  );
  await downloadAlone(open, missing);
}

function archivesFolder(open: OpenSuite): string {
  return join(open.work, 'cache', 'archives');
}

/**
 * Downloads packages with all that they depend on, down to the C library, and unpacks them into `root`.
 * @throws {NotOffered} when the suite has no such package
 * @throws {SetupError} when a download or an unpacking fails
 */
export async function unpackPackages(
  open: OpenSuite,
  packages: readonly string[],
  root: string,
  progress: SuiteProgress,
): Promise<readonly UnpackedPackage[]> {
  progress('download', packages.join(' '));
  const onLine = (line: string): void => {
    const total = /^Need to get (.*) of archives/.exec(line)?.[1];
    if (total !== undefined) progress('download', total);
  };
  const end = await runApt(open, ['install', '--download-only', ...packages], onLine);
  if (end.code !== 0) throw downloadError(open.suite, end);
  return unpackDownloads(open, root, progress);
}

/**
 * Unpacks all that was downloaded into `root`.
 * @throws {SetupError} when one cannot be unpacked
 */
export async function unpackDownloads(
  open: OpenSuite,
  root: string,
  progress: SuiteProgress,
): Promise<readonly UnpackedPackage[]> {
  const folder = archivesFolder(open);
  const files = readdirSync(folder).filter((name) => name.endsWith('.deb'));
  progress('unpack', `${files.length} packages`);
  mkdirSync(root, { recursive: true });
  return Promise.all(
    files.sort().map((file) => processors(() => unpackFile(join(folder, file), file, root, open))),
  );
}

/** Unpacking is work for the processor: more at once than there are processors slows all of them down. */
export const processors = pLimit(availableParallelism());

async function unpackFile(
  path: string,
  file: string,
  root: string,
  open: OpenSuite,
): Promise<UnpackedPackage> {
  open.signal?.throwIfAborted();
  const [sha256, end] = await Promise.all([
    sha256OfFile(path),
    runProgram(['dpkg-deb', '--extract', path, root], { signal: open.signal }),
  ]);
  open.signal?.throwIfAborted();
  if (end.code !== 0)
    throw new SetupError(`${open.suite}: dpkg-deb could not unpack ${file}: ${end.stderr.trim()}`);
  rmSync(path);
  const [name = '', version = ''] = file.split('_');
  return { name, version: version.replaceAll('%3a', ':'), sha256 };
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function runApt(
  open: OpenSuite,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<ProgramEnd> {
  const command = ['apt-get', '--assume-yes', '--no-install-recommends', ...args];
  return runOnSuite(open, command, onLine === undefined ? {} : { onLine });
}

/** Runs a program of apt on the state of an open suite. Does not throw for a bad end. */
export async function runOnSuite(
  open: OpenSuite,
  [program = '', ...args]: readonly string[],
  options: Pick<RunOptions, 'cwd' | 'onLine'> = {},
): Promise<ProgramEnd> {
  const command = [program, '-c', join(open.work, 'apt.conf'), ...args];
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const end = await runProgram(command, { ...options, signal: open.signal, env });
  open.signal?.throwIfAborted();
  return end;
}

function writeConfiguration(source: PackageSource, { suite, work, index }: OpenSuite): void {
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'sources', 'log']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  // An empty status: nothing is installed, so all libraries come along.
  writeFileSync(join(work, 'state', 'status'), '');
  const entry = [
    `Types: ${index ?? 'deb'}`,
    `URIs: ${source.uri}`,
    `Suites: ${suite}`,
    'Components: main',
    ...source.trust,
  ];
  writeFileSync(join(work, 'sources', 'archive.sources'), `${entry.join('\n')}\n`);
  writeFileSync(join(work, 'apt.conf'), configuration(work));
}

/**
 * Read after the machine's own configuration, whose proxies, certificates and credentials stay in force. What would
 * touch the machine (hooks, its state, its cache) is replaced.
 */
function configuration(work: string): string {
  const settings: [string, string][] = [
    ['Dir::State', `${work}/state/`],
    ['Dir::State::lists', 'lists/'],
    ['Dir::State::status', `${work}/state/status`],
    ['Dir::Cache', `${work}/cache/`],
    ['Dir::Cache::archives', 'archives/'],
    ['Dir::Cache::pkgcache', 'pkgcache.bin'],
    ['Dir::Cache::srcpkgcache', 'srcpkgcache.bin'],
    ['Dir::Log', `${work}/log/`],
    ['Dir::Etc::sourcelist', '/dev/null'],
    ['Dir::Etc::sourceparts', `${work}/sources/`],
    ['Dir::Etc::preferences', '/dev/null'],
    ['Dir::Etc::preferencesparts', '/dev/null'],
    ['Acquire::Languages', 'none'],
    ['Acquire::GzipIndexes', 'false'],
    ['Acquire::PDiffs', 'false'],
    ['Acquire::Retries', '2'],
    ['Acquire::AllowInsecureRepositories', 'false'],
    ['Acquire::AllowDowngradeToInsecureRepositories', 'false'],
    ['Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled', 'false'],
    ['Acquire::IndexTargets::deb::DEP-11::DefaultEnabled', 'false'],
    ['APT::Get::AllowUnauthenticated', 'false'],
    ['APT::Update::Error-Mode', 'any'],
    ['Debug::NoLocking', 'true'],
    // apt run by root would drop to a user who cannot write here.
    ...(process.getuid?.() === 0 ? [['APT::Sandbox::User', 'root'] satisfies [string, string]] : []),
  ];
  const architecture = ARCHITECTURES[process.arch];
  const only = architecture === undefined ? '' : `APT::Architectures { "${architecture}"; };\n`;
  const cleared = CLEARED.map((name) => `#clear ${name};\n`).join('');
  return cleared + only + settings.map(([name, value]) => `${name} "${value}";\n`).join('');
}

const CLEARED = [
  'APT::Architectures',
  'APT::Default-Release',
  'APT::Update::Pre-Invoke',
  'APT::Update::Post-Invoke',
  'APT::Update::Post-Invoke-Success',
  'DPkg::Pre-Invoke',
  'DPkg::Post-Invoke',
  'DPkg::Pre-Install-Pkgs',
];

/** Debian's names of node's. Indices of foreign architectures would be fetched for nothing. */
const ARCHITECTURES: Partial<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64el',
  riscv64: 'riscv64',
  s390x: 's390x',
};

const EXPIRED = /Release file .* (?:is expired|expired)/;
const UNSIGNED =
  /NO_PUBKEY|EXPKEYSIG|BADSIG|is not signed|couldn't be verified|signature verification|invalid signature/i;
const NO_SUITE = /does not have a Release file|404 +Not Found/;
const NO_PACKAGE = /Unable to locate package|has no installation candidate|not available, but is referred/;

function updateError(suite: string, end: ProgramEnd): SetupError {
  const line = firstComplaint(end);
  if (UNSIGNED.test(end.stderr)) {
    const remedy = "install the archive's current keyring package, or name its key in the entry's Signed-By";
    return new SetupError(`${suite}: the signature of the archive cannot be checked (${line}); ${remedy}`);
  }
  if (NO_SUITE.test(end.stderr)) return new NotOffered(`${suite}: the archive has no such suite (${line})`);
  return new SetupError(`${suite}: the package index could not be fetched (${line})`);
}

/** What a failed download means. */
export function downloadError(suite: string, end: ProgramEnd): SetupError {
  const line = firstComplaint(end);
  if (NO_PACKAGE.test(end.stderr)) return new NotOffered(`${suite}: not offered there (${line})`);
  return new SetupError(`${suite}: the packages could not be fetched (${line})`);
}

function firstComplaint({ stderr, code }: ProgramEnd): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((each) => /^(E|Err|W):/.test(each)) ?? lines.find((each) => each !== '');
  return line ?? `apt-get ended with status ${code ?? 'none'}`;
}
