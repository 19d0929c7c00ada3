import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { TARGET } from './archive-fixture.test.ts';
import { judgeAgain } from './judge-again.ts';
import { readKnownFailures } from './known-failures.ts';
import { proposeExpectations } from './propose-expectations.ts';
import { countVerdicts, type Run } from './run.ts';
import type { RowResult, TargetFacts } from './verdict.ts';

const FINDING = {
  blame: 'target',
  message: 1,
  rule: 'schema/type',
  pointer: '/a',
  what: 'string "x y"',
  expected: 'an integer',
} as const;

function targetNamed(name: string): TargetFacts {
  const [version = '', architecture = '', accelerator = ''] = name.split(' ');
  return { ...TARGET, name, version, architecture, accelerator };
}

/** A run of one target: what is told of each row stands in for what a passing row has. */
function runOf(name: string, rows: Readonly<Record<string, Partial<RowResult>>>): Run {
  const results = Object.entries(rows).map(([row, members]): RowResult => {
    const base = { row, target: name, verdict: 'pass', findings: [], checks: 1 } as const;
    return { ...base, documented: true, duration: 1, ...members };
  });
  const planned = Object.keys(rows);
  const day = '2026-11-21T10:00:00.000Z';
  const summary = {
    complete: true,
    suite: '1',
    started: day,
    finished: day,
    planned,
    counts: countVerdicts(results),
  };
  return { dir: `runs/${name}`, target: targetNamed(name), results, summary };
}

const FAIL: Partial<RowResult> = {
  verdict: 'fail',
  findings: [FINDING],
  reason: 'string "x y"; expected an integer',
};
const OTHER: Partial<RowResult> = { verdict: 'fail', findings: [{ ...FINDING, pointer: '/b' }] };
const TODAY = '2026-11-21';

function proposed(runs: readonly Run[]): string {
  return proposeExpectations(runs, TODAY) ?? '';
}

/** The globs of the entries, and how often each was proposed. */
function globsOf(text: string): readonly string[] {
  return readKnownFailures(text.replaceAll('reason: TODO', 'reason: said'), 'p.yaml').map(({ rows }) => rows);
}

