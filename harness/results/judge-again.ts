import { compileKnownFailures } from './apply-known-failures.ts';
import type { Expectations } from './expectation-files.ts';
import { withoutExpectations } from './raw-verdict.ts';
import { countVerdicts, type Run } from './run.ts';

/** A run as it would have been with other expectations: theirs are taken back, and these applied. */
export function judgeAgain(run: Run, { entries, files }: Expectations): Run {
  const apply = compileKnownFailures(entries);
  const results = run.results.map((result) => apply(withoutExpectations(result), run.target));
  if (run.summary === undefined) return { ...run, results };
  return {
    ...run,
    results,
    summary: { ...run.summary, counts: countVerdicts(results), expectations: files },
  };
}
