import type { RowResult, TargetFacts } from '../results/verdict.ts';
import type { Profile } from './profile.ts';
import type { Breach } from './rules.ts';
import { compileWaivers, type Waiver } from './waivers.ts';

/** What a verdict counts for a certificate. */
export type Standing =
  | 'passed'
  /** The document is wrong, and nothing else is: that is no matter of the target. */
  | 'erratum'
  | 'waived'
  | 'not-applicable'
  | 'untestable'
  | 'failed';

/** What the verdicts of a target come to. */
export interface Score {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly counts: Readonly<Record<Standing, number>>;
  /** In the words of the in-toto predicate. */
  readonly result: 'PASSED' | 'WARNED' | 'FAILED';
  /** The waivers that were needed. */
  readonly used: readonly Waiver[];
  readonly breaches: readonly Breach[];
}

/**
 * Holds verdicts against what a profile demands of each row: a pass; a failure with a waiver; that it does not apply, with
 * its evidence; or that it cannot be tested, with what is missing.
 * @param day on which the waivers must hold, `YYYY-MM-DD`
 */
export function scoreResults(
  results: readonly RowResult[],
  profile: Profile,
  waivers: readonly Waiver[],
  target: Pick<TargetFacts, 'name' | 'version'>,
  day: string,
): Score {
  const waiverOf = compileWaivers(waivers, target, day);
  const used = new Set<Waiver>();
  const standings = new Map<string, Standing>();
  const counts = { passed: 0, erratum: 0, waived: 0, 'not-applicable': 0, untestable: 0, failed: 0 };
  const breaches: Breach[] = [];
  for (const result of results) {
    const unwaived = standingOf(result);
    const waiver = unwaived === 'failed' && isWaivable(result) ? waiverOf(result.row) : undefined;
    if (waiver !== undefined) used.add(waiver);
    const standing = waiver === undefined ? unwaived : 'waived';
    standings.set(result.row, standing);
    counts[standing]++;
    if (standing === 'failed') breaches.push(redRow(result));
  }
  breaches.push(...idleWaivers(waivers, used, day), ...belowMinimum(counts, results.length, profile));
  const warned = counts.erratum + counts.waived + counts.untestable > 0;
  const result = counts.failed > 0 ? 'FAILED' : warned ? 'WARNED' : 'PASSED';
  return { standings, counts, result, used: [...used], breaches };
}

function standingOf({ verdict, findings }: RowResult): Standing {
  switch (verdict) {
    case 'pass':
    case 'unexpected-pass':
      // Whether it was expected to fail is a matter between the suite and itself.
      return 'passed';
    case 'not-applicable':
    case 'untestable':
      return verdict;
    case 'fail':
    case 'known-failure': {
      const isErratum = findings.length > 0 && findings.every(({ blame }) => blame === 'example');
      return isErratum ? 'erratum' : 'failed';
    }
    case 'crash':
    case 'timeout':
    case 'setup-error':
    case 'harness-error':
      return 'failed';
  }
}

/** A row that could not be performed has shown nothing that could be forgiven. */
function isWaivable({ verdict }: RowResult): boolean {
  return verdict !== 'setup-error' && verdict !== 'harness-error';
}

function redRow({ row, verdict, reason }: RowResult): Breach {
  const what = reason === undefined ? verdict : `${verdict}: ${reason}`;
  const expected =
    verdict === 'setup-error' || verdict === 'harness-error'
      ? 'a row that was performed'
      : 'pass, or a waiver';
  return { rule: 'bundle/red-row', where: row, what, expected };
}

function idleWaivers(waivers: readonly Waiver[], used: ReadonlySet<Waiver>, day: string): readonly Breach[] {
  return waivers
    .filter((waiver) => !used.has(waiver))
    .map(({ place, rows, until }) => ({
      rule: 'bundle/waiver',
      where: `${place.file}:${place.line}:${place.column}`,
      what:
        until < day ? `the waiver of '${rows}' ended on ${until}` : `the waiver of '${rows}' waives nothing`,
      expected: until < day ? `one that holds on ${day}` : 'one that a row of this target needs',
    }));
}

function belowMinimum(
  { passed, erratum, waived, failed }: Readonly<Record<Standing, number>>,
  scored: number,
  { minimum }: Profile,
): readonly Breach[] {
  const performed = passed + erratum + waived + failed;
  if (scored > 0 && performed * 100 >= minimum * scored) return [];
  const what = `${performed} of ${scored} scored rows were performed`;
  return [
    { rule: 'bundle/minimum', where: 'results.ndjson', what, expected: `${minimum} % of them at least` },
  ];
}
