import { inputErrorAt } from '../errors.ts';
import { compileCaseGlob, compileGlob, type CaseGlob } from './case-glob.ts';
import { conditionHolds, couldHold, spanOf, type ConditionFacts } from './failure-condition.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { KnownFailure } from './known-failures.ts';
import { withoutExpectations } from './raw-verdict.ts';
import type { Finding, RowResult } from './verdict.ts';

/**
 * Makes what turns failures that are known into `known-failure`, and known failures that pass into `unexpected-pass`.
 * Verdicts of any other word stay: a row that was not run cannot fail as expected. What it was is kept in `was`.
 * Applying twice changes nothing. Made once, it serves all targets: hundreds of globs take megabytes.
 * @returns takes a result, and what conditions look at; where that is absent, a target's name tells all but the package
 */
export function compileKnownFailures(
  entries: readonly KnownFailure[],
): (result: RowResult, facts?: ConditionFacts) => RowResult {
  const expectations = entries.map(expectationFrom);
  return (result, facts) => applyTo(result, expectations, facts);
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
    throw inputErrorAt(entry.place, `'${entry.rows}' means no row`, 'a glob of rows that exist');
  }
}

/**
 * Checks that the condition of every entry can hold.
 * @param known the series of releases that there are, `x.y`, and versions of targets
 * @throws {InputError} for an entry whose releases are all outside of these
 */
export function checkConditions(entries: readonly KnownFailure[], known: readonly string[]): void {
  for (const { when, place } of entries) {
    if (when === undefined || couldHold(when, known)) continue;
    const releases = when.releases?.text ?? '';
    throw inputErrorAt(place, `releases '${releases}' can never hold`, `some of ${spanOf(known)}`);
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

function applyTo(
  result: RowResult,
  expectations: readonly Expectation[],
  facts: ConditionFacts = factsOfName(result.target),
): RowResult {
  const names = namesOf(result.target);
  const meant = expectations.filter(
    ({ entry, matches }) =>
      names.some((name) => matches(result.row, name)) && conditionHolds(entry.when, facts),
  );
  switch (result.verdict) {
    case 'pass': {
      const expectation = meant.find(({ entry }) => entry.intermittent !== true);
      if (expectation === undefined) return result;
      const reason = `passes, but is a known failure: ${wordsOf(expectation)}`;
      return changed(result, 'unexpected-pass', reason);
    }
    case 'fail':
    case 'crash':
    case 'timeout':
      return applyToFailure(withoutExpectations(result), meant);
    case 'known-failure':
    case 'unexpected-pass':
    case 'not-applicable':
    case 'untestable':
    case 'setup-error':
    case 'harness-error':
      return result;
  }
}

/** A failure that is not the one that is known stays what it is, and says so. */
function applyToFailure(raw: RowResult, meant: readonly Expectation[]): RowResult {
  const print = meant.some(({ entry }) => entry.fingerprints !== undefined) ? fingerprintOf(raw) : '';
  const fitting = meant.filter(({ entry }) => entry.fingerprints?.includes(print) ?? true);
  const explaining = explanationsOf(raw, fitting);
  if (explaining !== undefined) return changed(raw, 'known-failure', explaining.map(wordsOf).join('; '));
  const others = explanationsOf(raw, meant)?.filter((one) => !fitting.includes(one)) ?? [];
  if (others.length === 0) return raw;
  const expected = others.flatMap(({ entry }) => entry.fingerprints ?? []).join(' or ');
  const known = `known failure (${others.map(wordsOf).join('; ')}) of another difference`;
  const reason = `${known}: got ${print}, expected ${expected}${raw.reason === undefined ? '' : `; ${raw.reason}`}`;
  return changed(raw, raw.verdict, reason);
}

function changed(raw: RowResult, verdict: RowResult['verdict'], reason: string): RowResult {
  const was = { verdict: raw.verdict, ...(raw.reason === undefined ? {} : { reason: raw.reason }) };
  return { ...raw, verdict, reason, was };
}

function factsOfName(target: string): ConditionFacts {
  const [version = '', architecture = '', accelerator = ''] = target.split(' ');
  return { version, architecture, accelerator, package: '' };
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
