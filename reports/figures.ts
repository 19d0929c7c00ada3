import {
  countPossible,
  shareOfDocumented,
  type DocumentedCounts,
} from '../harness/compat/documented-counts.ts';
import type { MatrixTarget } from '../harness/compat/matrix.ts';
import { VERDICTS, type VerdictWord } from '../harness/results/verdict.ts';
import type { VerdictCounts } from '../harness/results/run.ts';

const RAN: readonly VerdictWord[] = ['pass', 'fail', 'known-failure', 'unexpected-pass', 'crash', 'timeout'];
const RED: readonly VerdictWord[] = [
  'fail',
  'crash',
  'timeout',
  'unexpected-pass',
  'setup-error',
  'harness-error',
];

/** How many rows asserted something: the rest was not applicable, untestable, or never got so far. */
export function countRan(counts: VerdictCounts): number {
  return sum(counts, RAN);
}

/** How many rows make the exit code other than 0. */
export function countRed(counts: VerdictCounts): number {
  return sum(counts, RED);
}

/** Whether a verdict makes the exit code other than 0. */
export function isRed(verdict: VerdictWord): boolean {
  return RED.includes(verdict);
}

/** `12 fail, 3 untestable`, in the order of the fixed words; '' for none. */
export function describeCounts(counts: VerdictCounts): string {
  return VERDICTS.filter((verdict) => (counts[verdict] ?? 0) > 0)
    .map((verdict) => `${counts[verdict] ?? 0} ${verdict}`)
    .join(', ');
}

/**
 * `186 of 190 (97.8 %), 12 need hardware, 3 do not apply`: how a target fares with the valid examples of its own
 * release. The share is rounded down.
 */
export function describeDocumented(counts: DocumentedCounts): string {
  const { passed, hardware, notApplicable } = counts;
  const share = shareOfDocumented(counts);
  const percent = share === undefined ? '' : ` (${(Math.floor(share * 1000) / 10).toFixed(1)} %)`;
  const needing = hardware === 0 ? '' : `, ${hardware} need${hardware === 1 ? 's' : ''} hardware`;
  const lacking =
    notApplicable === 0 ? '' : `, ${notApplicable} do${notApplicable === 1 ? 'es' : ''} not apply`;
  return `${passed} of ${countPossible(counts)}${percent}${needing}${lacking}`;
}

/** Milliseconds in which at least one of the runs was under way. */
export function wallTime(targets: readonly MatrixTarget[]): number {
  const spans = targets
    .flatMap((target) => (target.state === 'run' ? target.summaries : []))
    .map(({ started, finished }) => [Date.parse(started), Date.parse(finished)] as const)
    .filter(([start, end]) => end > start)
    .sort(([a], [b]) => a - b);
  let total = 0;
  let reached = -Infinity;
  for (const [start, end] of spans) {
    total += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return total;
}

/** A duration in the unit that suits it: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `1 row`, `2 rows`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function sum(counts: VerdictCounts, verdicts: readonly VerdictWord[]): number {
  return verdicts.reduce((total, verdict) => total + (counts[verdict] ?? 0), 0);
}
