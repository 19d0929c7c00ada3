import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_NESTING } from '../json/scanner.ts';
import type { JsonValue } from '../json/value.ts';
import { anyJson } from './any-json.test.ts';
import { matchMessage } from './match-message.ts';
import { patternFromJson, readPattern, valueOfPattern } from './read-pattern.ts';
import type { MatchKind, MatchRule } from './transcript.ts';

describe('matchMessage on whatever comes', () => {
  describe('properties', () => {
    it('every value fits itself, by shape and exactly', () => {
      fc.assert(
        fc.property(anyJson, fc.constantFrom<MatchKind>('shape', 'exact', 'set'), (value, as) => {
          const options = { rules: [{ at: '', as }], captures: new Map<string, JsonValue>() };
          const result = matchMessage(patternFromJson(value), value, options);
          expect(result.mismatches).to.deep.equal([]);
          expect(result.checks).to.be.at.least(1);
        }),
      );
    });
    it('what fits exactly fits by shape', () => {
      fc.assert(
        fc.property(anyJson, anyJson, (one, other) => {
          const pattern = patternFromJson(one);
          const by = (as: MatchKind): number =>
            matchMessage(pattern, other, { rules: [{ at: '', as }], captures: new Map() }).mismatches.length;
          if (by('exact') === 0) expect(by('shape')).to.equal(0);
        }),
      );
    });
    it('the order of a set is no matter', () => {
      const shuffled = fc
        .array(anyJson, { maxLength: 8 })
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
      fc.assert(
        fc.property(shuffled, ([list, other]) => {
          const options = {
            rules: [
              { at: '', as: 'set' },
              { at: '/*', as: 'exact' },
            ] as const,
            captures: new Map<string, JsonValue>(),
          };
          expect(matchMessage(patternFromJson(list), other, options).mismatches).to.deep.equal([]);
        }),
      );
    });
  });

  describe('large arrays', () => {
    const many = (element: (at: number) => JsonValue, count = 10_000): JsonValue =>
      Array.from({ length: count }, (_, at) => element(at));
    const cases: readonly (readonly [string, JsonValue, JsonValue, readonly MatchRule[], number])[] = [
      ['alike', many((at) => ({ a: at })), many((at) => ({ a: -at })), [], 0],
      ['one unlike', many(() => ({ a: 1 })), [...(many(() => ({ b: 1 })) as JsonValue[]), { a: 1 }], [], 0],
      [
        'in reverse, each of its own shape',
        many((at) => ({ [`k${at}`]: 1 })),
        many((at) => ({ [`k${9_999 - at}`]: 1 })),
        [],
        0,
      ],
      ['all unlike', many((at) => ({ [`k${at}`]: 1 })), many((at) => ({ [`m${at}`]: 1 })), [], 1],
      ['sets alike', many((at) => ({ a: at })), many((at) => ({ a: -at })), [{ at: '', as: 'set' }], 0],
      [
        'sets unlike',
        many((at) => ({ [`k${at}`]: 1 })),
        many((at) => ({ [`m${at}`]: 1 })),
        [{ at: '', as: 'set' }],
        1,
      ],
      ['values in reverse', many((at) => at), many((at) => 9_999 - at), [{ at: '/*', as: 'exact' }], 0],
      ['values unlike', many((at) => at), many((at) => at + 10_000), [{ at: '/*', as: 'exact' }], 1],
      [
        'nested unlike',
        many((at) => [[{ [`k${at}`]: 1 }]], 1000),
        many((at) => [[{ [`m${at}`]: 1 }]], 1000),
        [],
        1,
      ],
    ];
    for (const [what, expected, live, rules, mismatches] of cases) {
      it(`${what}: comes to an end`, () => {
        const start = performance.now();
        const result = matchMessage(patternFromJson(expected), live, {
          rules,
          captures: new Map(),
        });
        expect(performance.now() - start).to.be.below(3000);
        expect(result.mismatches.length > 0).to.equal(mismatches > 0);
        if (mismatches > 0) expect(result.mismatches.at(-1)?.rule).to.match(/undecided|no-such-element/);
      });
    }
  });

  describe('deep messages', () => {
    const nested = (open: string, close: string, levels: number, inmost: string): string =>
      open.repeat(levels) + inmost + close.repeat(levels);
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      for (const as of ['shape', 'exact', 'set'] as const) {
        const rulesOf = (inmost: string, levels: number): readonly string[] => {
          const pattern = readPattern(nested(open, close, levels, '1'));
          const live = valueOfPattern(readPattern(nested(open, close, levels, inmost))).value;
          const options = { rules: [{ at: '', as }], captures: new Map<string, JsonValue>() };
          return matchMessage(pattern, live, options).mismatches.map(({ rule }) => rule);
        };
        it(`${open} as ${as}: 100 levels are compared`, () => {
          expect(rulesOf('2', 100)).to.deep.equal(as === 'exact' ? ['exact/value'] : []);
          expect(rulesOf('"x"', 100)).to.have.length.at.least(1);
        });
        it(`${open} as ${as}: ${MAX_NESTING} levels are reported`, () => {
          expect(rulesOf('1', MAX_NESTING)[0]).to.match(/too-deep|undecided|no-such-element/);
        });
      }
    }
  });
});
