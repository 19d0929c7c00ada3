import { InputError } from '../errors.ts';
import { compileCaseGlob, compileGlob, type CaseGlob } from './case-glob.ts';
import type { KnownFailure } from './known-failures.ts';
import type { Finding, RowResult } from './verdict.ts';

/**
 * Makes what turns failures that are known into `known-failure`, and known failures that pass into `unexpected-pass`.
 * Verdicts of any other word stay: a row that was not run cannot fail as expected. Applying twice changes nothing.
 */
export function compileKnownFailures(entries: readonly KnownFailure[]): (result: RowResult) => RowResult {
  const expectations = entries.map(expectationFrom);
  return (result) => applyTo(result, expectations);
}

/** Tells whether any entry means a row on a target, whatever comes of it. */
export function meansKnownFailure(
  entries: readonly KnownFailure[],
): (row: string, target: string) => boolean {
  const globs = entries.map((entry) => compileCaseGlob(entry.rows));
  return (row, target) => namesOf(target).some((name) => globs.some((matches) => matches(row, name)));
}

/**
 * Checks that every entry means some row. Targets differ from run to run: only the part of the glob that means rows
 * can be known to be wrong.
 * @param rows identities of all rows that there are, none filtered away
 * @throws {InputError} for an entry that means none
 */
export function checkKnownFailures(entries: readonly KnownFailure[], rows: readonly string[]): void {
  for (const entry of entries) {
    if (rows.some(compileCaseGlob(entry.rows).matchesRow)) continue;
    const { file, line, column } = entry.place;
    throw new InputError(
      `${file}:${line}:${column}: '${entry.rows}' means no row; expected a glob of rows that exist`,
    );
  }
}

/**
 * Entries whose review date is past, one warning each, with its place.
 * @param today `YYYY-MM-DD`
 */
export function overdueKnownFailures(entries: readonly KnownFailure[], today: string): readonly string[] {
  return entries
    .filter(({ reviewBy }) => reviewBy < today)
    .map(({ place, rows, reviewBy }) => {
      return `${place.file}:${place.line}:${place.column}: known failure of '${rows}' was to be reviewed by ${reviewBy}`;
    });
}

interface Expectation {
  readonly entry: KnownFailure;
  readonly matches: CaseGlob;
  readonly explains: (finding: Finding) => boolean;
}

function expectationFrom(entry: KnownFailure): Expectation {
  const { blame, rule } = entry;
  const isRule = rule === undefined ? () => true : compileGlob(rule);
  const explains = (finding: Finding) =>
    (blame === undefined || finding.blame === blame) && isRule(finding.rule);
  return { entry, matches: compileCaseGlob(entry.rows), explains };
}

function applyTo(result: RowResult, expectations: readonly Expectation[]): RowResult {
  const names = namesOf(result.target);
  const meant = expectations.filter(({ matches }) => names.some((name) => matches(result.row, name)));
  switch (result.verdict) {
    case 'pass': {
      const expectation = meant.find(({ entry }) => entry.intermittent !== true);
      if (expectation === undefined) return result;
      return {
        ...result,
        verdict: 'unexpected-pass',
        reason: `passes, but is a known failure: ${wordsOf(expectation)}`,
      };
    }
    case 'fail':
    case 'crash':
    case 'timeout': {
      const explaining = explanationsOf(result, meant);
      if (explaining === undefined) return result;
      return { ...result, verdict: 'known-failure', reason: explaining.map(wordsOf).join('; ') };
    }
    case 'known-failure':
    case 'unexpected-pass':
    case 'not-applicable':
    case 'untestable':
    case 'setup-error':
    case 'harness-error':
      return result;
  }
}

/** A target under a policy fails where it fails without: its name begins with that other's. */
function namesOf(target: string): readonly string[] {
  const [version = '', architecture = '', accelerator = '', ...policy] = target.split(' ');
  return policy.length === 0 ? [target] : [target, [version, architecture, accelerator].join(' ')];
}

/**
 * The entries that together explain every finding, each once; `undefined` where one is left over. An entry that names
 * a blame or rule says nothing about a crash that left no finding.
 */
function explanationsOf(
  { findings }: RowResult,
  meant: readonly Expectation[],
): readonly Expectation[] | undefined {
  if (findings.length === 0) {
    const broad = meant.find(({ entry }) => entry.blame === undefined && entry.rule === undefined);
    return broad && [broad];
  }
  const explaining = findings.map((finding) => meant.find(({ explains }) => explains(finding)));
  const found = explaining.filter((expectation) => expectation !== undefined);
  return found.length === findings.length ? [...new Set(found)] : undefined;
}

function wordsOf({ entry }: Expectation): string {
  return entry.link === undefined ? entry.reason : `${entry.reason} (${entry.link})`;
}
