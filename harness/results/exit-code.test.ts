import { expect } from 'chai';
import { exitCodeOf } from './exit-code.ts';
import type { VerdictCounts } from './run.ts';

describe('exitCodeOf', () => {
  const table: readonly (readonly [VerdictCounts, 0 | 1 | 3])[] = [
    [{ pass: 5 }, 0],
    [{ pass: 5, 'known-failure': 1, 'not-applicable': 2, untestable: 3 }, 0],
    [{ pass: 5, fail: 1 }, 1],
    [{ crash: 1 }, 1],
    [{ timeout: 1 }, 1],
    [{ pass: 5, 'unexpected-pass': 1 }, 1],
    [{ pass: 5, 'setup-error': 1 }, 3],
    [{ pass: 5, 'harness-error': 1 }, 3],
    [{ fail: 1, 'setup-error': 4, 'harness-error': 4 }, 1],
    [{ fail: 0, pass: 1 }, 0],
    [{}, 3],
    [{ pass: 0 }, 3],
  ];
  for (const [counts, code] of table) {
    it(`is ${code} for ${JSON.stringify(counts)}`, () => expect(exitCodeOf(counts)).to.equal(code));
  }
});
