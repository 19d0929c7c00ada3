import { expect } from 'chai';
import type { Finding } from '../results/verdict.ts';
import { explainByHardware } from './explain-by-hardware.ts';
import type { Performance } from '../results/performance.ts';

const finding: Finding = {
  blame: 'behaviour',
  rule: 'shape/error',
  message: 1,
  pointer: '',
  what: 'error GenericError: SEV is not enabled',
  expected: 'success',
};
const nothing = { findings: [], checks: 2, wire: [] };
const failed: Performance = {
  ...nothing,
  verdict: 'fail',
  reason: 'error GenericError: SEV is not enabled; expected success',
  findings: [finding],
};

describe('explainByHardware', () => {
  it('has what the target answered as evidence', () => {
    expect(explainByHardware(failed, 'AMD SEV')).to.deep.equal({
      ...nothing,
      verdict: 'untestable',
      hardware: 'AMD SEV',
      reason: 'needs AMD SEV; found: error GenericError: SEV is not enabled; expected success',
    });
  });

  it('has what QEMU said when it did not start', () => {
    const process = { command: ['q'], code: 1, signal: null, stderr: 'no TPM' };
    const performed = { ...nothing, verdict: 'setup-error', reason: 'QEMU ended: no TPM', process } as const;
    expect(explainByHardware(performed, 'a TPM')).to.deep.equal({
      ...nothing,
      verdict: 'untestable',
      hardware: 'a TPM',
      reason: 'needs a TPM; found: QEMU ended: no TPM',
    });
  });

  const kept: readonly (readonly [string, Performance])[] = [
    ['a pass', { ...nothing, verdict: 'pass' }],
    ['a crash', { ...nothing, verdict: 'crash', reason: 'SIGABRT' }],
    ['a timeout', { ...nothing, verdict: 'timeout', reason: 'no message' }],
    ['what the build lacks', { ...nothing, verdict: 'not-applicable', reason: 'no such device' }],
    ['an erratum', { ...failed, findings: [{ ...finding, blame: 'example' }] }],
    ['an answer against the schema', { ...failed, findings: [finding, { ...finding, blame: 'target' }] }],
    ['a mistake of ours', { ...nothing, verdict: 'harness-error', reason: 'oops' }],
  ];
  for (const [what, performance] of kept) {
    it(`does not explain ${what}`, () => expect(explainByHardware(performance, 'SGX')).to.equal(performance));
  }

  it('explains nothing where the row needs none', () => {
    expect(explainByHardware(failed, undefined)).to.equal(failed);
  });
});
