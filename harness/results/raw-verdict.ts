import type { RawVerdict, RowResult } from './verdict.ts';

/**
 * What a row did, before expectations were applied. A result of an archive that does not keep it is read from what it
 * left: a process that ended for a crash, else a failure.
 */
export function rawVerdictOf(result: RowResult): RawVerdict {
  const { verdict, reason, was, findings, process } = result;
  if (was !== undefined) return was;
  switch (verdict) {
    case 'unexpected-pass':
      return { verdict: 'pass' };
    case 'known-failure': {
      const crashed = findings.length === 0 || findings.some(({ rule }) => rule.startsWith('process/crash'));
      const [first] = findings;
      return {
        verdict: process !== undefined && crashed ? 'crash' : 'fail',
        ...(first === undefined ? {} : { reason: `${first.what}; expected ${first.expected}` }),
      };
    }
    case 'pass':
    case 'fail':
    case 'crash':
    case 'timeout':
    case 'not-applicable':
    case 'untestable':
    case 'setup-error':
    case 'harness-error':
      return { verdict, ...(reason === undefined ? {} : { reason }) };
  }
}

/** The result as it was before expectations were applied: they can be applied anew, or others. */
export function withoutExpectations(result: RowResult): RowResult {
  const { verdict, reason } = rawVerdictOf(result);
  const { was: _was, reason: _reason, ...rest } = result;
  return { ...rest, verdict, ...(reason === undefined ? {} : { reason }) };
}
