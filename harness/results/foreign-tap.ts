import { stat } from 'node:fs/promises';
import { Parser, type FinalResults, type Result } from 'tap-parser';
import { InputError, inputErrorAt } from '../errors.ts';
import { readLines } from './read-lines.ts';
import type { Finding, RowResult, VerdictWord } from './verdict.ts';

/** What a TAP file may have at most: a test suite that prints more is a mistake, or means harm. */
export interface TapLimits {
  readonly lines: number;
  readonly tests: number;
}

const LIMITS: TapLimits = { lines: 2_000_000, tests: 100_000 };

/** Levels of subtests; QEMU's tests have two or three. */
const MAX_LEVELS = 32;

/** Longer lines are output of the tests, not TAP. */
const MAX_LINE = 10_000;

const MAX_NAME = 300;

/**
 * Reads a file in the Test Anything Protocol (versions 12 to 14), as QEMU's own `make check` writes it, into rows
 * `tap/<name>/<test>` of `target`: ok is `pass`, not ok `fail`, a skipped test `not-applicable`, a failed TODO
 * `known-failure`. `tap/<name>/whole` says whether all came that was planned. Diagnostics in YAML are passed over.
 * @throws {InputError} for a file that cannot be read, is no TAP, or is beyond the limits
 */
export async function readForeignTap(
  file: string,
  name: string,
  target: string,
  limits: TapLimits = LIMITS,
): Promise<readonly RowResult[]> {
  const facts = await stat(file).catch((cause: unknown) => {
    throw new InputError(`${file}: cannot be read; expected a file of TAP`, { cause });
  });
  if (!facts.isFile()) throw new InputError(`${file}: no file; expected one of TAP`);
  const reading: Reading = { name, target, rows: new Map(), red: 0, named: new Map(), limits, file, line: 0 };
  const parser = new Parser();
  listen(parser, [], reading);
  let isTap = false;
  let blockIndent: number | undefined;
  for await (const { bytes, number } of readLines(file)) {
    reading.line = number;
    if (number > limits.lines) throw tooMuch(reading, `more than ${limits.lines} lines`);
    const line = bytes.length > MAX_LINE ? '' : bytes.toString('utf8').trimEnd();
    blockIndent = blockAfter(line, blockIndent);
    if (blockIndent !== undefined || isOutput(line)) continue;
    checkLevel(line, reading);
    isTap ||= /^(?:(?:not )?ok\b|\d+\.\.\d|Bail out!)/.test(line);
    parser.write(`${line}\n`);
  }
  if (!isTap) throw new InputError(`${file}: no plan, and no test; expected TAP`);
  parser.end();
  return [...reading.rows.values()];
}

interface Reading {
  readonly name: string;
  readonly target: string;
  readonly rows: Map<string, RowResult>;
  /** How many rows fail; how many tests have had a name. */
  red: number;
  readonly named: Map<string, number>;
  readonly limits: TapLimits;
  readonly file: string;
  /** The line that is being read. */
  line: number;
}

/**
 * The indentation of the YAML block that a line is in or begins; `undefined` outside. The blocks do not go to the
 * parser: it would make values of them, down to regular expressions.
 */
function blockAfter(line: string, indent: number | undefined): number | undefined {
  if (indent === undefined) return /^(?: {4})* {2}---$/.test(line) ? line.indexOf('-') : undefined;
  const own = line.length - line.trimStart().length;
  if (line !== '' && own < indent) return undefined;
  return own === indent && line.trimStart() === '...' ? -1 : indent === -1 ? undefined : indent;
}

