import XMLBuilder from 'fast-xml-builder';
import type { AbsentTarget, Matrix, RanTarget } from '../harness/compat/matrix.ts';
import type { Finding, RowResult } from '../harness/results/verdict.ts';
import { line, lineWithin, textWithin, type TextLimits, type TextRoom } from './junit-text.ts';
import type { PlaceOf } from './row-place.ts';

/** What JUnit is made with. */
export interface JunitOptions {
  readonly limits?: TextLimits;
  readonly placeOf?: PlaceOf;
}

/** GitLab takes files of less than 30 MB. */
const LIMITS: TextLimits = { perText: 4000, perFile: 15_000_000 };

/** Members of an element: `@_x` is an attribute, `#text` the text, others are elements. */
interface Element {
  readonly [name: string]: string | number | Element | readonly Element[] | undefined;
}

/**
 * The matrix as JUnit XML, a suite to a target and a test case to a row, in the form that GitLab and Jenkins have in
 * common. A target that was asked for and not run is a case that is an error, so that nobody takes it for a success.
 */
export function renderJunit(matrix: Matrix, options: JunitOptions = {}): string {
  const { limits = LIMITS, placeOf = () => undefined } = options;
  const several = matrix.targets.filter(({ state }) => state === 'run').length > 1;
  const report = { several, room: { limits, left: limits.perFile }, placeOf };
  const suites = matrix.targets.map((target, column) => {
    if (target.state !== 'run') return absentSuite(target, column);
    const results = matrix.rows.flatMap(({ cells }) => cells[column] ?? []);
    return suiteOf(
      target,
      column,
      results.map((result) => caseOf(result, report)),
    );
  });
  const testsuites = { '@_name': 'qmp-conformance', ...totalsOf(suites.map(({ totals }) => totals)) };
  const builder = new XMLBuilder({
    format: true,
    ignoreAttributes: false,
    // An attribute with the value "true" must keep it: XML knows no attribute without.
    suppressBooleanAttributes: false,
    suppressEmptyNode: true,
  });
  return builder.build({
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    testsuites: { ...testsuites, testsuite: suites.map(({ element }) => element) },
  });
}

interface Totals {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly seconds: number;
}

interface Suite {
  readonly totals: Totals;
  readonly element: Element;
}

/** What came of a test case, in JUnit's words. */
type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface TestCase {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly element: Element;
}

/** What all cases of a report have in common. */
interface Report {
  /** Whether several targets were run. */
  readonly several: boolean;
  readonly room: TextRoom;
  readonly placeOf: PlaceOf;
}

function suiteOf(target: RanTarget, index: number, cases: readonly TestCase[]): Suite {
  const [first] = target.summaries;
  return suiteFrom(target.name, index, cases, {
    timestamp: first === undefined ? undefined : timestampOf(first.started),
    properties: propertiesOf(target),
  });
}

function absentSuite({ name, state, reason }: AbsentTarget, index: number): Suite {
  const message = line(`${state === 'missing' ? 'not run' : 'not whole'}: ${reason}`);
  const element = {
    '@_name': line(`target ${name}`),
    '@_classname': 'targets',
    '@_time': '0.000',
    error: { '@_type': state, '@_message': message, '#text': message },
  };
  return suiteFrom(name, index, [{ outcome: 'error', seconds: 0, element }], {});
}

interface SuiteFacts {
  readonly timestamp?: string | undefined;
  readonly properties?: Element;
}

function suiteFrom(name: string, index: number, cases: readonly TestCase[], facts: SuiteFacts): Suite {
  const count = (wanted: Outcome) => cases.filter(({ outcome }) => outcome === wanted).length;
  const totals = {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    seconds: cases.reduce((sum, { seconds }) => sum + seconds, 0),
  };
  const { timestamp, properties } = facts;
  const element = {
    '@_name': line(name),
    '@_id': index,
    ...totalsOf([totals]),
    '@_skipped': totals.skipped,
    ...(timestamp !== undefined && { '@_timestamp': timestamp }),
    ...(properties && { properties }),
    testcase: cases.map((one) => one.element),
  };
  return { totals, element };
}

function totalsOf(all: readonly Totals[]): Element {
  const sum = (valueOf: (totals: Totals) => number) => all.reduce((total, one) => total + valueOf(one), 0);
  return {
    '@_tests': sum(({ tests }) => tests),
    '@_failures': sum(({ failures }) => failures),
    '@_errors': sum(({ errors }) => errors),
    '@_time': sum(({ seconds }) => seconds).toFixed(3),
  };
}

