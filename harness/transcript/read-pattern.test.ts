import { expect } from 'chai';
import fc from 'fast-check';
import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError, MAX_NESTING } from '../json/scanner.ts';
import type { JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { anyJson } from './any-json.test.ts';
import { hasElision, patternFromJson, readPattern, valueOfPattern } from './read-pattern.ts';

describe('readPattern', () => {
  const elided: readonly (readonly [string, JsonValue, readonly string[]])[] = [
    ['...', null, ['']],
    ['....', null, ['']],
    ['... more ...', null, ['']],
    ['{...}', {}, ['']],
    ['{...more...}', {}, ['']],
    ['{ .... several fields .... }', {}, ['']],
    ['[ ... ]', [], ['']],
    ['[ ... more channels follow ... ]', [], ['']],
    ['{ "a": 1, ... }', { a: 1 }, ['']],
    ['{ "a": 1 ... }', { a: 1 }, ['']],
    ['{ ... "a": 1 }', { a: 1 }, ['']],
    ['{ ..., "a": 1 }', { a: 1 }, ['']],
    ['{ , ..., "a": 1 }', { a: 1 }, ['']],
    ['{ "a": 1, ..., }', { a: 1 }, ['']],
    ['{ "a": 1, ... text ..., "b": 2 }', { a: 1, b: 2 }, ['']],
    ['{ "a": 1 ... "b": 2 }', { a: 1, b: 2 }, ['']],
    ['{ "a": ..., "b": 2 }', { a: null, b: 2 }, ['/a']],
    ['{ "a": ... }', { a: null }, ['/a']],
    ['{ "a": ... text ..., ... }', { a: null }, ['/a', '']],
    ['[ ..., 3, ... ]', [3], ['']],
    ['[ ... 3 ... ]', [3], ['']],
    ['[ ... true ... ]', [true], ['']],
    ['[ 1, ... ]', [1], ['']],
    ['[ 1, 2 ... ]', [1, 2], ['']],
    ['[ {"a": 1}, {...more...} ]', [{ a: 1 }, {}], ['', '/1']],
    ['{ "a/b": { "~": [ ... ] } }', { 'a/b': { '~': [] } }, ['/a~1b/~0']],
    ['{ "cpu0-id": "2lvmGwo+...61iEinw==" }', { 'cpu0-id': '2lvmGwo+...61iEinw==' }, []],
    ['["...", "... x ..."]', ['...', '... x ...'], []],
    ['[ ... it is so ... ]', [], ['']],
    ['{ "a": 1, "a": 2 }', { a: 2 }, []],
    ['{ "__proto__": ... }', JSON.parse('{ "__proto__": null }') as JsonValue, ['/__proto__']],
    ['18446744073709551615', 18446744073709551615n, []],
  ];
  for (const [text, value, open] of elided) {
    it(`reads ${text}`, () => {
      const pattern = readPattern(text);
      const read = valueOfPattern(pattern);
      expect(read.value).to.deep.equal(value);
      expect([...read.open].sort()).to.deep.equal([...open].sort());
      expect(hasElision(pattern)).to.equal(open.length > 0);
    });
  }

  it("reads 'single quotes' where they are allowed, and only there", () => {
    const text = "{ ... 'a': 'it\\'s ...' ... }";
    expect(valueOfPattern(readPattern(text, { singleQuotes: true })).value).to.deep.equal({ a: "it's ..." });
    expect(() => readPattern(text)).to.throw(JsonSyntaxError);
  });

  const wrong: readonly (readonly [string, number, number])[] = [
    ['', 1, 1],
    ['..', 1, 1],
    ['{', 1, 2],
    ['[1', 1, 3],
    ['{ "a": 1 "b": 2 }', 1, 10],
    ['{ "a": 1,\n  "b" 2 }', 2, 7],
    ['{ "a": 1, }', 1, 11],
    ['{ , "a": 1 }', 1, 5],
    ['{ , }', 1, 5],
    ['[ , ]', 1, 5],
    ['[ 1 2 ]', 1, 5],
    ['[ 1,, 2 ]', 1, 5],
    ['[ 1,, ... ]', 1, 5],
    ['[ ...,, 1 ]', 1, 7],
    ['{ "a" ... }', 1, 7],
    ['{ ... more }', 1, 7],
    ['[ ... more ]', 1, 7],
    ['{ a: 1 }', 1, 3],
    ['{ "a": nil }', 1, 8],
    ['[ NaN ]', 1, 3],
    ['[ + 1 ]', 1, 3],
    ['{ "a": 1 } x', 1, 12],
    ['{ "a": 1 };', 1, 11],
    ['{} {}', 1, 4],
    ['... ;', 1, 5],
    ['[ ... a\nb ... ]', 1, 7],
    ['"a', 1, 3],
    ['[1}', 1, 3],
    ['{"a":1]', 1, 7],
  ];
  for (const [text, line, column] of wrong) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => readPattern(text))
        .to.throw(JsonSyntaxError)
        .that.includes({ line, column });
    });
  }

  it(`reads ${MAX_NESTING} levels and refuses more`, () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
    expect(readPattern(nested(MAX_NESTING)).kind).to.equal('array');
    expect(() => readPattern(nested(MAX_NESTING + 2))).to.throw(JsonSyntaxError, 'nesting too deep');
    expect(() => readPattern('['.repeat(1_000_000))).to.throw(JsonSyntaxError, 'nesting too deep');
  });

  it('reads JSON as readJson does', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const pattern = readPattern(writeJson(value));
        expect(valueOfPattern(pattern)).to.deep.equal({ value: readJson(writeJson(value)), open: new Set() });
        expect(pattern).to.deep.equal(patternFromJson(readJson(writeJson(value))));
      }),
    );
  });

  it('takes any text as a pattern or refuses it with a place', () => {
    const pieces = ['...', '{', '}', '[', ']', ',', ':', '"a"', '1', ' ', 'x', '\n', '.', "'"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        try {
          readPattern(parts.join(''));
        } catch (error) {
          expect(error).to.be.instanceOf(JsonSyntaxError);
        }
      }),
      { numRuns: 500 },
    );
  });

  for (const [what, text] of [
    ['many elisions', `[ ${'... '.repeat(200_000)}x`],
    ['long prose', `[ ... ${'x '.repeat(200_000)}`],
    ['much space in prose', `[ ... x${' '.repeat(200_000)}`],
    ['many dots', '.'.repeat(500_000) + 'x'],
  ] as const) {
    it(`refuses ${what} in linear time`, () => {
      const start = performance.now();
      expect(() => readPattern(text)).to.throw(JsonSyntaxError);
      expect(performance.now() - start).to.be.below(2000);
    });
  }
});
