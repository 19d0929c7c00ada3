import { expect } from 'chai';
import { conditionFromC, readCondition } from './condition.ts';

const A = { symbol: 'A' };
const B = { symbol: 'B' };
const C = { symbol: 'C' };

describe('conditions', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['defined(A)', A],
    ['defined A', A],
    ['!defined(A)', { not: A }],
    ['defined(A) && defined(B)', { all: [A, B] }],
    ['defined(A) || defined(B) || defined(C)', { any: [A, B, C] }],
    ['defined(A) && defined(B) || defined(C)', { any: [{ all: [A, B] }, C] }],
    ['defined(A) && (defined(B) || !defined(C))', { all: [A, { any: [B, { not: C }] }] }],
    ['!(defined(A) && defined(B))', { not: { all: [A, B] } }],
    ['A > 3', { symbol: 'A > 3' }],
    ['defined(A', { symbol: 'defined(A' }],
    ['defined()', { symbol: 'defined()' }],
    ['defined(A) &&', { symbol: 'defined(A) &&' }],
    ['defined(A))', { symbol: 'defined(A))' }],
    ['( )', { symbol: '( )' }],
  ];
  for (const [text, condition] of cases) {
    it(`C: ${text}`, () => expect(conditionFromC(text)).to.deep.equal(condition));
  }

  it('a list before 6.2 means all of it', () =>
    expect(readCondition(['defined(A)', 'defined(B)'], 'c')).to.deep.equal({ all: [A, B] }));

  it('a list of one is that one', () => expect(readCondition(['defined(A)'], 'c')).to.deep.equal(A));

  it('since 6.2: all, any, not', () =>
    expect(readCondition({ all: ['A', { any: ['B', { not: 'C' }] }] }, 'symbols')).to.deep.equal({
      all: [A, { any: [B, { not: C }] }],
    }));

  const wrong = [
    ['c', ''],
    ['c', []],
    ['c', ['defined(A)', 3]],
    ['c', ['']],
    ['c', true],
    ['c', { all: ['A'] }],
    ['symbols', ''],
    ['symbols', 'defined(A)'],
    ['symbols', 'lower'],
    ['symbols', ['A']],
    ['symbols', 7],
    ['symbols', {}],
    ['symbols', { all: ['A'], any: ['B'] }],
    ['symbols', { none: ['A'] }],
    ['symbols', { all: 'A' }],
    ['symbols', { all: [] }],
    ['symbols', { not: ['A'] }],
    ['symbols', { any: ['A', {}] }],
  ] as const;
  for (const [dialect, value] of wrong) {
    it(`${dialect}: ${JSON.stringify(value)} is none`, () =>
      expect(readCondition(value, dialect)).to.be.a('string'));
  }
});
