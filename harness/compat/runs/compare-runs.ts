import { InputError } from '../../errors.ts';
import { fingerprintOf } from '../../results/fingerprint.ts';
import { rawVerdictOf } from '../../results/raw-verdict.ts';
import type { Run } from '../../results/run.ts';
import type { RowResult, TargetFacts, VerdictWord } from '../../results/verdict.ts';
import { compareText } from '../target-order.ts';
import { groupChanges } from './change-causes.ts';
import { pairTargets, type AskedPair } from './pair-targets.ts';
import { followRenames, type Rename } from './renames.ts';
import {
  CHANGE_KINDS,
  type RowChange,
  type RunChangeKind,
  type RunsComparison,
  type TargetPair,
} from './runs-comparison.ts';

/** What a comparison takes into account beside the runs. */
export interface CompareOptions {
  readonly pairs?: readonly AskedPair[];
  readonly renames?: readonly Rename[];
}

/**
 * Compares two sets of runs, target by target and row by row. Runs that are not whole take no part: what they lack would
 * seem to be gone. What a row's verdict asserts decides, not its word: a known failure fails, an unexpected pass passes.
 * @throws {InputError} where no targets can be paired, or two runs of a side hold the same case
 */
export function compareRuns(
  before: readonly Run[],
  after: readonly Run[],
  { pairs: asked = [], renames = [] }: CompareOptions = {},
): RunsComparison {
  const [olds, news] = [columnsOf(before), columnsOf(after)];
  const { pairs, alone } = pairTargets(factsOf(olds), factsOf(news), asked);
  const rename = followRenames(renames);
  const compared = pairs.map((pair) => {
    const old = olds.get(pair.before.name)?.results ?? new Map<string, RowResult>();
    const now = news.get(pair.after.name)?.results ?? new Map<string, RowResult>();
    return comparePair(pair, old, now, rename);
  });
  const changes = compared.flatMap((one) => one.changes).sort(compareChanges);
  return {
    pairs,
    alone,
    changes,
    causes: groupChanges(changes),
    unchanged: compared.reduce((sum, one) => sum + one.unchanged, 0),
  };
}

interface Column {
  readonly target: TargetFacts;
  readonly results: Map<string, RowResult>;
}

/** Runs of one target are shards of one column. */
function columnsOf(runs: readonly Run[]): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  for (const { target, results, notWhole, dir } of runs) {
    if (notWhole !== undefined) continue;
    const column = columns.get(target.name) ?? { target, results: new Map<string, RowResult>() };
    columns.set(target.name, column);
    if (column.target.digest !== target.digest)
      throw new InputError(`${dir}: '${target.name}' is another binary than before; expected shards of one`);
    for (const result of results) {
      if (column.results.has(result.row))
        throw new InputError(
          `${dir}: '${result.row} @ ${target.name}' a second time; expected each case once`,
        );
      column.results.set(result.row, result);
    }
  }
  return columns;
}

function factsOf(columns: ReadonlyMap<string, Column>): readonly TargetFacts[] {
  return [...columns.values()].map(({ target }) => target);
}

function comparePair(
  pair: TargetPair,
  before: ReadonlyMap<string, RowResult>,
  after: ReadonlyMap<string, RowResult>,
  rename: (row: string) => string,
): { readonly changes: readonly RowChange[]; readonly unchanged: number } {
  const changes: RowChange[] = [];
  const met = new Set<string>();
  let unchanged = 0;
  const compare = (row: string, old: RowResult | undefined, now: RowResult | undefined): void => {
    const kind = kindOfChange(old, now);
    if (kind === undefined) {
      unchanged++;
      return;
    }
    const renamed = old !== undefined && old.row !== row ? { renamedFrom: old.row } : {};
    changes.push({ kind, row, pair, ...renamed, ...(old && { before: old }), ...(now && { after: now }) });
  };
  for (const [from, old] of before) {
    // Where both are there, the row has not been renamed yet.
    const row = before.has(rename(from)) ? from : rename(from);
    met.add(row);
    compare(row, old, after.get(row));
  }
  for (const [row, now] of after) if (!met.has(row)) compare(row, undefined, now);
  return { changes, unchanged };
}

/** What a row asserts: that the target does what is demanded, that it does not, or nothing. */
function assertionOf(result: RowResult | undefined): 'holds' | 'fails' | 'nothing' {
  return result === undefined ? 'nothing' : ASSERTIONS[result.verdict];
}

const ASSERTIONS: Readonly<Record<VerdictWord, 'holds' | 'fails' | 'nothing'>> = {
  pass: 'holds',
  'unexpected-pass': 'holds',
  fail: 'fails',
  crash: 'fails',
  timeout: 'fails',
  'known-failure': 'fails',
  'not-applicable': 'nothing',
  untestable: 'nothing',
  'setup-error': 'nothing',
  'harness-error': 'nothing',
};

function kindOfChange(
  before: RowResult | undefined,
  after: RowResult | undefined,
): RunChangeKind | undefined {
  const [old, now] = [assertionOf(before), assertionOf(after)];
  if (old === 'nothing') return now === 'nothing' ? undefined : 'new';
  if (now === 'nothing') return 'gone';
  if (now === 'holds') return old === 'holds' ? undefined : 'fixed';
  const isKnown = after?.verdict === 'known-failure';
  if (old === 'holds') return isKnown ? 'known' : 'regressed';
  if (before === undefined || after === undefined || fingerprintOf(before) === fingerprintOf(after))
    return undefined;
  return !isKnown && !endsTarget(before) && endsTarget(after) ? 'regressed' : 'changed';
}

function endsTarget(result: RowResult): boolean {
  const { verdict } = rawVerdictOf(result);
  return verdict === 'crash' || verdict === 'timeout';
}

function compareChanges(a: RowChange, b: RowChange): number {
  return (
    CHANGE_KINDS.indexOf(a.kind) - CHANGE_KINDS.indexOf(b.kind) ||
    compareText(a.row, b.row) ||
    compareText(a.pair.after.name, b.pair.after.name)
  );
}
