import type { Command } from 'commander';
import { InputError, SetupError } from '../errors.ts';
import type { SuiteOutcome } from '../target/install-releases.ts';
import type { MissingTarget } from '../results/verdict.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import type { InstalledSource } from '../target/source-cache.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import { printJson } from './print-json.ts';
import { EXIT_SETUP, tell } from './qemu-output.ts';
import { fetchSources, SOURCES_HELP } from './qemu-sources.ts';

/** Adds `qemu install`, `qemu sources`, `qemu list`, `qemu launcher` and `qemu remove`. */
export function addQemuCommand(program: Command): void {
  const qemu = program
    .command('qemu')
    .description('install, list and remove the QEMU releases to run against, and fetch their sources');
  qemu
    .command('install')
    .description(
      "install the QEMU releases that this machine's package archive offers, side by side, without root",
    )
    .option('--suite <name...>', 'suites to install besides the known ones (with --only: instead of them)')
    .option('--only', 'install only the suites named with --suite')
    .option('--refresh', 'fetch again what is installed, if the suite has a newer one')
    .option(
      '--architecture <name>',
      'add the emulator of this architecture, as in s390x; repeatable',
      collect,
      [],
    )
    .option('--json', 'print what was installed as JSON')
    .addHelpText('after', INSTALL_HELP)
    .action(install);
  qemu
    .command('sources')
    .argument('[series...]', 'series of QEMU, such as 7.2; by default those of the installed releases')
    .description(
      "fetch QEMU's schema sources, documentation and schema tests, for schema build, schema diff and examples",
    )
    .option('--refresh', 'fetch again what is there already')
    .option('--json', 'print what was fetched as JSON')
    .addHelpText('after', SOURCES_HELP)
    .action(fetchSources);
  qemu
    .command('list')
    .description(
      'list the QEMUs that a run would use: installed releases, and the one on PATH; and the sources',
    )
    .option('--json', 'print them as JSON')
    .action(list);
  qemu
    .command('launcher')
    .argument('<release>', 'a version (7.2.22) or a series of which one is installed (7.2)')
    .description(
      'write a shell script that starts an installed release, for whoever wants a QEMU as a program',
    )
    .option('--program <name>', 'another program of it, as qemu-img', 'qemu-system-x86_64')
    .requiredOption('-o, --out <file>', 'the script that is written')
    .addHelpText('after', LAUNCHER_HELP)
    .action(launch);
  qemu
    .command('remove')
    .argument('<release>', 'a version (7.2.22) or a series of which one is installed (7.2)')
    .description('remove an installed release')
    .option('--sources', 'remove the sources of it, and not the release itself')
    .action(remove);
}

const LAUNCHER_HELP = `
Examples:
  qmp-conformance qemu launcher 10.0 -o ./qemu
  qmp-conformance qemu launcher 7.2 --program qemu-img -o ./qemu-img
`;

const INSTALL_HELP = `
The archive, its keys and proxies are those of the machine's apt configuration, of which nothing is changed. On Debian
the suites are oldoldstable, oldstable, stable and testing, elsewhere the machine's own. Each release is unpacked with
all its libraries, some 150 MB, into $QMP_CONFORMANCE_CACHE, or else into qmp-conformance in your cache folder
($XDG_CACHE_HOME or ~/.cache). What is installed already is left alone, without a look at the network.

With each release come its storage daemon, its guest agent, SPICE (some 20 MB where it is in a package of its own), and
the emulators of the architectures that documented examples are about: aarch64, ppc64 and s390x, some 60 MB more.
--architecture adds others. A release that is installed and lacks one of these gets it, of the same version; nothing
else of it is fetched again.

Examples:
  qmp-conformance qemu install                       all known suites, in parallel
  qmp-conformance qemu install --suite unstable      these, and unstable
  qmp-conformance qemu install --only --suite stable
  qmp-conformance qemu install --refresh             after a point release
  qmp-conformance qemu install --architecture riscv64 --architecture mips64el
`;

interface InstallWords {
  readonly suite?: readonly string[];
  readonly only?: true;
  readonly refresh?: true;
  readonly architecture: readonly string[];
  readonly json?: true;
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, ...value.split(',')];
}

