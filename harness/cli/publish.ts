import type { Command } from 'commander';
import type { Run } from '../results/run.ts';

const HELP = `
Published results are small: verdicts and findings of one target to a file, without wire logs, durations, and what they
say of the machine. The same run gives the same bytes. 'compare' takes a file, the folder, or, of the results that come
with this package, the name of a release.

Only whole runs are published, and none with errors of the setup or the harness.

Examples:
  qmp-conformance publish out -o published           one file for each target
  qmp-conformance compare published out              nothing is printed: it is the same
  qmp-conformance publish shard-1 shard-2 -o published

Without --out the files go into the folder of this package where 'compare 10.0' looks.

Exit status:
  0  published        2  wrong usage, or a run that is not published        3  setup error`;

interface PublishWords {
  readonly out?: string;
  readonly force: boolean;
}

/** Adds `publish`. */
export function addPublishCommand(program: Command): void {
  program
    .command('publish')
    .summary('make of runs what other runs can be compared with')
    .description('Publishes the results of runs, a file to each target.')
    .argument('<runs...>', "run archives, or folders of 'run --out' that hold some")
    .option('-o, --out <folder>', 'where the files go (default: reports/published of this package)')
    .option('--force', 'also in place of published results of more rows', false)
    .addHelpText('after', HELP)
    .action(publish);
}

async function publish(paths: readonly string[], { out, force }: PublishWords): Promise<void> {
  const { mergeShards } = await import('../results/check-shards.ts');
  const { publishRuns, checkPublishable } = await import('../results/publish.ts');
  const { PUBLISHED_FOLDER } = await import('../results/published.ts');
  const { readRunsIn } = await import('./read-runs.ts');
  const byTarget = new Map<string, Run[]>();
  for (const run of mergeShards(await readRunsIn(paths))) {
    const runs = byTarget.get(run.target.name);
    if (runs === undefined) byTarget.set(run.target.name, [run]);
    else runs.push(run);
  }
  const folder = out ?? PUBLISHED_FOLDER;
  // All of them or none.
  for (const runs of byTarget.values()) await checkPublishable(runs, folder, force);
  for (const runs of byTarget.values()) {
    const { file, rows, bytes } = await publishRuns(runs, folder);
    process.stdout.write(`${file}: ${rows} rows, ${Math.ceil(bytes / 1000)} kB\n`);
  }
}
