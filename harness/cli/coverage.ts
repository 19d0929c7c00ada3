import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import type { Coverage, CoverageColumn } from '../coverage/coverage.ts';
import { GROUPS, type CounterGroup } from '../coverage/groups.ts';
import { InputError } from '../errors.ts';

interface CoverageWords {
  readonly by: string;
  readonly missing?: string;
  readonly programs: boolean;
  readonly against?: string;
  readonly atLeast?: number;
  readonly json: boolean;
  readonly markdown?: string;
}

const NAMES = GROUPS.map(({ name }) => name);

/** Adds `coverage`. */
export function addCoverageCommand(program: Command): void {
  program
    .command('coverage')
    .summary('which parts of QAPI runs have seen on the wire')
    .description(
      "Maps each message of runs' wire logs on the schema of its release, and counts what was seen: commands, " +
        'arguments, return members, enum values, branches, events, error classes. What only the recordings show is ' +
        'told apart. A message that its schema refuses counts nothing.',
    )
    .argument('[runs...]', "run archives, or folders of 'run --out' that hold some", ['out'])
    .addOption(
      new Option('--by <what>', 'of several releases, what is shown by module')
        .choices(NAMES)
        .default('commands'),
    )
    .addOption(
      new Option('--missing <what>', 'list what was not seen live, and why').choices([...NAMES, 'all']),
    )
    .option('--programs', 'show also the other programs that rows were about', false)
    .option('--against <file>', "what was gained and lost since an earlier 'coverage --json'")
    .option(
      '--at-least <percent>',
      'exit with 1 where fewer commands were executed with success',
      readPercent,
    )
    .option('--json', 'print all that was counted as JSON instead of tables', false)
    .option('--markdown <file>', 'write the tables and the missing commands there')
    .addHelpText('after', HELP)
    .action(async (paths: readonly string[], words: CoverageWords) => {
      process.exitCode = await showCoverage(paths, words);
    });
}

const HELP = `
Examples:
  qmp-conformance coverage                            what the runs in out/ have seen
  qmp-conformance coverage --missing commands out     the commands never executed with success, and why
  qmp-conformance coverage --missing enum-values out  enum values that nobody sent or received
  qmp-conformance coverage --by arguments out         releases side by side, arguments by module
  qmp-conformance coverage --json out > before.json   keep it, and after further runs
  qmp-conformance coverage --against before.json out  see what was gained and lost
  qmp-conformance coverage --at-least 90 out          for a pipeline

In a cell, a+b/n says: of n, a seen live and b only in recordings. A command counts where the target answered it with
success. What the build of a target does not have, as its query-qmp-schema says, is not in n.

Exit status:
  0  shown             1  fewer than --at-least
  2  wrong usage`;

function readPercent(text: string): number {
  const percent = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && percent <= 100) return percent;
  throw new InputError(`--at-least ${text}; expected a percentage from 0 to 100`);
}

async function showCoverage(paths: readonly string[], words: CoverageWords): Promise<number> {
  const { figureOf } = await import('../coverage/coverage.ts');
  const { itemsOf } = await import('../coverage/groups.ts');
  const measured = await measure(paths);
  const columns = measured.columns.filter(({ own, messages }) => own || (words.programs && messages > 0));
  const shown = { ...measured, columns };
  const others = measured.columns.filter((column) => column.messages > 0 && !columns.includes(column));
  await printWords(
    words.json ? measured : shown,
    words,
    others.map(({ release, program }) => `${release} ${program} (--programs)`),
  );
  if (words.markdown !== undefined) {
    const { renderCoverageMarkdown } = await import('../../reports/coverage-markdown.ts');
    await writeReport(words.markdown, renderCoverageMarkdown(shown, GROUPS[0]));
  }
  const { atLeast = 0 } = words;
  const tooFew = measured.columns.some((column) => {
    const { live, all } = figureOf(itemsOf(column, GROUPS[0]));
    return column.own && live * 100 < atLeast * all;
  });
  return tooFew ? 1 : 0;
}

async function measure(paths: readonly string[]): Promise<Coverage> {
  const { findRuns, readRun } = await import('../results/read-run.ts');
  const { readRecordings } = await import('../replay/read-recordings.ts');
  const { measureCoverage } = await import('../coverage/measure-coverage.ts');
  const folders = (await Promise.all(paths.map(findRuns))).flat();
  // A path that is named twice is meant once.
  const runs = await Promise.all([...new Set(folders)].map(readRun));
  for (const { dir, notWhole } of runs) {
    if (notWhole !== undefined)
      process.stderr.write(`${dir}: not whole, counted as far as it goes: ${notWhole}\n`);
  }
  return measureCoverage(runs, await readRecordings());
}

async function printWords(
  coverage: Coverage,
  words: CoverageWords,
  others: readonly string[],
): Promise<void> {
  if (words.json) {
    const { writeCoverage } = await import('../coverage/coverage-json.ts');
    process.stdout.write(writeCoverage(coverage));
    return;
  }
  const { renderCoverage, renderMissing, renderTrend } = await import('../../reports/coverage-text.ts');
  if (words.missing !== undefined) {
    const { missing } = words;
    const groups: readonly CounterGroup[] = GROUPS.filter(
      ({ name }) => missing === 'all' || missing === name,
    );
    process.stdout.write(renderMissing(coverage.columns, groups));
  } else process.stdout.write(renderCoverage(coverage, groupNamed(words.by), others));
  if (words.against !== undefined)
    process.stdout.write(renderTrend(await trendSince(words.against, coverage.columns), words.against));
}

function groupNamed(wanted: string): CounterGroup {
  return GROUPS.find(({ name }) => name === wanted) ?? GROUPS[0];
}

async function trendSince(file: string, columns: readonly CoverageColumn[]) {
  const { compareCoverage } = await import('../coverage/compare-coverage.ts');
  const { readCoverage } = await import('../coverage/coverage-json.ts');
  const { readJsonFile } = await import('../results/read-file.ts');
  const earlier = await readJsonFile(file, (value) => readCoverage(value, file));
  if (earlier === undefined)
    throw new InputError(`${file}: not there; expected what 'coverage --json' wrote`);
  return compareCoverage(earlier, columns);
}

async function writeReport(file: string, text: string): Promise<void> {
  const { writing } = await import('../results/write-file.ts');
  await writing(file, writeFile(file, text));
}
