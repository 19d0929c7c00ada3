import { readFileSync } from 'node:fs';
import { SetupError } from '../errors.ts';
import { runProgram } from './run-program.ts';

/** A package archive that the machine is configured for. */
export interface PackageSource {
  readonly uri: string;
  /** The suite under which the machine's own system stands there. */
  readonly suite: string;
  /** Fields of the machine's own entry that say whom to trust, verbatim, e.g. `Signed-By: /usr/…`. */
  readonly trust: readonly string[];
}

/** What `/etc/os-release` says of the machine's system. */
export interface SystemRelease {
  readonly id: string;
  readonly codename: string;
}

/** One index that the machine's configuration names, as `apt-get indextargets` tells it. */
interface IndexTarget {
  readonly uri: string;
  readonly release: string;
  readonly component: string;
  /** The entry's file and number, `/etc/apt/sources.list.d/x.sources:1`. */
  readonly entry: string;
  readonly origin: string;
  readonly codename: string;
  readonly suite: string;
}

const FIELDS = ['REPO_URI', 'RELEASE', 'COMPONENT', 'SOURCESENTRY', 'ORIGIN', 'CODENAME', 'SUITE'] as const;
const FORMAT = FIELDS.map((field) => `$(${field})`).join('|');

/** Where the archive keeps its releases side by side, their names there are the same for ever. */
const DEBIAN_SUITES = ['oldoldstable', 'oldstable', 'stable', 'testing'];

/**
 * Asks the machine's package configuration for archives that may offer QEMU, most promising first. Nothing else says
 * where an archive is.
 * @throws {SetupError} where there is no apt, or where nothing fits
 */
export async function findPackageSources(signal?: AbortSignal): Promise<readonly PackageSource[]> {
  // Without `--no-release-info` entries are left out whose lists were never fetched: all of them on a bare machine. With
  // it no entry tells its Origin. Hence both.
  const env = { ...process.env, LC_ALL: 'C' };
  const ask = (...more: string[]) =>
    runProgram(['apt-get', 'indextargets', ...more, '--format', FORMAT], { env, signal });
  const answers = await Promise.all([ask(), ask('--no-release-info')]);
  const failed = answers.find(({ code }) => code !== 0);
  if (failed !== undefined) {
    throw new SetupError(
      `apt-get indextargets failed: ${failed.stderr.trim()}; expected a machine that uses apt`,
    );
  }
  const system = systemRelease();
  const sources = selectSources(answers.map(({ stdout }) => stdout).join('\n'), system, readText);
  if (sources.length > 0) return sources;
  const what = `the machine's package configuration names no archive of ${system.id} ${system.codename}`;
  throw new SetupError(`${what} (component main); see apt-get indextargets --no-release-info`);
}

/** The suites that an archive of this system offers by fixed names; elsewhere the machine's own. */
export function defaultSuites(system: SystemRelease = systemRelease()): readonly string[] {
  if (system.id === 'debian') return DEBIAN_SUITES;
  return system.codename === '' ? [] : [system.codename];
}

/** The suites that may have sources: newer ones too, of which no package runs on the machine's libraries. */
export function sourceSuites(system: SystemRelease = systemRelease()): readonly string[] {
  const suites = defaultSuites(system);
  const backports = suites.filter((suite) => suite !== 'testing').map((suite) => `${suite}-backports`);
  return [...suites, ...backports, ...(system.id === 'debian' ? ['unstable'] : [])];
}

/** The machine's own system. */
export function systemRelease(): SystemRelease {
  return readSystemRelease(readText('/etc/os-release') ?? '');
}

/** Reads os-release(5). */
export function readSystemRelease(text: string): SystemRelease {
  const field = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

/**
 * Selects the archives of the machine's own system from `apt-get indextargets`, most promising first: those that say
 * they are of this system, then those that carry updates of its release too, then whoever uses its release's name, as
 * archives of third parties do.
 */
export function selectSources(
  listing: string,
  system: SystemRelease,
  readFile: (path: string) => string | undefined,
): readonly PackageSource[] {
  const targets = listing.split('\n').flatMap(readTarget);
  const ranked = targets.flatMap((target) => {
    const rank = rankOf(target, targets, system);
    return rank === undefined ? [] : [{ target, rank }];
  });
  ranked.sort((a, b) => a.rank - b.rank);
  const sources = new Map<string, PackageSource>();
  for (const { target } of ranked) {
    if (sources.has(target.uri)) continue;
    const trust = trustOfEntry(readFile(target.entry.replace(/:[0-9]+$/, '')) ?? '', target);
    sources.set(target.uri, { uri: target.uri, suite: target.release, trust });
  }
  return [...sources.values()];
}

function readTarget(line: string): IndexTarget[] {
  // A field that the entry lacks stays as it was asked for.
  const fields = line.split('|').map((field) => (field.startsWith('$(') ? '' : field));
  const [uri = '', release = '', component = '', entry = '', origin = '', codename = '', suite = ''] = fields;
  return fields.length === FIELDS.length && uri !== ''
    ? [{ uri, release, component, entry, origin, codename, suite }]
    : [];
}

/** Pockets of a release, which hold a few packages each. */
const POCKET = /-(security|updates|backports|proposed|backports-sloppy|proposed-updates)$/;

function rankOf(target: IndexTarget, all: readonly IndexTarget[], system: SystemRelease): number | undefined {
  if (target.component !== 'main' || POCKET.test(target.release)) return undefined;
  if (target.origin.toLowerCase() === system.id) return 0;
  const names = [target.release, target.codename, target.suite];
  const fits =
    names.includes(system.codename) || (system.id === 'debian' && DEBIAN_SUITES.includes(target.release));
  if (!fits) return undefined;
  return all.some(({ uri, release }) => uri === target.uri && release === `${target.release}-updates`)
    ? 1
    : 2;
}

/** The `Signed-By` and `Trusted` of an entry, in either of apt's two formats, as fields of the newer one. */
function trustOfEntry(text: string, target: IndexTarget): readonly string[] {
  const uri = target.uri.replace(/\/$/, '');
  const plain = text.replace(/^#.*\n?/gm, '');
  const naming = (entry: string): boolean => entry.includes(uri) && entry.includes(target.release);
  const line = plain.split('\n').find((each) => /^\s*deb\s/.test(each) && naming(each));
  if (line !== undefined) return trustOfLine(line);
  const stanza = plain.split(/\n\s*\n/).find(naming) ?? '';
  return [...stanza.matchAll(/^(?:Signed-By|Trusted):.*(?:\n[ \t].*)*/gim)].map((match) => match[0]);
}

function trustOfLine(line: string): readonly string[] {
  const options = /^\s*deb\s+\[([^\]]*)\]/.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
  return options.flatMap((option) => {
    const [name = '', value = ''] = option.split(/=(.*)/);
    if (name === 'signed-by') return [`Signed-By: ${value.replaceAll(',', ' ')}`];
    return name === 'trusted' ? [`Trusted: ${value}`] : [];
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
