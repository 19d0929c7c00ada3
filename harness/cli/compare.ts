import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { InputError } from '../errors.ts';
import type { Rename } from '../compat/runs/renames.ts';
import type { RunsComparison } from '../compat/runs/runs-comparison.ts';
import type { Run } from '../results/run.ts';
import { expectationsOption, judgeRunsAgain } from './expectations.ts';
import { repeatable } from './option-words.ts';

const FORMATS = ['text', 'markdown', 'json', 'mail'] as const;

const HELP = `
OLD and NEW are run archives, folders of 'run --out' that hold some, files or folders of 'publish', or releases with
published results: 10.0 means the newest version of it. Targets of one name are compared; where the versions differ,
those of the same architecture and accelerator, or those of --pair.

  regressed  held, and fails; or failed, and now ends the target
  changed    fails as before, by another difference
  known      held, and fails as an expectation says
  fixed      failed, and holds
  gone, new  only one side ran it, or asserted anything

Nothing is printed where nothing changed.

Examples:
  qmp-conformance compare 10.0 out                    a build against what 10.0 does
  qmp-conformance compare before after --format mail  one paragraph
  qmp-conformance compare 7.2 10.0                    two releases, by their published results
  qmp-conformance compare 7.2 10.0 --pair 7.2=10.0
  qmp-conformance compare before after --json | jq .counts

Exit status:
  0  nothing regressed     1  something did
  2  wrong usage           3  a run is not whole, and was left out`;

interface CompareWords {
  readonly pair?: readonly string[];
  readonly renames?: string;
  readonly expectations?: readonly string[];
  readonly format: (typeof FORMATS)[number];
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Adds `compare`. */
export function addCompareCommand(program: Command): void {
  program
    .command('compare')
    .summary('compare two runs, or a run with the published results of a release')
    .description('Says what regressed, was fixed, came, went, or fails for another reason, each cause once.')
    .argument('<old>', 'what it is compared with')
    .argument('<new>', 'what is compared')
    .addOption(repeatable('--pair <old=new>', 'targets to compare, by name or release (repeatable)'))
    .option('--renames <file>', 'rows that are called otherwise in NEW: a map, YAML or JSON')
    .addOption(expectationsOption())
    .addOption(new Option('--format <name>', 'how to print it').choices(FORMATS).default('text'))
    .option('--json', 'the same as --format json', false)
    .option('-v, --verbose', 'all causes and rows, and what was compared even where nothing changed', false)
    .addHelpText('after', HELP)
    .action(async (before: string, after: string, words: CompareWords) => {
      process.exitCode = await compare(before, after, words);
    });
}

async function compare(old: string, now: string, words: CompareWords): Promise<number> {
  const { askedPairFrom } = await import('../compat/runs/pair-targets.ts');
  const { compareRuns } = await import('../compat/runs/compare-runs.ts');
  const pairs = (words.pair ?? []).map(askedPairFrom);
  const before = await readSide(old, words);
  const after = await readSide(now, words);
  const renames = await renamesFor(words.renames, before, after);
  const compared = compareRuns(before, after, { pairs, renames });
  const comparison = compared.changes.length === 0 ? compared : await explain(compared);
  tellAlone(comparison, words.verbose);
  process.stdout.write(await render(comparison, words));
  if (comparison.changes.some(({ kind }) => kind === 'regressed')) return 1;
  return [...before, ...after].some(({ notWhole }) => notWhole !== undefined) ? 3 : 0;
}

/** A run that is not whole is named, and left out: what it lacks is not gone. */
async function readSide(word: string, { expectations }: CompareWords): Promise<readonly Run[]> {
  const { readRunsNamed } = await import('../results/published.ts');
  const { mergeShards } = await import('../results/check-shards.ts');
  const runs = await judgeRunsAgain(mergeShards(await readRunsNamed(word)), expectations);
  for (const { dir, notWhole } of runs) {
    if (notWhole !== undefined) process.stderr.write(`${dir}: not whole, not compared: ${notWhole}\n`);
  }
  if (runs.every(({ notWhole }) => notWhole !== undefined))
    throw new InputError(`${word}: no whole run; expected one`);
  return runs;
}

/** The project's own renames are of all rows that there ever were; a user's must mean something here. */
async function renamesFor(
  file: string | undefined,
  before: readonly Run[],
  after: readonly Run[],
): Promise<readonly Rename[]> {
  const { checkRenames, readRenamesIn } = await import('../compat/runs/renames.ts');
  const projects = fileURLToPath(new URL('../../recordings/renames.yaml', import.meta.url));
  const known = await readRenamesIn(projects);
  if (file === undefined) return known;
  const own = await readRenamesIn(file);
  const rowsOf = (runs: readonly Run[]) =>
    new Set(runs.flatMap(({ results }) => results.map(({ row }) => row)));
  checkRenames(own, rowsOf(before), rowsOf(after));
  const renamed = new Set(own.map(({ from }) => from));
  return [...known.filter(({ from }) => !renamed.has(from)), ...own];
}

/** What the schemas of the two releases of each pair say; of a release without a schema here they say nothing. */
async function explain(comparison: RunsComparison): Promise<RunsComparison> {
  const { explainCauses } = await import('../compat/runs/explain-causes.ts');
  const { shippedReleases } = await import('../json-schema/load-schema.ts');
  const { seriesOfRelease } = await import('../release/compare-releases.ts');
  const { diffOfReleases } = await import('./schema/diff-of-releases.ts');
  const shipped = new Set(shippedReleases());
  const spans = new Map(
    comparison.pairs.map(({ before, after }) => {
      const [from, to] = [seriesOfRelease(before.version), seriesOfRelease(after.version)];
      return [`${from} ${to}`, { from, to }] as const;
    }),
  );
  const known = [...spans.values()].filter(
    ({ from, to }) => from !== to && shipped.has(from) && shipped.has(to),
  );
  return explainCauses(comparison, await Promise.all(known.map(({ from, to }) => diffOfReleases(from, to))));
}

/** A target of OLD that NEW lacks is told: it is what nobody looked at. NEW may well have more. */
function tellAlone({ alone }: RunsComparison, verbose: boolean): void {
  const tell = (name: string, side: string) =>
    process.stderr.write(`${name}: not compared: nothing to compare it with in ${side}\n`);
  for (const name of alone.before) tell(name, 'NEW');
  if (verbose) for (const name of alone.after) tell(name, 'OLD');
}

async function render(comparison: RunsComparison, { format, json, verbose }: CompareWords): Promise<string> {
  switch (json ? 'json' : format) {
    case 'text': {
      const { renderCompareText } = await import('../../reports/compare-text.ts');
      const { terminalOptions } = await import('./terminal-options.ts');
      return renderCompareText(comparison, { ...terminalOptions(process.stdout), verbose });
    }
    case 'markdown':
      return (await import('../../reports/compare-markdown.ts')).renderCompareMarkdown(comparison);
    case 'json':
      return (await import('../../reports/compare-json.ts')).renderCompareJson(comparison);
    case 'mail':
      return (await import('../../reports/compare-mail.ts')).renderCompareMail(comparison);
  }
}
