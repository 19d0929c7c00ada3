import { expect } from 'chai';
import type { RowResult } from '../results/verdict.ts';
import { readProfile } from './profile.ts';
import { profileOf } from './fixture-bundle.ts';
import { scoreResults } from './standing.ts';
import { readWaivers } from './waivers.ts';

const WAIVER = `- rows: examples/x/*
  scope: { releases: 10.0 }
  reason: it aborts
  link: https://example.org/1
  until: 2030-12-31
`;

describe('readWaivers', () => {
  it('reads what waives, where, why and how long', () => {
    const [waiver] = readWaivers(WAIVER, 'w.yaml');
    const { place: _, ...said } = waiver ?? { place: undefined };
    expect(said).to.deep.equal({
      rows: 'examples/x/*',
      scope: { releases: '10.0' },
      reason: 'it aborts',
      link: 'https://example.org/1',
      until: '2030-12-31',
    });
    expect(readWaivers('# none yet\n', 'w.yaml')).to.deep.equal([]);
  });

  const cases: readonly (readonly [what: string, text: string, says: string])[] = [
    ['no link', WAIVER.replace(/ {2}link: .*\n/, ''), "w.yaml:1:3: no 'link'; expected the key 'link'"],
    ['no scope', WAIVER.replace(/ {2}scope: .*\n/, ''), "w.yaml:1:3: no 'scope'"],
    ['an empty scope', WAIVER.replace('{ releases: 10.0 }', '{}'), 'an empty scope'],
    ['a scope of something else', WAIVER.replace('releases: 10.0', 'host: x'), "unknown key 'host'"],
    ['no end', WAIVER.replace(/ {2}until: .*\n/, ''), "no 'until'"],
    ['no reason', WAIVER.replace('it aborts', "''"), 'expected a string'],
    [
      'a link to nowhere',
      WAIVER.replace('https://example.org/1', 'see the tracker'),
      'expected the address of a page',
    ],
    [
      'a link that runs a script',
      WAIVER.replace('https://example.org/1', 'javascript:alert(1)'),
      'expected the address of a page',
    ],
    [
      'a day that is none',
      WAIVER.replace('2030-12-31', '2030-02-30'),
      "day '2030-02-30'; expected YYYY-MM-DD",
    ],
    ['no rows', WAIVER.replace('examples/x/*', "''"), 'expected a string'],
    [
      'targets in two places',
      WAIVER.replace('examples/x/*', "'examples/x/* @ 10.0*'"),
      "expected a glob without ' @ '",
    ],
    ['a release that is none', WAIVER.replace('10.0 }', 'newest }'), "w.yaml:2:22: releases 'newest'"],
    ['a mapping', 'rows: x\n', 'expected a list'],
  ];
  for (const [what, text, says] of cases) {
    it(`refuses ${what}`, () => {
      expect(() => readWaivers(text, 'w.yaml')).to.throw(says);
    });
  }
});

const TARGET = { name: '10.0.2 x86_64 tcg', version: '10.0.2' };
const EXAMPLE = { blame: 'example', rule: 'r', message: 0, pointer: '', what: 'w', expected: 'e' } as const;
const BEHAVIOUR = { ...EXAMPLE, blame: 'behaviour' } as const;

function resultOf(verdict: RowResult['verdict'], findings: RowResult['findings'] = []): RowResult {
  return {
    row: 'examples/x/y',
    target: TARGET.name,
    verdict,
    findings,
    checks: 1,
    documented: true,
    duration: 1,
  };
}

describe('scoreResults', () => {
  const score = (result: RowResult, waivers = '', minimum = 0) =>
    scoreResults(
      [result],
      readProfile(profileOf([result.row], minimum), 'p.yaml', 'p'),
      readWaivers(waivers, 'w.yaml'),
      TARGET,
      '2026-06-01',
    );

  const cases: readonly (readonly [result: RowResult, without: string, withWaiver: string])[] = [
    [resultOf('pass'), 'PASSED passed', 'PASSED passed bundle/waiver'],
    [resultOf('unexpected-pass'), 'PASSED passed', 'PASSED passed bundle/waiver'],
    [resultOf('fail', [BEHAVIOUR]), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('fail'), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('known-failure', [BEHAVIOUR]), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('known-failure', [EXAMPLE, BEHAVIOUR]), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('known-failure', [EXAMPLE]), 'WARNED erratum', 'WARNED erratum bundle/waiver'],
    [resultOf('fail', [EXAMPLE]), 'WARNED erratum', 'WARNED erratum bundle/waiver'],
    [resultOf('crash'), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('crash', [EXAMPLE]), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('timeout'), 'FAILED failed bundle/red-row', 'WARNED waived'],
    [resultOf('not-applicable'), 'PASSED not-applicable', 'PASSED not-applicable bundle/waiver'],
    [resultOf('untestable'), 'WARNED untestable', 'WARNED untestable bundle/waiver'],
    [resultOf('setup-error'), 'FAILED failed bundle/red-row', 'FAILED failed bundle/red-row bundle/waiver'],
    [resultOf('harness-error'), 'FAILED failed bundle/red-row', 'FAILED failed bundle/red-row bundle/waiver'],
  ];
  for (const [result, without, withWaiver] of cases) {
    const blames = result.findings.map(({ blame }) => ` ${blame}`).join('');
    it(`counts ${result.verdict}${blames}`, () => {
      const said = [score(result), score(result, WAIVER)].map(({ result: word, standings, breaches }) =>
        [word, ...standings.values(), ...breaches.map(({ rule }) => rule)].join(' '),
      );
      expect(said).to.deep.equal([without, withWaiver]);
    });
  }

  it('wants as many rows performed as the profile says', () => {
    expect(score(resultOf('pass'), '', 100).breaches).to.deep.equal([]);
    expect(score(resultOf('not-applicable'), '', 1).breaches.map(({ rule }) => rule)).to.deep.equal([
      'bundle/minimum',
    ]);
    expect(score(resultOf('untestable'), '', 1).breaches.map(({ rule }) => rule)).to.deep.equal([
      'bundle/minimum',
    ]);
  });

  it('wants some row at all', () => {
    const profile = readProfile(profileOf(['examples/x/y'], 0), 'p.yaml', 'p');
    const { breaches } = scoreResults([], profile, [], TARGET, '2026-06-01');
    expect(breaches.map(({ rule }) => rule)).to.deep.equal(['bundle/minimum']);
  });

  const scopes: readonly (readonly [scope: string, holds: boolean])[] = [
    ['{ target: 10.0.2 x86_64 tcg }', true],
    ["{ target: '10.0.* * *' }", true],
    ["{ target: '10.0.* * kvm' }", false],
    ['{ releases: 9.0-11.0 }', true],
    ['{ releases: 10.1- }', false],
    ["{ target: '**', releases: 9.0 }", false],
  ];
  for (const [scope, holds] of scopes) {
    it(`${holds ? 'waives' : 'waives nothing'} in the scope ${scope}`, () => {
      const { result } = score(resultOf('crash'), WAIVER.replace('{ releases: 10.0 }', scope));
      expect(result).to.equal(holds ? 'WARNED' : 'FAILED');
    });
  }

  it('waives nothing after the last day', () => {
    expect(score(resultOf('crash'), WAIVER.replace('2030-12-31', '2026-06-01')).result).to.equal('WARNED');
    expect(score(resultOf('crash'), WAIVER.replace('2030-12-31', '2026-05-31')).result).to.equal('FAILED');
  });
});
