import type { RowResult } from '../results/verdict.ts';

/** How a target fares with what its own release documents. */
export interface DocumentedCounts {
  /** Examples of its release that its release's schema has nothing against. */
  readonly valid: number;
  /** Of the valid ones, those that pass. */
  readonly passed: number;
  /** Of the valid ones, those untestable for want of hardware or a hypervisor. */
  readonly hardware: number;
  /** Of the valid ones, those that do not apply to the target: its build lacks what they are about. */
  readonly notApplicable: number;
}

/** Identities of documented examples begin so; a recording of our own claims what no release documents. */
const EXAMPLES = 'examples/';

/** Counts the results of one target. */
export function countDocumented(results: readonly RowResult[]): DocumentedCounts {
  const valid = results.filter(
    ({ row, documented, findings }) =>
      row.startsWith(EXAMPLES) && documented && !findings.some(({ blame }) => blame === 'example'),
  );
  return {
    valid: valid.length,
    passed: valid.filter(({ verdict }) => verdict === 'pass').length,
    hardware: valid.filter(({ hardware }) => hardware !== undefined).length,
    notApplicable: valid.filter(({ verdict }) => verdict === 'not-applicable').length,
  };
}

/** How many of the valid examples could pass on this target. */
export function countPossible({ valid, hardware, notApplicable }: DocumentedCounts): number {
  return valid - hardware - notApplicable;
}

/** The part of them that pass, from 0 to 1; `undefined` where there are none. */
export function shareOfDocumented(counts: DocumentedCounts): number | undefined {
  const possible = countPossible(counts);
  return possible === 0 ? undefined : counts.passed / possible;
}
