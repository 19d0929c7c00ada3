import { SetupError } from '../errors.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import type { SourceOutcome } from '../target/install-sources.ts';
import { EXIT_INTERRUPTED, interruptible } from './interruptible.ts';
import { printJson } from './print-json.ts';
import { EXIT_SETUP, tell } from './qemu-output.ts';

export const SOURCES_HELP = `
Fetches QEMU's source package of each series (X.Y) from the machine's package archive, the newest version that any of
its suites has, and keeps of it, patched as its packagers do, what tells of QMP: the schemas in QAPI, their generator and
its tests, and the documentation; some 4 MB each, into the cache folder (see qemu install). These are what schema build,
schema diff and examples read. Without a series, those of the installed releases are fetched. What is there already is
left alone, without a look at the network. Prints the folder of each.

Examples:
  qmp-conformance qemu sources                 of the installed releases
  qmp-conformance qemu sources 7.2 10.0
  qmp-conformance qemu sources --refresh 10.0  after a point release
`;

interface SourcesWords {
  readonly refresh?: true;
  readonly json?: true;
}

/** The action of `qemu sources`. */
export async function fetchSources(series: readonly string[], words: SourcesWords): Promise<void> {
  const { installSources } = await import('../target/install-sources.ts');
  const releases = series.length > 0 ? series : await installedSeries();
  const refresh = words.refresh === true;
  const outcomes = await interruptible((signal) =>
    installSources({ releases, refresh, signal, onProgress: tell }),
  );
  if (outcomes === undefined) {
    process.stderr.write('qmp-conformance: interrupted; sources that were finished are in the cache\n');
    process.exitCode = EXIT_INTERRUPTED;
    return;
  }
  if (words.json === true) printJson(outcomes.map(describeOutcome));
  else for (const outcome of outcomes) printOutcome(outcome);
  if (outcomes.some(({ kind }) => kind === 'absent')) process.exitCode = EXIT_SETUP;
}

async function installedSeries(): Promise<readonly string[]> {
  const { cacheFolder, readReleases } = await import('../target/release-cache.ts');
  const releases = readReleases(cacheFolder()).map(({ version }) => seriesOfRelease(version));
  if (releases.length === 0)
    throw new SetupError('no release is installed whose sources to fetch; expected a series such as 7.2');
  return releases;
}

function describeOutcome(outcome: SourceOutcome): object {
  const { release, kind } = outcome;
  if (outcome.kind === 'absent') return { release, outcome: kind, reason: outcome.reason };
  return { outcome: kind, ...outcome.source };
}

function printOutcome(outcome: SourceOutcome): void {
  if (outcome.kind === 'absent') {
    process.stderr.write(`qmp-conformance: ${outcome.reason}\n`);
    return;
  }
  const { release, version, package: packaged, folder } = outcome.source;
  const how = outcome.kind === 'present' ? 'were there already' : 'fetched';
  process.stdout.write(`${release}: sources of QEMU ${version} (${packaged}) ${how}: ${folder}\n`);
}
