import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { assertionLine, fingerprintOf } from './fingerprint.ts';
import { slugOf } from './layout.ts';
import { PUBLISHED_FORMAT, readPublished } from './published.ts';
import type { Run } from './run.ts';
import type { RowResult, TargetFacts } from './verdict.ts';
import { replaceFile, writing } from './write-file.ts';
import { withoutFolders, withoutMachine } from './without-machine.ts';

/** A file that was written. */
export interface PublishedFile {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Checks that the results of one target can be published.
 * @param runs the runs of the target; more than one where the rows were shared out
 * @param force also in place of published results of more rows
 * @throws {InputError} for a run that is not whole, or has errors of the setup or the harness
 */
export async function checkPublishable(runs: readonly Run[], folder: string, force: boolean): Promise<void> {
  const seen = new Map<string, Run>();
  for (const run of runs) {
    checkWhole(run);
    for (const { row } of run.results) {
      const other = seen.get(row);
      if (other !== undefined)
        throw new InputError(
          `${run.dir}: '${row} @ ${run.target.name}' stands in ${other.dir}, too; expected it once`,
        );
      seen.set(row, run);
    }
  }
  if (!force) await checkEarlier(fileOf(runs, folder), seen.size);
}

/**
 * Publishes the results of one target: verdicts and findings, without wire logs, durations, and what they say of the
 * machine. The same runs give the same bytes.
 * @param runs what {@link checkPublishable} has checked
 */
export async function publishRuns(runs: readonly Run[], folder: string): Promise<PublishedFile> {
  const [first] = runs;
  if (first === undefined) throw new InputError('no run; expected some to publish');
  const results = runs.flatMap((run) => run.results).sort((a, b) => (a.row < b.row ? -1 : 1));
  const file = fileOf(runs, folder);
  const text = textOf(runs, first, results);
  await writing(folder, mkdir(folder, { recursive: true }));
  await replaceFile(file, text);
  await checkWritten(file, results);
  return { file, rows: results.length, bytes: Buffer.byteLength(text) };
}

function fileOf([first]: readonly Run[], folder: string): string {
  if (first === undefined) throw new InputError('no run; expected some to publish');
  return join(folder, `${slugOf(first.target.name)}.ndjson`);
}

function checkWhole({ dir, notWhole, summary, results }: Run): void {
  if (notWhole !== undefined || summary === undefined)
    throw new InputError(`${dir}: not whole: ${notWhole ?? 'no summary'}; expected a whole run`);
  const broken = results.find(({ verdict }) => verdict === 'setup-error' || verdict === 'harness-error');
  if (broken === undefined) return;
  throw new InputError(`${dir}: '${broken.row}' is ${broken.verdict}; expected a run without errors of ours`);
}

async function checkEarlier(file: string, rows: number): Promise<void> {
  if (!existsSync(file)) return;
  const earlier = await readPublished(file);
  if (earlier.results.length <= rows) return;
  throw new InputError(
    `${file}: holds ${earlier.results.length} results, more than the ${rows} of this run; expected a run of all, or --force`,
  );
}

/** What is published must tell differences as the archive does, or every comparison would show what is none. */
async function checkWritten(file: string, results: readonly RowResult[]): Promise<void> {
  const written = new Map((await readPublished(file)).results.map((result) => [result.row, result]));
  const lost = results.find((result) => {
    const back = written.get(result.row);
    return back?.verdict !== result.verdict || fingerprintOf(back) !== fingerprintOf(result);
  });
  if (lost !== undefined) throw new Error(`${file}: '${lost.row}' is not what it was in the archive`);
}

function textOf(runs: readonly Run[], { target }: Run, results: readonly RowResult[]): string {
  const summaries = runs.flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
  const days = summaries.map(({ finished }) => finished.slice(0, 10)).sort();
  const suites = [...new Set(summaries.map(({ suite }) => suite))].sort();
  const expectations = summaries[0]?.expectations;
  const head = {
    published: PUBLISHED_FORMAT,
    target: factsOf(target),
    suite: suites.join(', '),
    date: days.at(-1) ?? '',
    rows: results.length,
    ...(expectations === undefined ? {} : { expectations }),
  };
  return [head, ...results.map(rowOf)].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Where the binary stood is of the machine; what commands it has, `schemas/` tells. */
function factsOf({ where: _where, commands: _commands, events: _events, ...facts }: TargetFacts): object {
  return facts;
}

function rowOf(result: RowResult): object {
  const { row, verdict, reason, hardware, findings, checks, documented, process, program, was } = result;
  return {
    row,
    verdict,
    checks,
    ...(documented ? {} : { documented }),
    ...(reason === undefined ? {} : { reason: withoutMachine(reason) }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(findings.length === 0 ? {} : { findings: findings.map(findingOf) }),
    ...(process === undefined ? {} : { process: endOf(process) }),
    ...(program === undefined ? {} : { program }),
    ...(was === undefined
      ? {}
      : { was: { ...was, ...(was.reason === undefined ? {} : { reason: withoutMachine(was.reason) }) } }),
  };
}

function findingOf(finding: RowResult['findings'][number]): object {
  const { blame, message, rule, pointer, what, expected } = finding;
  return { blame, message, rule, pointer, what: withoutMachine(what), expected: withoutMachine(expected) };
}

function endOf({ code, signal, stderr }: NonNullable<RowResult['process']>): object {
  return { code, signal, stderr: withoutFolders(assertionLine(stderr)) };
}
