import { expect } from 'chai';
import type { Finding, RowResult } from '../results/verdict.ts';
import { countDocumented, shareOfDocumented } from './documented-counts.ts';

const finding: Finding = {
  blame: 'behaviour',
  rule: 'shape/type',
  message: 1,
  pointer: '',
  what: 'a',
  expected: 'b',
};
const pass: RowResult = {
  row: 'examples/r',
  target: 't',
  verdict: 'pass',
  findings: [],
  checks: 1,
  documented: true,
  duration: 1,
};
const erratum: RowResult = { ...pass, verdict: 'fail', findings: [{ ...finding, blame: 'example' }] };
const needing: RowResult = { ...pass, verdict: 'untestable', hardware: 'SGX' };

type Case = readonly [
  what: string,
  results: readonly RowResult[],
  counts: readonly [number, number, number, number],
  share: number | undefined,
];

describe('countDocumented', () => {
  const table: readonly Case[] = [
    ['nothing', [], [0, 0, 0, 0], undefined],
    ['passes', [pass, pass], [2, 2, 0, 0], 1],
    [
      'what differs from a valid example',
      [pass, { ...pass, verdict: 'fail', findings: [finding] }],
      [2, 1, 0, 0],
      0.5,
    ],
    ['what is untestable for want of a state', [pass, { ...pass, verdict: 'untestable' }], [2, 1, 0, 0], 0.5],
    [
      'a known failure of the target',
      [{ ...pass, verdict: 'known-failure', findings: [finding] }],
      [1, 0, 0, 0],
      0,
    ],
    ['what the build lacks apart', [pass, { ...pass, verdict: 'not-applicable' }], [2, 1, 0, 1], 1],
    ['a crash', [{ ...pass, verdict: 'crash' }], [1, 0, 0, 0], 0],
    ['no erratum', [pass, erratum, { ...erratum, verdict: 'known-failure' }], [1, 1, 0, 0], 1],
    ['no example of another release', [pass, { ...pass, documented: false }], [1, 1, 0, 0], 1],
    ['no recording of our own', [pass, { ...pass, row: 'migration/r' }], [1, 1, 0, 0], 1],
    ['hardware apart', [pass, needing], [2, 1, 1, 0], 1],
    ['hardware alone', [needing], [1, 0, 1, 0], undefined],
  ];
  for (const [what, results, [valid, passed, hardware, notApplicable], share] of table) {
    it(`counts ${what}`, () => {
      const counts = countDocumented(results);
      expect(counts).to.deep.equal({ valid, passed, hardware, notApplicable });
      expect(shareOfDocumented(counts)).to.equal(share);
    });
  }
});