describe('proposeExpectations', () => {
  it('proposes nothing where nothing is red', () => {
    const run = runOf('7.2.22 x86_64 tcg', {
      a: {},
      b: { verdict: 'known-failure' },
      c: { verdict: 'not-applicable' },
      d: { verdict: 'setup-error' },
    });
    expect(proposeExpectations([run], TODAY)).to.equal(undefined);
  });

  it('is not read before somebody has said why', () => {
    const text = proposed([runOf('7.2.22 x86_64 tcg', { a: FAIL })]);
    expect(() => readKnownFailures(text, 'p.yaml')).to.throw(
      InputError,
      "reason 'TODO'; expected why it fails",
    );
  });

  it('says what was found, and asks for a review half a year later', () => {
    expect(proposed([runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL })])).to.equal(
      [
        '# Proposed by qmp-conformance. Say of each entry why it fails, and give it a link if there is one.\n',
        '- rows: x/a @ 7.2.* *',
        '  # fail (schema/type) on 7.2.22 x86_64 tcg: string "x y"; expected an integer',
        '  fingerprints:',
        '    - a8e993d649284f46',
        '  reason: TODO',
        '  review-by: 2027-05-21',
        '',
      ].join('\n'),
    );
  });

  it('takes the last day of a month for one that is none', () => {
    const runs = [runOf('7.2.22 x86_64 tcg', { a: FAIL })];
    expect(proposeExpectations(runs, '2026-08-31')).to.contain('review-by: 2027-02-28');
  });

  const groups: readonly (readonly [string, readonly Run[], readonly string[]])[] = [
    [
      'one difference on several targets',
      [runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL }), runOf('10.0.2 x86_64 tcg', { 'x/a': FAIL })],
      ['x/a @ {10.0.*,7.2.*} *'],
    ],
    [
      'one accelerator of two',
      [runOf('7.2.22 x86_64 tcg', { 'x/a': {} }), runOf('7.2.22 x86_64 kvm', { 'x/a': FAIL })],
      ['x/a @ 7.2.* * kvm'],
    ],
    [
      'targets that no product of words means',
      [
        runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL }),
        runOf('7.2.22 x86_64 kvm', { 'x/a': {} }),
        runOf('10.0.2 x86_64 kvm', { 'x/a': FAIL }),
        runOf('10.0.2 x86_64 tcg', { 'x/a': {} }),
      ],
      ['x/a @ {10.0.2 x86_64 kvm,7.2.22 x86_64 tcg}'],
    ],
    [
      'two differences of one row',
      [runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL }), runOf('10.0.2 x86_64 tcg', { 'x/a': OTHER })],
      ['x/a @ 10.0.* *', 'x/a @ 7.2.* *'],
    ],
    [
      'neighbouring rows',
      [runOf('7.2.22 x86_64 tcg', { 'x/b': FAIL, 'x/a': FAIL, 'y/a': FAIL })],
      ['x/{a,b} @ 7.2.* *', 'y/a @ 7.2.* *'],
    ],
    ['a development version', [runOf('10.2.50 x86_64 tcg', { 'x/a': FAIL })], ['x/a @ 10.2.50 *']],
  ];
  for (const [what, runs, globs] of groups) {
    it(`groups ${what}`, () => {
      expect(globsOf(proposed(runs))).to.deep.equal(globs);
    });
  }

  it('makes the same of the same runs in another order', () => {
    const runs = [
      runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL, b: OTHER }),
      runOf('10.0.2 x86_64 tcg', { b: OTHER }),
    ];
    expect(proposed(runs.toReversed())).to.equal(proposed(runs));
  });

  it('names what no longer fails', () => {
    const text = proposed([runOf('7.2.22 x86_64 tcg', { 'x/a': { verdict: 'unexpected-pass' } })]);
    expect(text).to.contain('# passes, although an entry says that it fails: x/a @ 7.2.22 x86_64 tcg');
  });

  it('splits what is too long for a glob', () => {
    const rows = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`x/${'n'.repeat(60)}${at}`, FAIL]),
    );
    const run = runOf('7.2.22 x86_64 tcg', rows);
    const text = proposed([run]);
    expect(globsOf(text).length).to.be.within(10, 50);
    const entries = readKnownFailures(text.replaceAll('TODO', 'said'), 'p.yaml');
    expect(judgeAgain(run, { entries, files: [] }).summary?.counts).to.deep.equal({ 'known-failure': 100 });
  });

  const hostile = [
    'x/a b',
    'x/{a,b}',
    'x/[a]',
    'x/a*',
    'x/!a',
    'x/(a|b)',
    'x/a\\b',
    "x/'a",
    'x/a: b # c',
    'x/"',
    '- x',
  ];
  for (const row of hostile) {
    it(`means ${JSON.stringify(row)} and nothing else`, () => {
      const run = runOf('7.2.22 x86_64 tcg', {
        [row]: { ...FAIL, reason: 'x\n- rows: "**"\u2028- rows: z\u001b[2J' },
        'x/ab': FAIL,
      });
      const text = proposed([run]);
      const entries = readKnownFailures(text.replaceAll('TODO', 'said'), 'p.yaml');
      const only = entries.filter(({ rows }) => !rows.includes('ab'));
      const judged = judgeAgain(run, { entries: only.length === 0 ? entries : only, files: [] });
      expect(judged.results.find((one) => one.row === row)?.verdict).to.equal('known-failure');
      if (only.length > 0) expect(judged.results.find((one) => one.row === 'x/ab')?.verdict).to.equal('fail');
    });
  }
});

describe('the way of a red run to a green one', () => {
  const run = runOf('7.2.22 x86_64 tcg', { 'x/a': FAIL, 'x/b': { verdict: 'crash' }, 'x/c': {} });
  const entries = readKnownFailures(proposed([run]).replaceAll('TODO', 'because'), 'p.yaml');
  const files = [{ name: 'p.yaml', digest: '0' }];

  it('is green when the proposals have reasons', () => {
    const judged = judgeAgain(run, { entries, files });
    expect(judged.summary?.counts).to.deep.equal({ 'known-failure': 2, pass: 1 });
    expect(judged.summary?.expectations).to.deep.equal(files);
  });

  it('is red for another difference', () => {
    const later = runOf('7.2.23 x86_64 tcg', { 'x/a': OTHER, 'x/b': { verdict: 'crash' }, 'x/c': {} });
    const { results } = judgeAgain(later, { entries, files });
    expect(results.map(({ verdict }) => verdict)).to.deep.equal(['fail', 'known-failure', 'pass']);
    expect(results[0]?.reason).to.match(
      /^known failure \(because\) of another difference: got \w{16}, expected /,
    );
  });

  it('is red for what no longer fails', () => {
    const later = runOf('7.2.23 x86_64 tcg', { 'x/a': {}, 'x/b': { verdict: 'crash' } });
    expect(judgeAgain(later, { entries, files }).results[0]?.verdict).to.equal('unexpected-pass');
  });

  it('goes back when the expectations are taken away', () => {
    const judged = judgeAgain(run, { entries, files });
    expect(judgeAgain(judged, { entries: [], files: [] }).results).to.deep.equal(run.results);
  });
});
