import { expect } from 'chai';
import type { Condition } from '../model.ts';
import { writeCondition } from '../write-condition.ts';
import { holds, solveFacts, symbolsOf, truthOf, type Fact } from './condition-truth.ts';

const [A, B, C] = ['A', 'B', 'C'].map((symbol) => ({ symbol })) as [Condition, Condition, Condition];
const SAMPLE: Condition = { all: [A, { any: [B, { not: C }] }] };

describe('conditions', () => {
  const rows: readonly (readonly [Condition, readonly string[], boolean])[] = [
    [A, ['A'], true],
    [A, ['B'], false],
    [{ not: A }, [], true],
    [{ not: A }, ['A'], false],
    [SAMPLE, ['A'], true],
    [SAMPLE, ['A', 'C'], false],
    [SAMPLE, ['A', 'B', 'C'], true],
    [SAMPLE, ['B'], false],
  ];
  for (const [condition, on, expected] of rows) {
    it(`${writeCondition(condition)} ${expected ? 'holds' : 'does not hold'} for {${on.join(' ')}}`, () =>
      expect(holds(condition, new Set(on))).to.equal(expected));
  }

  it('are written as QAPI has them', () =>
    expect([SAMPLE, { not: SAMPLE }, { any: [A, { not: B }] }].map(writeCondition)).to.deep.equal([
      'all(A, any(B, not(C)))',
      'not(all(A, any(B, not(C))))',
      'any(A, not(B))',
    ]));

  it('name their symbols, each once', () =>
    expect([...symbolsOf({ all: [SAMPLE, A] })]).to.deep.equal(['A', 'B', 'C']));

  const partial: readonly (readonly [Condition, Readonly<Record<string, boolean>>, boolean | undefined])[] = [
    [SAMPLE, {}, undefined],
    [SAMPLE, { A: false }, false],
    [SAMPLE, { A: true }, undefined],
    [SAMPLE, { A: true, B: true }, true],
    [SAMPLE, { A: true, B: false, C: true }, false],
    [{ not: SAMPLE }, { A: false }, true],
    [{ not: A }, {}, undefined],
  ];
  for (const [condition, known, expected] of partial) {
    it(`${writeCondition(condition)} is ${expected} when ${JSON.stringify(known)}`, () =>
      expect(truthOf(condition, new Map(Object.entries(known)))).to.equal(expected));
  }
});

describe('solveFacts', () => {
  const yes = (condition: Condition): Fact => ({ condition, holds: true });
  const no = (condition: Condition): Fact => ({ condition, holds: false });
  const rows: readonly (readonly [string, readonly Fact[], Readonly<Record<string, boolean>> | undefined])[] =
    [
      ['nothing of nothing', [], {}],
      ['a symbol that is there', [yes(A)], { A: true }],
      ['a symbol that is absent', [no(A)], { A: false }],
      ['through not', [yes({ not: A })], { A: false }],
      ['all parts of what holds', [yes({ all: [A, { not: B }] })], { A: true, B: false }],
      ['all alternatives of what does not', [no({ any: [A, B] })], { A: false, B: false }],
      ['nothing of one of two', [yes({ any: [A, B] })], {}],
      ['the last alternative', [yes({ any: [A, B] }), no(A)], { A: false, B: true }],
      ['the last part', [no({ all: [A, B] }), yes(A)], { A: true, B: false }],
      ['in whatever order', [yes(SAMPLE), no(B)], { A: true, B: false, C: false }],
      [
        'what only a search can see: B follows from A and from not A',
        [yes({ any: [A, B] }), yes({ any: [{ not: A }, B] })],
        { B: true },
      ],
      ['that two facts do not fit', [yes(A), no(A)], undefined],
      ['that three do not fit', [yes({ any: [A, B] }), no(A), no(B)], undefined],
      [
        'that four do not fit, though no two speak of one symbol alone',
        [
          yes({ any: [A, B] }),
          yes({ any: [A, { not: B }] }),
          yes({ any: [{ not: A }, B] }),
          yes({ any: [{ not: A }, { not: B }] }),
        ],
        undefined,
      ],
    ];
  for (const [what, facts, expected] of rows) {
    it(`finds ${what}`, () => {
      const solved = solveFacts(facts);
      expect(solved && Object.fromEntries([...solved].toSorted())).to.deep.equal(expected);
    });
  }
});
