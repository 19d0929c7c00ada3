import { createHash } from 'node:crypto';
import { rawVerdictOf } from './raw-verdict.ts';
import type { Finding, ProcessEnd, RowResult } from './verdict.ts';

/**
 * What differs, in 16 hexadecimal digits: the same for the same difference in another run, on another host, under
 * another accelerator and in another point release; another for another difference. The row and the target are no
 * part of it, nor is what expectations made of the verdict.
 */
export function fingerprintOf(result: RowResult): string {
  return createHash('sha256')
    .update(JSON.stringify(essenceOf(result)))
    .digest('hex')
    .slice(0, 16);
}

/** All that the fingerprint is made of; order and number of equal findings say nothing. */
function essenceOf(result: RowResult): readonly unknown[] {
  const { verdict, reason = '' } = rawVerdictOf(result);
  const findings = result.findings.map((finding) => JSON.stringify(essenceOfFinding(finding, result.row)));
  const differences = [...new Set(findings)].sort();
  switch (verdict) {
    case 'crash':
      return [verdict, result.process === undefined ? '' : essenceOfEnd(result.process), differences];
    case 'not-applicable':
    case 'untestable':
    case 'setup-error':
    case 'harness-error':
      return [verdict, result.hardware ?? essenceOfReason(reason), differences];
    case 'pass':
    case 'fail':
    case 'timeout':
    case 'known-failure':
    case 'unexpected-pass':
      return [verdict, differences];
  }
}

/** What is needed or wrong; what the target said to it and how it was started are of the host. */
function essenceOfReason(reason: string): string {
  const [line = ''] = reason.split(/\n|; found: |; command: /);
  return essenceOfText(line.replaceAll(/\berror ([A-Z][A-Za-z]+): .*/g, 'error $1'));
}

function essenceOfFinding({ blame, rule, message, pointer, what, expected }: Finding, row: string): unknown {
  // Queries and refusals go through lists that the target tells: how many requests came before differs by release.
  const index = /^(?:queries|refusals)\//.test(row) ? -1 : message;
  return [blame, rule, index, foldIndices(pointer), essenceOfText(what), essenceOfExpected(expected)];
}

// Which of several elements is wrong depends on how many the host has.
function foldIndices(pointer: string): string {
  return pointer.replaceAll(/\/\d+(?=\/|$)/g, '/*');
}

/** How the process ended, and the assertion that it named; other lines of stderr are of the host. */
function essenceOfEnd({ code, signal, stderr }: ProcessEnd): readonly string[] {
  return [signal ?? String(code), assertionIn(stderr)];
}

/**
 * The forms in which the C libraries and GLib tell an assertion: `FILE:LINE: FUNCTION: Assertion `X' failed.`,
 * `Assertion failed: X (FILE: FUNCTION: LINE)`, `ERROR:FILE:LINE:FUNCTION: assertion failed: (X)` and
 * `ERROR:FILE:LINE:FUNCTION: code should not be reached`. Files move and lines shift in point releases.
 */
const ASSERTIONS = [
  /(?:(?<function>[\w:~]+): )?Assertion [`'](?<text>.{1,500})' failed/,
  /Assertion failed: (?<text>.{1,500}?) \([^()]*?(?<function>\w+): ?\d+\)/,
  /ERROR:[^\n]{1,500}?:\d+:(?<function>\w+): (?<text>[^\n]{1,500})/,
];

/** The line of stderr in which an assertion is told; '' where none is. */
export function assertionLine(stderr: string): string {
  return stderr.split('\n').find((line) => assertionIn(line) !== '') ?? '';
}

function assertionIn(stderr: string): string {
  for (const form of ASSERTIONS) {
    const groups = form.exec(stderr)?.groups;
    if (groups === undefined) continue;
    const text = (groups['text'] ?? '').replace(/^assertion failed:? ?/, '');
    return `${groups['function'] ?? ''}: ${text.replaceAll(/\b0x[0-9a-f]+\b|\b\d+\b/gi, '<n>')}`;
  }
  return '';
}

/** Lists in what was expected grow with every release, and a request repeats what the rule says. */
function essenceOfExpected(expected: string): string {
  const cause = expected.replace(/,? to \{.*$/s, '');
  const list = /^(members|one of|a value of|strings,) /.exec(cause);
  return list === null ? essenceOfText(cause) : (list[1] ?? '');
}

/** What is said of a message, without its values: `desc`, numbers, strings, paths, and places in a text. */
function essenceOfText(text: string): string {
  const kind = kindOfMessage(text);
  if (kind !== undefined) return kind;
  return text
    .replaceAll(/ \(not again [^()]*\)/g, '')
    .replaceAll(/(?<![\w'])"(?:[^"\\]|\\.)*"/g, (quoted) => (isWord(quoted) ? quoted : '"…"'))
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<uuid>')
    .replaceAll(/(?<![\w.])\/[\w.-]+\/[^\s'",;)]*/g, '<path>')
    .replaceAll(/\b0x[0-9a-f]+\b/gi, '<n>')
    .replaceAll(/(?<![\w-])-?\d+(?:\.\d+)*(?:e[+-]?\d+)?(?![\w-])/gi, '<n>');
}

/** Names of QAPI tell one difference from another; a string with anything else in it may be another tomorrow. */
function isWord(quoted: string): boolean {
  return /^"[a-z][a-z-]{0,60}"$/i.test(quoted);
}

/** A response or an event that stands where another thing was expected: what it is, not what it says. */
function kindOfMessage(text: string): string | undefined {
  const told = /^error ([A-Za-z]+)(?=:|$)/.exec(text)?.[1];
  const error = told ?? /^\{\s*"error":\s*\{\s*"class":\s*"(\w+)"/.exec(text)?.[1];
  if (error !== undefined) return `error ${error}`;
  if (/^\{\s*"return":/.test(text)) return 'success';
  const event = /^\{.{0,200}"event":\s*"(\w+)"/s.exec(text)?.[1];
  return event === undefined ? undefined : `event ${event}`;
}
