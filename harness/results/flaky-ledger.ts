import { createHash } from 'node:crypto';
import { isRed } from './exit-code.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Run } from './run.ts';
import type { RowResult, TargetFacts, VerdictWord } from './verdict.ts';

/** What repeated runs of one binary have shown. Read and written by `flaky-ledger-file.ts`. */
export interface FlakyLedger {
  /** Identities of the runs that were learned from, the oldest first: none counts twice. */
  readonly learned: readonly string[];
  readonly entries: readonly LedgerEntry[];
}

/** A row on one binary, with one accelerator and policy, judged by one version of the suite. */
export interface LedgerEntry {
  readonly row: string;
  /** The target's name, for people. */
  readonly target: string;
  /** SHA-256 of the binary. */
  readonly digest: string;
  readonly accelerator: string;
  readonly policy?: string;
  readonly suite: string;
  /** In how many runs the row has a result. */
  readonly runs: number;
  /** What came of it, the most frequent first; more than one makes it flaky. */
  readonly outcomes: readonly Outcome[];
}

/** One of the things that came of a row. */
export interface Outcome {
  readonly verdict: VerdictWord;
  readonly fingerprint: string;
  readonly count: number;
  /** When the first and the last such run began, as RFC 3339 in UTC. */
  readonly first: string;
  readonly last: string;
}

/** A ledger that has seen nothing. */
export const EMPTY_LEDGER: FlakyLedger = { learned: [], entries: [] };

/** More rows, runs or outcomes than these are forgotten, the oldest first. */
export const MAX_ENTRIES = 200_000;
const MAX_LEARNED = 20_000;
const MAX_OUTCOMES = 20;

/** What a ledger has learned of runs, and which of them it could not learn from. */
export interface Learned {
  readonly ledger: FlakyLedger;
  /** How many runs were new to it. */
  readonly runs: number;
  /** One line each: why a run tells nothing. */
  readonly left: readonly string[];
}

/**
 * Adds runs to a ledger. A run that is not whole, or of a server whose binary nobody knows, tells nothing that could be
 * compared with another.
 */
export function learnFromRuns(ledger: FlakyLedger, runs: readonly Run[]): Learned {
  const entries = new Map(ledger.entries.map((entry) => [keyOf(entry), entry]));
  const learned = new Set(ledger.learned);
  const left: string[] = [];
  let added = 0;
  const inOrder = runs.toSorted((a, b) => compare(a.summary?.started ?? '', b.summary?.started ?? ''));
  for (const run of inOrder) {
    const found = learnable(run);
    if ('why' in found) {
      left.push(`${run.dir}: ${found.why}`);
      continue;
    }
    if (learned.has(found.id)) continue;
    learned.add(found.id);
    added++;
    for (const result of run.results) addResult(entries, result, found);
  }
  const bounded = [...learned].slice(-MAX_LEARNED);
  return { ledger: { learned: bounded, entries: newest([...entries.values()]) }, runs: added, left };
}

interface Learnable {
  readonly id: string;
  readonly target: TargetFacts;
  readonly digest: string;
  readonly suite: string;
  readonly started: string;
}

function learnable({ target, summary, notWhole }: Run): Learnable | { readonly why: string } {
  if (notWhole !== undefined || summary === undefined) return { why: `not whole: ${notWhole ?? ''}` };
  const { digest, name } = target;
  if (digest === undefined) return { why: 'of a server, whose binary is not known' };
  const { started, finished, suite } = summary;
  const part = summary.shard?.index ?? 0;
  const id = createHash('sha256').update([name, digest, suite, started, finished, part].join('\n'));
  return { id: id.digest('hex').slice(0, 16), target, digest, suite, started };
}

function addResult(
  entries: Map<string, LedgerEntry>,
  result: RowResult,
  { target, digest, suite, started }: Learnable,
): void {
  const { name, accelerator, policy } = target;
  const same = { row: result.row, digest, accelerator, suite, ...(policy !== undefined && { policy }) };
  const before = entries.get(keyOf(same));
  const outcomes = addOutcome(before?.outcomes ?? [], result, started);
  entries.set(keyOf(same), { ...same, target: name, runs: (before?.runs ?? 0) + 1, outcomes });
}

function addOutcome(outcomes: readonly Outcome[], result: RowResult, at: string): readonly Outcome[] {
  const { verdict } = result;
  const fingerprint = fingerprintOf(result);
  const before = outcomes.find((one) => one.fingerprint === fingerprint && one.verdict === verdict);
  const added: Outcome = {
    verdict,
    fingerprint,
    count: (before?.count ?? 0) + 1,
    first: before === undefined || at < before.first ? at : before.first,
    last: before === undefined || at > before.last ? at : before.last,
  };
  return [added, ...outcomes.filter((one) => one !== before)]
    .sort((a, b) => b.count - a.count || compare(a.fingerprint, b.fingerprint))
    .slice(0, MAX_OUTCOMES);
}

function newest(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const kept =
    entries.length <= MAX_ENTRIES
      ? entries
      : entries.toSorted((a, b) => compare(lastSeen(b), lastSeen(a))).slice(0, MAX_ENTRIES);
  return kept.toSorted((a, b) => compare(keyOf(a), keyOf(b)));
}

function lastSeen({ outcomes }: LedgerEntry): string {
  return outcomes.reduce((latest, { last }) => (last > latest ? last : latest), '');
}

/** The entries that have shown more than one outcome. */
export function flakyEntries({ entries }: FlakyLedger): readonly LedgerEntry[] {
  return entries.filter(({ outcomes }) => outcomes.length > 1);
}

/** Looks up what is known of a red row; it stays red. Undefined where nothing is, or it was never otherwise. */
export type FlakyNotes = (result: RowResult, target: TargetFacts, suite: string) => string | undefined;

/** Prepares a ledger to be asked. */
export function notesOfLedger(ledger: FlakyLedger): FlakyNotes {
  const byKey = new Map(flakyEntries(ledger).map((entry) => [keyOf(entry), entry]));
  return (result, target, suite) => {
    const { digest, accelerator, policy } = target;
    if (digest === undefined || !isRed(result)) return undefined;
    const entry = byKey.get(
      keyOf({ row: result.row, digest, accelerator, suite, ...(policy !== undefined && { policy }) }),
    );
    if (entry === undefined) return undefined;
    const fingerprint = fingerprintOf(result);
    const same = entry.outcomes.find(
      (one) => one.fingerprint === fingerprint && one.verdict === result.verdict,
    );
    const often = `${same?.count ?? 0} of ${entry.runs} runs`;
    return same === undefined
      ? `known to be flaky, but none of ${entry.runs} runs failed so`
      : `known to be flaky: ${often} failed so`;
  };
}

/** What the ledger knows of the red rows of runs, a line to each that it knows to be flaky. */
export function describeFlaky(runs: readonly Run[], ledger: FlakyLedger): readonly string[] {
  const noteOf = notesOfLedger(ledger);
  return runs.flatMap(({ target, results, summary }) =>
    results.flatMap((result) => {
      const note = noteOf(result, target, summary?.suite ?? '');
      return note === undefined ? [] : [`${result.row} @ ${target.name}: ${result.verdict}; ${note}`];
    }),
  );
}

function keyOf({
  row,
  digest,
  accelerator,
  policy = '',
  suite,
}: Pick<LedgerEntry, 'row' | 'digest' | 'accelerator' | 'policy' | 'suite'>): string {
  return [row, digest, accelerator, policy, suite].join('\n');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
