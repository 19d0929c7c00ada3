import type { Performance } from '../results/performance.ts';

/** A stage that cannot be brought about under a policy says nothing of the row that stands on it. */
export function explainByPolicy(performance: Performance, policy: string | undefined): Performance {
  if (policy === undefined || performance.verdict !== 'setup-error') return performance;
  return {
    ...performance,
    verdict: 'untestable',
    reason: `its stage cannot be set up under -compat ${policy}: ${performance.reason ?? ''}`,
  };
}
