import type { CheckFinding, CheckReport, CommandStanding } from '../harness/check/check-report.ts';
import type { CheckLevel } from '../harness/check/check-finding.ts';
import { oneLine } from './text.ts';

/**
 * What releases say of recordings, one finding to a line:
 * `file:line:column: level: COMMAND/pointer: what; since when; what instead`, with the number of messages where they are
 * many, and the releases where several were asked.
 */
export function renderCheckText(report: CheckReport): string {
  const lines = report.findings.map((finding) => lineOf(finding, report.releases.length > 1));
  return [...lines, checkSummary(report)].map((line) => `${oneLine(line)}\n`).join('');
}

function lineOf(finding: CheckFinding, many: boolean): string {
  const { file, line, column, level, releases, count } = finding;
  const times = count > 1 ? ` (${count} messages)` : '';
  const where = many ? ` (${releases.join(', ')})` : '';
  return `${file}:${line}:${column}: ${level}: ${checkWords(finding)}${times}${where}`;
}

/** A finding in a sentence, without its place in the file. */
export function checkWords({ path, direction, what, since, instead, meant }: CheckFinding): string {
  const parts = [
    direction === '<-' ? `${what} is sent` : what,
    since,
    instead === undefined ? undefined : `instead: ${instead}`,
    meant === undefined ? undefined : `did you mean '${meant}'?`,
  ];
  return `${path === '' ? '' : `${path}: `}${parts.filter((part) => part !== undefined).join('; ')}`;
}

const LEVELS: readonly CheckLevel[] = ['error', 'warning', 'note'];

/** "2 errors, 1 note in 120 messages of 1 recording, against 11.1" */
export function checkSummary({ findings, messages, files, releases }: CheckReport): string {
  const counts = LEVELS.flatMap((level) => {
    const count = findings.filter((one) => one.level === level).length;
    return count === 0 ? [] : [counted(count, level)];
  });
  const found = counts.length === 0 ? 'nothing' : counts.join(', ');
  const last = releases.at(-1) ?? 'no release';
  const against =
    releases.length > 2
      ? `${releases.length} releases, ${releases[0] ?? ''} to ${last}`
      : releases.join(' and ');
  return `${found} in ${counted(messages, 'message')} of ${counted(files, 'recording')}, against ${against === '' ? last : against}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const HEAD = ['command', 'messages', 'accepted by', 'deprecated in', 'refused by'];

/** Commands × releases: which take each command in all the ways in which it was sent. */
export function renderCheckTable({ commands }: CheckReport): string {
  const rows = [HEAD, ...commands.map((standing) => rowOf(standing))];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function rowOf({ command, count, ...ranges }: CommandStanding): readonly string[] {
  const { accepted, deprecated, refused } = ranges;
  const cells = [accepted, deprecated, refused].map((range) => (range === '' ? '-' : range));
  return [oneLine(command), String(count), ...cells];
}