/** Comments, but for those that name a subtest, and what asks the parser for another way of reading. */
function isOutput(line: string): boolean {
  return line === '' || /^\s*(?:#(?! Subtest)|pragma\b)/.test(line);
}

function checkLevel(line: string, reading: Reading): void {
  const spaces = line.length - line.trimStart().length;
  if (spaces > 4 * MAX_LEVELS) throw tooMuch(reading, `subtests in more than ${MAX_LEVELS} levels`);
}

function tooMuch({ file, line }: Reading, what: string): InputError {
  return inputErrorAt({ file, line, column: 1 }, what, 'the TAP of one test program');
}

/** Takes the test points of a document or subtest, and of the subtests below it. */
function listen(parser: Parser, path: readonly string[], reading: Reading): void {
  let inside: { readonly red: number } | undefined;
  let unnamed = 0;
  parser.on('child', (child: Parser) => {
    inside = { red: reading.red };
    listen(child, [...path, child.name === '' ? `subtest-${++unnamed}` : child.name], reading);
  });
  parser.on('assert', (test: Result) => {
    const summed = inside;
    inside = undefined;
    // The test point behind a subtest sums it up: what it says is in the rows of the subtest, or it is a row.
    if (summed !== undefined && (test.ok || reading.red > summed.red)) return;
    addRow(test, path, reading);
  });
  parser.on('complete', (results: FinalResults) => {
    const breaches = breachesOf(results);
    if (path.length === 0) addWhole(results, breaches, reading);
    else if (breaches.length > 0) addResult([...path, 'whole'], 'fail', breaches, undefined, reading);
  });
}

function addRow(test: Result, path: readonly string[], reading: Reading): void {
  // GLib puts the message of a failed assertion behind the path of the test.
  const [, name = test.name, message] = /^(\/.*?) - (.*)$/s.exec(test.name) ?? [];
  const said = message ?? '';
  const own = name === '' ? `test-${test.id || reading.rows.size + 1}` : name;
  const { verdict, reason } = verdictOf(test, said);
  const what = said === '' ? 'not ok' : `not ok: ${said}`;
  const finding = {
    blame: 'target',
    rule: 'tap/not-ok',
    message: -1,
    pointer: '',
    what,
    expected: 'ok',
  } as const;
  addResult([...path, own], verdict, verdict === 'fail' ? [finding] : [], reason, reading);
}

function verdictOf(
  { ok, skip, todo }: Result,
  said: string,
): { readonly verdict: VerdictWord; readonly reason?: string } {
  const words = (mark: string, reason: unknown) => (typeof reason === 'string' ? `${mark}: ${reason}` : mark);
  if (skip !== false) return { verdict: 'not-applicable', reason: words('SKIP', skip) };
  if (todo !== false) return { verdict: ok ? 'pass' : 'known-failure', reason: words('TODO', todo) };
  return ok ? { verdict: 'pass' } : { verdict: 'fail', reason: said === '' ? 'not ok' : said };
}

/** Where a document is not as it says itself. */
function breachesOf({ plan, count, bailout, failures }: FinalResults): readonly Finding[] {
  const finding = (rule: string, what: string, expected: string): Finding => {
    return { blame: 'target', rule, message: -1, pointer: '', what, expected };
  };
  const found: Finding[] = [];
  if (bailout !== false) {
    const reason = typeof bailout === 'string' ? `: ${bailout}` : '';
    found.push(finding('tap/bail-out', `Bail out!${reason}`, 'tests to the end'));
  }
  const { start, end } = plan;
  if (start === null || end === null) found.push(finding('tap/plan', 'no plan', 'a plan, 1..N'));
  else if (end - start + 1 !== count && !(plan.skipAll && count === 0)) {
    found.push(finding('tap/plan', `${count} test points`, `${end - start + 1}, as planned`));
  }
  const errors = new Set(
    failures.flatMap(({ tapError }) => (typeof tapError === 'string' ? [tapError] : [])),
  );
  for (const error of errors) {
    if (error !== 'no plan') found.push(finding('tap/broken', error.slice(0, MAX_NAME), 'TAP'));
    if (found.length > 20) break;
  }
  return found;
}

function addWhole({ plan }: FinalResults, breaches: readonly Finding[], reading: Reading): void {
  if (breaches.length > 0) addResult(['whole'], 'fail', breaches, breaches[0]?.what, reading);
  else if (plan.skipAll) addResult(['whole'], 'not-applicable', [], `SKIP: ${plan.skipReason}`, reading);
  else addResult(['whole'], 'pass', [], undefined, reading);
}

function addResult(
  path: readonly string[],
  verdict: VerdictWord,
  findings: readonly Finding[],
  reason: string | undefined,
  reading: Reading,
): void {
  const { name, target, rows, named, limits } = reading;
  if (rows.size >= limits.tests) throw tooMuch(reading, `more than ${limits.tests} tests`);
  const first = `tap/${name}/${segmentsOf(path)}`;
  const count = (named.get(first) ?? 0) + 1;
  named.set(first, count);
  const row = count === 1 ? first : `${first}#${count}`;
  if (verdict === 'fail') reading.red++;
  const result = { row, target, verdict, findings, checks: 1, documented: false, duration: 0 };
  rows.set(row, reason === undefined ? result : { ...result, reason });
}

/** Names of tests as segments of a row: no white space, which separates rows from targets, and nothing that hides. */
function segmentsOf(path: readonly string[]): string {
  const segments = path
    .flatMap((name) => name.split('/'))
    .map((segment) => segment.replaceAll(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, '-'))
    .filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return segments.length === 0 ? 'test' : segments.join('/').slice(0, MAX_NAME);
}
