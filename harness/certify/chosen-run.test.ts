import { expect } from 'chai';
import { suiteVersion } from '../replay/suite-version.ts';
import type { Run, RunSummary } from '../results/run.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';
import { chooseRun } from './chosen-run.ts';

const TARGET: TargetFacts = {
  name: '10.0.2 x86_64 tcg',
  kind: 'qemu',
  version: '10.0.2',
  package: '',
  architecture: 'x86_64',
  accelerator: 'tcg',
  where: '/opt/qemu-system-x86_64',
  digest: 'd'.repeat(64),
  schema: '10.0',
};

const SUMMARY: RunSummary = {
  complete: true,
  suite: suiteVersion(),
  started: '2026-01-01T00:00:00.000Z',
  finished: '2026-01-01T00:01:00.000Z',
  planned: [],
  counts: {},
};

function resultOf(row: string, target = TARGET.name): RowResult {
  return { row, target, verdict: 'pass', findings: [], checks: 1, documented: true, duration: 1 };
}

function runOf(change: Partial<Run> = {}, target: Partial<TargetFacts> = {}, rows = ['a']): Run {
  const facts = { ...TARGET, ...target };
  return {
    dir: 'out/runs/x',
    target: facts,
    results: rows.map((row) => resultOf(row, facts.name)),
    summary: SUMMARY,
    ...change,
  };
}

const OTHER = { name: '10.0.2 x86_64 kvm' };
const { digest: _, ...ENDPOINT } = TARGET;

describe('chooseRun', () => {
  it('takes the one target, of several the one that is named, and the parts of a run', () => {
    expect(chooseRun([runOf()]).target.name).to.equal(TARGET.name);
    expect(chooseRun([runOf(), runOf({}, OTHER)], OTHER.name).target.name).to.equal(OTHER.name);
    const later = { ...SUMMARY, started: '2026-01-02T00:00:00.000Z', finished: '2026-01-02T00:01:00.000Z' };
    const whole = chooseRun([runOf({}, {}, ['a', 'b']), runOf({ summary: later }, {}, ['c'])]);
    expect([...whole.results.keys()]).to.deep.equal(['a', 'b', 'c']);
    expect([whole.started, whole.finished]).to.deep.equal([SUMMARY.started, later.finished]);
  });

  const cases: readonly (readonly [
    what: string,
    runs: readonly Run[],
    name: string | undefined,
    says: string,
  ])[] = [
    [
      'several targets',
      [runOf(), runOf({}, OTHER)],
      undefined,
      'runs of 2 targets; expected --target, one of',
    ],
    ['an unknown target', [runOf()], 'x', "--target 'x'; expected one of 10.0.2 x86_64 tcg"],
    [
      'half a run',
      [runOf({ notWhole: 'cut off' })],
      undefined,
      'not whole: cut off; expected a run that came to its end',
    ],
    [
      'an endpoint',
      [runOf({}, { kind: 'endpoint', where: 'unix:x' })],
      undefined,
      'a run of unix:x; expected a run of a binary',
    ],
    ['no digest', [runOf({ target: ENDPOINT })], undefined, 'a target without a digest'],
    [
      'a forecast',
      [runOf({}, { policy: 'deprecated-input=reject' })],
      undefined,
      'a forecast (-compat deprecated-input=reject)',
    ],
    [
      'two binaries',
      [runOf(), runOf({}, { digest: 'e'.repeat(64) }, ['b'])],
      undefined,
      'a run of another binary',
    ],
    [
      'another suite',
      [runOf({ summary: { ...SUMMARY, suite: '9.9.9' } })],
      undefined,
      'judged by suite 9.9.9; expected suite',
    ],
    [
      'a second try',
      [runOf({ summary: { ...SUMMARY, flaky: ['a'] } })],
      undefined,
      "'a' failed before it passed",
    ],
    [
      'a row twice',
      [runOf(), runOf()],
      undefined,
      "'a' is in out/runs/x and in out/runs/x; expected parts of one run",
    ],
    ['no run', [], undefined, "--target ''; expected one of"],
  ];
  for (const [what, runs, name, says] of cases) {
    it(`refuses ${what}`, () => {
      expect(() => chooseRun(runs, name)).to.throw(says);
    });
  }
});
