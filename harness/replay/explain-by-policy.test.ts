import { expect } from 'chai';
import { VERDICTS } from '../results/verdict.ts';
import { explainByPolicy } from './explain-by-policy.ts';

const nothing = { findings: [], checks: 2, wire: [], reason: 'refused' };

describe('explainByPolicy', () => {
  it('makes a stage untestable that the policy refuses', () => {
    expect(explainByPolicy({ ...nothing, verdict: 'setup-error' }, 'deprecated-input=reject')).to.deep.equal({
      ...nothing,
      verdict: 'untestable',
      reason: 'its stage cannot be set up under -compat deprecated-input=reject: refused',
    });
  });

  it('leaves a stage that cannot be set up without a policy', () => {
    const performed = { ...nothing, verdict: 'setup-error' } as const;
    expect(explainByPolicy(performed, undefined)).to.equal(performed);
  });

  for (const verdict of VERDICTS.filter((word) => word !== 'setup-error')) {
    it(`leaves ${verdict}`, () => {
      const performed = { ...nothing, verdict };
      expect(explainByPolicy(performed, 'deprecated-input=reject')).to.equal(performed);
    });
  }
});