function propertiesOf({ facts, summaries }: RanTarget): Element {
  const { version, package: packageText, digest, architecture, accelerator, schema, policy } = facts;
  const suite = [...new Set(summaries.map((summary) => summary.suite))].join(', ');
  const known = { version, package: packageText, digest, architecture, accelerator, schema, policy, suite };
  const property = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [{ '@_name': name, '@_value': line(value) }],
  );
  return { property };
}

/** RFC 3339 in UTC without its zone, as the schemas of JUnit want it; none where an archive says something else. */
function timestampOf(text: string): string | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(text)?.[0];
}

/**
 * The row's module is the class, by which both list cases; the dots in a name would divide it further. With several
 * targets the name is that of the case, target and all: neither shows the suite, and GitLab takes the first of two
 * cases of one name for both.
 */
function caseOf(result: RowResult, report: Report): TestCase {
  const { row, target, duration } = result;
  const seconds = Math.min(Math.max(duration, 0), 1e12) / 1000;
  const classname = row.split('/').slice(0, 2).join('/').replaceAll('.', '_').replaceAll('/', '.');
  const outcome = outcomeOf(result);
  return {
    outcome,
    seconds,
    element: {
      '@_name': line(report.several ? `${row} @ ${target}` : row),
      '@_classname': line(classname),
      '@_time': seconds.toFixed(3),
      ...(outcome !== 'passed' && { [outcome]: outcomeElement(result, outcome, report) }),
      ...(isLoud(outcome) && outputsOf(result, report.room)),
    },
  };
}

function outcomeOf({ verdict }: RowResult): Outcome {
  switch (verdict) {
    case 'pass':
      return 'passed';
    case 'fail':
    case 'crash':
    case 'timeout':
    case 'unexpected-pass':
      return 'failure';
    case 'setup-error':
    case 'harness-error':
      return 'error';
    case 'not-applicable':
    case 'untestable':
    case 'known-failure':
      return 'skipped';
  }
}

function isLoud(outcome: Outcome): boolean {
  return outcome === 'failure' || outcome === 'error';
}

/** Why a case was skipped stands in its text, which both read; of the schemas not all know a message there. */
function outcomeElement(result: RowResult, outcome: Outcome, { room, placeOf }: Report): Element {
  const { verdict, reason = '' } = result;
  if (outcome === 'skipped')
    return { '#text': lineWithin(reason === '' ? verdict : `${verdict}: ${reason}`, room) };
  const [first] = result.findings;
  const message = first === undefined ? reason : `${first.what}; expected ${first.expected}`;
  return {
    '@_type': typeOf(first?.rule, verdict),
    '@_message': lineWithin(message === '' ? verdict : message, room),
    '#text': textWithin(detailsOf(result, placeOf), room),
  };
}

/** GitLab reads XML in a way that takes a `type` of `yaml` or `symbol` for a request to make an object, and refuses. */
function typeOf(rule: string | undefined, verdict: string): string {
  return rule?.includes('/') === true ? line(rule) : verdict;
}

function detailsOf(result: RowResult, placeOf: PlaceOf): string {
  const { row, verdict, reason, findings, process } = result;
  const place = placeOf(row, findings[0]?.message ?? -1);
  const ended =
    process === undefined ? [] : [`status ${process.code ?? '-'}, signal ${process.signal ?? '-'}`];
  const where = place === undefined ? [] : [`${place.file}:${place.line}`];
  const lines = [reason === undefined ? verdict : `${verdict}: ${reason}`, ...where, ...ended];
  return [...lines, ...findings.flatMap(findingLines)].join('\n');
}

function findingLines({ blame, rule, message, pointer, what, expected }: Finding): readonly string[] {
  const where = message < 0 ? '' : `, message ${message}${pointer === '' ? '' : ` at ${pointer}`}`;
  return [`${rule} (${blame} to blame)${where}`, `  is:       ${what}`, `  expected: ${expected}`];
}

function outputsOf({ shrunk, process }: RowResult, room: TextRoom): Element {
  const stderr = process?.stderr ?? '';
  return {
    ...(shrunk !== undefined && {
      'system-out': textWithin(`As little as still shows it:\n${shrunk}`, room),
    }),
    ...(stderr !== '' && { 'system-err': textWithin(stderr, room) }),
  };
}
