import type { Run, VerdictCounts } from './run.ts';
import type { RowResult, VerdictWord } from './verdict.ts';

/** What a verdict means for the exit code of a command. */
function weightOf(verdict: VerdictWord): 0 | 1 | 3 {
  switch (verdict) {
    case 'fail':
    case 'crash':
    case 'timeout':
    case 'unexpected-pass':
      return 1;
    case 'setup-error':
    case 'harness-error':
      return 3;
    case 'pass':
    case 'known-failure':
    case 'not-applicable':
    case 'untestable':
      return 0;
  }
}

/** Tells whether a result alone makes the exit code other than 0. */
export function isRed({ verdict }: RowResult): boolean {
  return weightOf(verdict) !== 0;
}

/**
 * 0 conformant, 1 findings, 3 errors of the setup or of the harness. Findings win over errors: a finding stands
 * whatever else broke, and who gates on 1 must see it. No result at all is 3: nothing was asserted.
 */
export function exitCodeOf(counts: VerdictCounts): 0 | 1 | 3 {
  const present = (Object.keys(counts) as VerdictWord[]).filter((verdict) => (counts[verdict] ?? 0) > 0);
  const weights = present.map(weightOf);
  if (weights.includes(1)) return 1;
  return weights.includes(3) || present.length === 0 ? 3 : 0;
}

/**
 * {@link exitCodeOf}, 1 where a row failed before and passes now, since a second try takes no finding back, and 3 where
 * a run is not whole: neither must leave a green exit code behind.
 */
export function exitCodeOfRuns(counts: VerdictCounts, runs: readonly Run[]): 0 | 1 | 3 {
  if (runs.some(({ summary }) => (summary?.flaky ?? []).length > 0)) return 1;
  const code = exitCodeOf(counts);
  return code === 0 && runs.some(({ notWhole }) => notWhole !== undefined) ? 3 : code;
}
