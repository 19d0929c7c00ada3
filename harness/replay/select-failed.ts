import { InputError } from '../errors.ts';
import { isRed } from '../results/exit-code.ts';
import { fingerprintOf } from '../results/fingerprint.ts';
import type { Run } from '../results/run.ts';
import type { RowResult } from '../results/verdict.ts';
import type { FailedRun, PlannedColumn } from './run-plan.ts';
import { keepCases } from './select-cases.ts';

/**
 * The archives in which something was red, by the name of their target.
 * @throws {InputError} for a run that is not whole: what it did not come to is no failure, and nobody would run it
 */
export function failedRuns(runs: readonly Run[]): ReadonlyMap<string, FailedRun> {
  const failed = new Map<string, FailedRun>();
  for (const run of runs) {
    const { dir, notWhole, target, results } = run;
    if (notWhole !== undefined)
      throw new InputError(`${dir}: not whole: ${notWhole}; expected --resume first`);
    const red = results.filter(isRed);
    if (red.length === 0) continue;
    const before = failed.get(target.name);
    if (before !== undefined && before.target.digest !== target.digest)
      throw new InputError(
        `${dir}: '${target.name}' is another binary than in ${before.dirs.join(', ')}; expected the same`,
      );
    const rows = [...(before?.red.values() ?? []), ...red].map((result) => [result.row, result] as const);
    failed.set(target.name, { target, dirs: [...(before?.dirs ?? []), dir], red: new Map(rows) });
  }
  return failed;
}

/**
 * Keeps of each column what was red, and of all columns those that had anything red.
 * @throws {InputError} when a target or a row is not there, or another binary has the target's name
 */
export function selectFailed(
  columns: readonly PlannedColumn[],
  failed: ReadonlyMap<string, FailedRun>,
): readonly PlannedColumn[] {
  const names = new Set(columns.map(({ target }) => target.facts.name));
  for (const [name, { dirs }] of failed) {
    if (names.has(name)) continue;
    throw new InputError(
      `'${name}' failed in ${dirs.join(', ')}; expected it among ${[...names].join(', ')}`,
    );
  }
  const kept = columns.filter(({ target }) => failed.has(target.facts.name));
  for (const column of kept) checkColumn(column, failed.get(column.target.facts.name));
  return keepCases(kept, (row, target) => failed.get(target)?.red.has(row) ?? false);
}

function checkColumn({ target, batches }: PlannedColumn, before: FailedRun | undefined): void {
  if (before === undefined) return;
  const { name, digest } = target.facts;
  const { dirs, target: facts } = before;
  const dir = dirs.join(', ');
  if (facts.digest !== digest)
    throw new InputError(
      `${dir}: '${name}' was another binary (${digestWords(facts.digest)}); expected ${digestWords(digest)}`,
    );
  const planned = new Set(batches.flatMap(({ rows }) => rows));
  const lost = [...before.red.keys()].filter((row) => !planned.has(row));
  const [first] = lost;
  if (first !== undefined)
    throw new InputError(
      `${dir}: '${first} @ ${name}' failed, and is not to be had now${lost.length > 1 ? `, nor are ${lost.length - 1} others` : ''}; expected the same recordings, options and suite`,
    );
}

function digestWords(digest: string | undefined): string {
  return digest === undefined ? 'no digest' : `digest ${digest}`;
}

/** What came of running a row again. */
export interface SecondTry {
  /** It was a finding, and passes now: it is flaky, which is a finding. */
  readonly isFlaky: boolean;
  /** In a few words. */
  readonly says: string;
}

/** Compares a row that was red with what came of it the second time. */
export function compareTries(before: RowResult, now: RowResult): SecondTry {
  const first = before.verdict === 'fail' ? 'failed' : before.verdict;
  const isSame = fingerprintOf(before) === fingerprintOf(now);
  if (isRed(now))
    return {
      isFlaky: false,
      says: isSame ? `${first} again` : `${first}, then ${now.verdict} in another way`,
    };
  const second = now.verdict === 'pass' ? 'passed' : now.verdict;
  // What we could not set up, or what is an expected failure since then, is no finding that came and went.
  const isFinding = before.verdict !== 'setup-error' && before.verdict !== 'harness-error' && !isSame;
  return { isFlaky: isFinding, says: `${first}, then ${second}${isFinding ? ' (flaky)' : ''}` };
}
