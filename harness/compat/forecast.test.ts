import { expect } from 'chai';
import type { Run } from '../results/run.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { forecastsFrom } from './forecast.ts';

const BASE = '10.0.13 x86_64 tcg';
const POLICY = 'deprecated-input=reject';

function run(name: string, verdicts: Readonly<Record<string, VerdictWord>>, notWhole?: string): Run {
  const policy = name.endsWith('no-deprecated') ? { policy: POLICY } : {};
  return {
    dir: `runs/${name}`,
    target: {
      name,
      kind: 'qemu',
      version: '10.0.13',
      package: '',
      architecture: 'x86_64',
      accelerator: 'tcg',
      where: 'q',
      schema: '10.0',
      ...policy,
    },
    results: Object.entries(verdicts).map(([row, verdict]) => ({
      row,
      target: name,
      verdict,
      reason: `because of ${row}`,
      findings: [],
      checks: 1,
      documented: true,
      duration: 1,
    })),
    ...(notWhole !== undefined && { notWhole }),
  };
}

describe('forecastsFrom', () => {
  it('tells what passes without the policy and does not with it', () => {
    const base = run(BASE, { a: 'pass', b: 'pass', c: 'pass', d: 'fail', e: 'pass', f: 'pass' });
    const under = run(`${BASE} no-deprecated`, {
      f: 'timeout',
      a: 'pass',
      b: 'fail',
      c: 'crash',
      d: 'fail',
      e: 'untestable',
    });
    expect(forecastsFrom([under, base])).to.deep.equal([
      {
        target: `${BASE} no-deprecated`,
        base: BASE,
        policy: POLICY,
        passed: 5,
        breaks: ['b', 'c', 'f'].map((row) => ({ row, reason: `because of ${row}` })),
      },
    ]);
  });

  const silent: readonly { readonly title: string; readonly runs: readonly Run[] }[] = [
    { title: 'no policy was run', runs: [run(BASE, { a: 'pass' })] },
    { title: 'only the policy was run', runs: [run(`${BASE} no-deprecated`, { a: 'fail' })] },
    {
      title: 'the run without it is not whole',
      runs: [run(BASE, { a: 'pass' }, 'cut off'), run(`${BASE} no-deprecated`, { a: 'fail' })],
    },
    {
      title: 'the run without it is of another target',
      runs: [run('10.0.13 x86_64 kvm', { a: 'pass' }), run(`${BASE} no-deprecated`, { a: 'fail' })],
    },
  ];
  for (const { title, runs } of silent) {
    it(`says nothing where ${title}`, () => {
      expect(forecastsFrom(runs)).to.deep.equal([]);
    });
  }
});
