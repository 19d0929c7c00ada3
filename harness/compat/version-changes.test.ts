import { expect } from 'chai';
import type { RowResult, TargetFacts, VerdictWord } from '../results/verdict.ts';
import type { MatrixTarget } from './matrix.ts';
import { findVersionChanges } from './version-changes.ts';

function target(name: string, policy?: string): MatrixTarget {
  const [version = '', architecture = '', accelerator = ''] = name.split(' ');
  const rest = { kind: 'qemu', package: '', where: 'q', schema: version } as const;
  const facts: TargetFacts = {
    name,
    version,
    architecture,
    accelerator,
    ...rest,
    ...(policy !== undefined && { policy }),
  };
  const documented = { passed: 0, failed: 0, hardware: 0, notApplicable: 0, untestable: 0 };
  return { state: 'run', name, facts, summaries: [], counts: {}, documented } as unknown as MatrixTarget;
}

/** `p` pass, `f` fail, `k` known-failure, `u` unexpected-pass, `c` crash, `n` not-applicable, `?` untestable, `.` not run. */
const WORDS: Readonly<Record<string, VerdictWord | undefined>> = {
  p: 'pass',
  f: 'fail',
  k: 'known-failure',
  u: 'unexpected-pass',
  c: 'crash',
  n: 'not-applicable',
  '?': 'untestable',
};

const VERSIONS = ['5.2.0', '7.2.22', '10.0.13', '11.1.2'];

function changesOf(
  letters: string,
  targets = VERSIONS.map((version) => target(`${version} x86_64 tcg`)),
): string[] {
  const cells = letters.split('').map((letter): RowResult | undefined => {
    const verdict = WORDS[letter];
    if (verdict === undefined) return undefined;
    return { row: 'r', target: 't', verdict, findings: [], checks: 1, documented: true, duration: 1 };
  });
  const found = findVersionChanges(targets, [{ row: 'r', cells }]);
  return found.map(
    ({ kind, line, before, target: after }) =>
      `${kind} ${line}: ${before.split(' ')[0] ?? ''} ${after.split(' ')[0] ?? ''}`,
  );
}

describe('findVersionChanges', () => {
  for (const [letters, expected] of [
    ['pppp', []],
    ['ffff', []],
    ['....', []],
    ['nnff', []],
    ['ppff', ['first-bad x86_64 tcg: 7.2.22 10.0.13']],
    ['pppk', ['first-bad x86_64 tcg: 10.0.13 11.1.2']],
    ['pccf', ['first-bad x86_64 tcg: 5.2.0 7.2.22']],
    ['ffpp', ['fixed-in x86_64 tcg: 7.2.22 10.0.13']],
    ['kuuu', ['fixed-in x86_64 tcg: 5.2.0 7.2.22']],
    ['pn.f', ['first-bad x86_64 tcg: 5.2.0 11.1.2']],
    ['p??p', []],
    [
      'pfpf',
      [
        'first-bad x86_64 tcg: 5.2.0 7.2.22',
        'fixed-in x86_64 tcg: 7.2.22 10.0.13',
        'first-bad x86_64 tcg: 10.0.13 11.1.2',
      ],
    ],
  ] as const) {
    it(`of ${letters}`, () => expect(changesOf(letters)).to.deep.equal(expected));
  }

  it('compares within an architecture and accelerator only', () => {
    const names = ['7.2.22 x86_64 kvm', '7.2.22 x86_64 tcg', '10.0.13 x86_64 kvm', '10.0.13 x86_64 tcg'];
    const targets = names.map((name) => target(name));
    expect(changesOf('pfpf', targets)).to.deep.equal([]);
    expect(changesOf('ppfp', targets)).to.deep.equal(['first-bad x86_64 kvm: 7.2.22 10.0.13']);
  });

  it('takes what a policy hides for no regression', () => {
    const targets = [target('7.2.22 x86_64 tcg'), target('10.0.13 x86_64 tcg', 'deprecated-input=reject')];
    expect(changesOf('pf', targets)).to.deep.equal([]);
  });

  it('takes two builds of one version for no two versions', () => {
    expect(changesOf('pf', [target('7.2.22 x86_64 tcg'), target('7.2.22 x86_64 tcg')])).to.deep.equal([]);
  });

  it('passes over targets that have no whole run', () => {
    const absent: MatrixTarget = { state: 'missing', name: '7.2.22 x86_64 tcg', reason: 'x' };
    const targets = [target('5.2.0 x86_64 tcg'), absent, target('10.0.13 x86_64 tcg')];
    expect(changesOf('p.f', targets)).to.deep.equal(['first-bad x86_64 tcg: 5.2.0 10.0.13']);
  });
});
