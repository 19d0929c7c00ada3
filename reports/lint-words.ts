import type { LintReport, ReportedFinding } from '../harness/lint/lint-report.ts';
import type { LintSeverity } from '../harness/lint/rules.ts';

/** A finding in a sentence. */
export function lintWords({ what, expected }: ReportedFinding): string {
  return `${what}; expected ${expected}`;
}

/** Lines that a fix takes away and puts in. */
export interface FixLines {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What a fix changes, in whole lines of the message, each with the arrow that belongs before it. */
export function linesOfFix({ message, fix }: ReportedFinding): FixLines | undefined {
  if (message === undefined || fix === undefined) return undefined;
  const before = `${message.direction} ${message.text}`.split('\n');
  const after = `${fix.direction} ${fix.text}`.split('\n');
  if (before.length === after.length) {
    const changed = before.flatMap((line, at) => (line === after[at] ? [] : [at]));
    return { removed: changed.map((at) => before[at] ?? ''), added: changed.map((at) => after[at] ?? '') };
  }
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { removed: before.slice(start, before.length - end), added: after.slice(start, after.length - end) };
}

const SEVERITIES: readonly LintSeverity[] = ['error', 'warning', 'note'];

/** "3 errors, 1 note in 255 examples of 10.2" */
export function lintSummary({ findings, examples, releases }: LintReport): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  const last = releases.at(-1) ?? 'none';
  const of = releases.length > 1 ? `${releases.length} releases, ${releases[0] ?? ''} to ${last}` : last;
  const found = counts.length === 0 ? 'nothing wrong' : counts.join(', ');
  return `${found} in ${counted(examples, 'example')} of ${of}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
