/** How long messages took, in milliseconds. */
export interface DelayFigures {
  readonly messages: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
}

/** The figures of some delays; undefined where there are none. */
export function figuresOf(delays: readonly number[]): DelayFigures | undefined {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  if (sorted.length === 0) return undefined;
  return { messages: sorted.length, median: at(0.5), p99: at(0.99), worst: sorted.at(-1) ?? 0 };
}