async function install(words: InstallWords): Promise<void> {
  const { installReleases } = await import('../target/install-releases.ts');
  const { defaultSuites } = await import('../target/package-source.ts');
  if (words.only === true && words.suite === undefined)
    throw new InputError('--only: no suites; expected --suite NAME');
  const suites = [...(words.only === true ? [] : defaultSuites()), ...(words.suite ?? [])];
  const refresh = words.refresh === true;
  const outcomes = await interruptible((signal) =>
    installReleases({ suites, refresh, architectures: words.architecture, signal, onProgress: tell }),
  );
  if (outcomes === undefined) {
    process.stderr.write('qmp-conformance: interrupted; releases that were finished are installed\n');
    process.exitCode = EXIT_INTERRUPTED;
    return;
  }
  if (outcomes.every(({ kind }) => kind === 'failed')) throw nothingInstalled(outcomes);
  if (words.json === true) printJson(outcomes.map(describeOutcome));
  else for (const outcome of outcomes) printOutcome(outcome);
  if (outcomes.some(({ kind }) => kind === 'failed' || kind === 'incomplete')) process.exitCode = EXIT_SETUP;
}

function nothingInstalled(outcomes: readonly SuiteOutcome[]): SetupError {
  const reasons = outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? [outcome.error.message] : []));
  const ways = [
    "install your system's QEMU package (qemu-system-x86 or alike), which is then found on PATH",
    'name a binary with run --qemu PATH',
    'connect to a running QEMU with run --connect unix:PATH or tcp:HOST:PORT',
  ];
  const lines = [...reasons.map((reason) => `  ${reason}`), 'ways out:', ...ways.map((way) => `  - ${way}`)];
  return new SetupError(`no QEMU could be installed:\n${lines.join('\n')}`);
}

function describeOutcome(outcome: SuiteOutcome): object {
  const { suite, kind } = outcome;
  if (outcome.kind === 'failed') return { suite, outcome: kind, reason: outcome.error.message };
  const reason = outcome.kind === 'incomplete' ? { reason: outcome.error.message } : {};
  const { version, package: packaged, digest, date, size, folder, absent = {} } = outcome.release;
  return { suite, outcome: kind, version, package: packaged, digest, date, size, folder, absent, ...reason };
}

function printOutcome(outcome: SuiteOutcome): void {
  if (outcome.kind === 'failed') {
    process.stderr.write(`qmp-conformance: ${outcome.error.message}\n`);
    return;
  }
  const { version, package: packaged, absent = {} } = outcome.release;
  process.stdout.write(`${outcome.suite}: QEMU ${version} (${packaged}) ${HOW[outcome.kind]}\n`);
  for (const [reason, programs] of byReason(absent))
    process.stdout.write(`${outcome.suite}: without ${programs.join(', ')}: ${reason}\n`);
  if (outcome.kind === 'incomplete') process.stderr.write(`qmp-conformance: ${outcome.error.message}\n`);
}

/** One line for each reason: an archive that lacks one architecture tends to lack them all. */
function byReason(absent: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const programs = new Map<string, string[]>();
  for (const [program, reason] of Object.entries(absent))
    programs.set(reason, [...(programs.get(reason) ?? []), program]);
  return programs;
}

const HOW: Readonly<Record<Exclude<SuiteOutcome['kind'], 'failed'>, string>> = {
  installed: 'installed',
  completed: 'was installed already, and got what it lacked',
  present: 'was installed already',
  incomplete: 'was installed already, and lacks what could not be fetched',
};

async function list({ json }: { readonly json?: true }): Promise<void> {
  const { findQemus } = await import('../target/find-qemus.ts');
  const { binaries, missing } = await findQemus();
  const { cacheFolder } = await import('../target/release-cache.ts');
  const { readSources } = await import('../target/source-cache.ts');
  const sources = readSources(cacheFolder());
  const rows = await Promise.all(binaries.map(describeBinary));
  if (json === true) {
    printJson({ qemus: rows, missing, sources });
    return;
  }
  printQemus(rows, missing);
  for (const source of sources) printSource(source);
}

function printSource({ version, package: packaged, size, folder }: InstalledSource): void {
  process.stdout.write(`sources of ${version} (${packaged}), ${megabytes(size)}: ${folder}\n`);
}

function megabytes(size: number): string {
  return `${Math.round(size / 1e6)} MB`;
}

