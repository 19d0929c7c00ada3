import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { targetNamed } from './fixture-runs.ts';
import { askedPairFrom, pairTargets } from './pair-targets.ts';

/** Targets by their names; a policy is a fourth word. */
function targets(...names: readonly string[]) {
  return names.map((name) => {
    const [, , , policy] = name.split(' ');
    return targetNamed(name, policy === undefined ? {} : { policy });
  });
}

function pairsOf(
  before: readonly string[],
  after: readonly string[],
  ...asked: readonly string[]
): readonly string[] {
  const { pairs } = pairTargets(targets(...before), targets(...after), asked.map(askedPairFrom));
  return pairs.map((pair) => `${pair.before.name} = ${pair.after.name}`);
}

const [OLD, NEW] = ['7.2.22 x86_64 tcg', '10.0.2 x86_64 tcg'];
const [OLD_KVM, NEW_KVM] = ['7.2.22 x86_64 kvm', '10.0.2 x86_64 kvm'];

describe('pairTargets', () => {
  const table: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ['of one name', [OLD, OLD_KVM], [OLD_KVM, OLD], [`${OLD_KVM} = ${OLD_KVM}`, `${OLD} = ${OLD}`]],
    ['of two versions', [OLD], [NEW], [`${OLD} = ${NEW}`]],
    [
      'of two versions, each accelerator',
      [OLD, OLD_KVM],
      [NEW_KVM, NEW],
      [`${OLD_KVM} = ${NEW_KVM}`, `${OLD} = ${NEW}`],
    ],
    [
      'of one name before those of two versions',
      [NEW, OLD],
      [NEW, '11.1.2 x86_64 tcg'],
      [`${NEW} = ${NEW}`, `${OLD} = 11.1.2 x86_64 tcg`],
    ],
    [
      'of one series',
      [OLD, NEW],
      ['10.0.5 x86_64 tcg', '7.2.24 x86_64 tcg'],
      [`${OLD} = 7.2.24 x86_64 tcg`, `${NEW} = 10.0.5 x86_64 tcg`],
    ],
    ['of one name only, where NEW has more', [NEW], [NEW, OLD, '11.1.2 x86_64 tcg'], [`${NEW} = ${NEW}`]],
    [
      'of one policy',
      [OLD, `${OLD} no-deprecated`],
      [NEW, `${NEW} no-deprecated`],
      [`${OLD} = ${NEW}`, `${OLD} no-deprecated = ${NEW} no-deprecated`],
    ],
  ];
  for (const [what, before, after, pairs] of table) {
    it(`pairs targets ${what}`, () => {
      expect(pairsOf(before, after)).to.deep.equal(pairs);
    });
  }

  it('pairs what is asked for, and nothing else', () => {
    expect(pairsOf([OLD, NEW], [OLD, NEW_KVM], `${OLD}=${NEW_KVM}`)).to.deep.equal([`${OLD} = ${NEW_KVM}`]);
    expect(pairsOf([OLD, OLD_KVM], [NEW, NEW_KVM], '7.2=10.0')).to.deep.equal([
      `${OLD_KVM} = ${NEW_KVM}`,
      `${OLD} = ${NEW}`,
    ]);
  });

  it('tells who is alone', () => {
    const { alone } = pairTargets(targets(OLD, OLD_KVM), targets(OLD, NEW));
    expect(alone).to.deep.equal({ before: [OLD_KVM], after: [NEW] });
  });

  const bad: readonly (readonly [string, readonly string[], readonly string[], readonly string[], RegExp])[] =
    [
      [
        'nothing in common',
        [OLD],
        ['7.2.22 aarch64 tcg'],
        [],
        /no target to compare: OLD has 7\.2\.22 x86_64 tcg, NEW has 7\.2\.22 aarch64 tcg; expected/,
      ],
      ['nothing at all', [], [OLD], [], /OLD has none/],
      [
        'more than one pairing',
        [OLD],
        [NEW, '11.1.2 x86_64 tcg'],
        [],
        /more than one pairing is possible; expected --pair OLD=NEW/,
      ],
      [
        'a pair that OLD has not',
        [OLD],
        [NEW],
        [`${NEW}=${NEW}`],
        /--pair: OLD has no target '10\.0\.2 x86_64 tcg'; expected one of 7\.2\.22/,
      ],
      ['a pair that NEW has not', [OLD], [NEW], ['7.2=11.1'], /--pair: NEW has no target '11\.1'/],
      [
        'a pair of releases without anything in common',
        [OLD, OLD_KVM],
        ['10.0.2 arm tcg', '10.0.2 arm kvm'],
        ['7.2=10.0'],
        /have no architecture and accelerator in common/,
      ],
    ];
  for (const [what, before, after, asked, message] of bad) {
    it(`refuses ${what}`, () => {
      expect(() => pairsOf(before, after, ...asked)).to.throw(InputError, message);
    });
  }

  for (const word of ['', '7.2', '=10.0', '7.2=', 'a=b=c']) {
    it(`refuses --pair '${word}'`, () => {
      expect(() => askedPairFrom(word)).to.throw(InputError, `--pair '${word}'; expected OLD=NEW`);
    });
  }
});
