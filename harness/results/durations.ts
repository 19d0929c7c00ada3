import type { Run } from './run.ts';
import type { TargetFacts } from './verdict.ts';

/** How long rows take, in milliseconds, as far as runs have shown it. */
export type Durations = (row: string, target: Pick<TargetFacts, 'schema' | 'accelerator'>) => number;

/** Where no run tells anything, rows are taken to be alike. */
const ALIKE = 1;

/** What is known of nothing. */
export const NO_DURATIONS: Durations = () => ALIKE;

/**
 * Learns from runs how long rows take. A row is looked for on its own release and accelerator, then on any release
 * with that accelerator, then anywhere; one that no run has takes as long as the median row.
 */
export function durationsFromRuns(runs: readonly Run[]): Durations {
  const known = new Map<string, number[]>();
  const all: number[] = [];
  for (const { target, results } of runs) {
    for (const { row, duration } of results) {
      // What takes no time on paper takes some: many of them must not all go to one shard.
      const milliseconds = Math.max(duration, ALIKE);
      for (const key of keysOf(row, target)) addTo(known, key, milliseconds);
      all.push(milliseconds);
    }
  }
  const median = all.length === 0 ? ALIKE : medianOf(all);
  return (row, target) => {
    for (const key of keysOf(row, target)) {
      const durations = known.get(key);
      if (durations !== undefined) return medianOf(durations);
    }
    return median;
  };
}

/** From the nearest to the farthest. */
function keysOf(
  row: string,
  { schema, accelerator }: Pick<TargetFacts, 'schema' | 'accelerator'>,
): readonly string[] {
  return [`${row} @ ${schema} ${accelerator}`, `${row} @ ${accelerator}`, row];
}

function addTo(known: Map<string, number[]>, key: string, value: number): void {
  const values = known.get(key);
  if (values === undefined) known.set(key, [value]);
  else values.push(value);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? ALIKE;
}