function printQemus(rows: readonly BinaryRow[], missing: readonly MissingTarget[]): void {
  if (rows.length === 0) process.stderr.write('no QEMU here; see qmp-conformance qemu install\n');
  else printTable(rows);
  for (const { name, reason } of missing) process.stderr.write(`qmp-conformance: ${name}: ${reason}\n`);
}

interface BinaryRow {
  readonly version: string;
  readonly package: string;
  readonly architecture: string;
  readonly accelerators: readonly string[];
  readonly unavailable: readonly { readonly accelerator: string; readonly reason: string }[];
  readonly origin: QemuBinary['origin'];
  /** Other programs of the same build that a stage may name. */
  readonly programs: readonly string[];
  /** Bytes: of the whole release, or of the binary alone. */
  readonly size: number;
  readonly where: string;
  readonly digest: string;
}

async function describeBinary(binary: QemuBinary): Promise<BinaryRow> {
  const { statSync } = await import('node:fs');
  const { probeAccelerators } = await import('../target/probe-qemu.ts');
  const { cacheFolder, readReleases } = await import('../target/release-cache.ts');
  const { emulatorOf, KNOWN_PROGRAMS } = await import('../target/known-programs.ts');
  const { version, package: packaged, architecture, origin, path, digest } = binary;
  const { available, unavailable } = await probeAccelerators(binary, architecture);
  const release =
    origin === 'release' ? readReleases(cacheFolder()).find((each) => each.version === version) : undefined;
  const size = release?.size ?? statSync(path).size;
  const where = release?.folder ?? path;
  return {
    version,
    package: packaged,
    architecture,
    accelerators: available,
    unavailable,
    origin,
    programs: KNOWN_PROGRAMS.filter(
      (name) => name !== emulatorOf(architecture) && binary.findProgram(name) !== undefined,
    ),
    size,
    where,
    digest,
  };
}

function printTable(rows: readonly BinaryRow[]): void {
  const head = ['release', 'package', 'architecture', 'accelerators', 'size', 'where'];
  const cells = rows.map((row) => [
    row.version,
    row.package,
    row.architecture,
    row.accelerators.join(','),
    megabytes(row.size),
    row.where,
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...cells].map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [head, ...cells]) {
    const padded = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${padded.join('  ').trimEnd()}\n`);
  }
  for (const { version, programs, unavailable } of rows) {
    if (programs.length > 0) process.stdout.write(`${version} has also: ${programs.join(', ')}\n`);
    for (const { accelerator, reason } of unavailable) {
      process.stdout.write(`${version} has no ${accelerator} here: ${reason}\n`);
    }
  }
}

async function launch(
  wanted: string,
  words: { readonly program: string; readonly out: string },
): Promise<void> {
  const { selectRelease } = await import('../target/find-qemus.ts');
  const { cacheFolder, readReleases } = await import('../target/release-cache.ts');
  const { binaryOfRelease } = await import('../target/release-programs.ts');
  const { launcherOf, writeLauncher } = await import('../target/write-launcher.ts');
  const binary = binaryOfRelease(selectRelease(readReleases(cacheFolder()), wanted));
  await writeLauncher(words.out, launcherOf(binary, words.program));
}

async function remove(wanted: string, words: { readonly sources?: true }): Promise<void> {
  const { selectRelease } = await import('../target/find-qemus.ts');
  const { cacheFolder, readReleases, removeRelease } = await import('../target/release-cache.ts');
  if (words.sources === true) {
    await removeSources(wanted);
    return;
  }
  const release = selectRelease(readReleases(cacheFolder()), wanted);
  removeRelease(cacheFolder(), release);
  process.stdout.write(`removed QEMU ${release.version}\n`);
}

async function removeSources(wanted: string): Promise<void> {
  const { cacheFolder } = await import('../target/release-cache.ts');
  const { readSources, removeSource } = await import('../target/source-cache.ts');
  const sources = readSources(cacheFolder());
  const source = sources.find(({ release, version }) => release === wanted || version === wanted);
  if (source === undefined) {
    const there = sources.map(({ version }) => version).join(', ');
    const what = there === '' ? 'there are none' : `there are those of ${there}`;
    throw new SetupError(`the sources of QEMU ${wanted} are not here (${what})`);
  }
  removeSource(cacheFolder(), source);
  process.stdout.write(`removed the sources of QEMU ${source.version}\n`);
}
