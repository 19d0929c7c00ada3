import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_NESTING } from '../json/scanner.ts';
import { bodyFromText } from '../transcript/read-body.ts';
import { skipJson } from './skip-json.ts';

const RIGHT: readonly string[] = [
  '{}',
  '[]',
  '{"a":1}',
  '{ "a" : { "b" : [ 1 , -2.5e+3 , true , false , null , "x" ] } , "" : 0 }',
  '[\n\t\r 0.5 ]',
  '["\\u00ff\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["ä€😀\u007f"]',
  '[1E9,-0,0e0]',
  `${'['.repeat(MAX_NESTING)}${']'.repeat(MAX_NESTING)}`,
];

const WRONG: readonly string[] = [
  '',
  '{',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a":1,}',
  '{"a" 1}',
  '{a:1}',
  '{,}',
  '{1:2}',
  '[1,]',
  '[,1]',
  '[1 2]',
  '[}',
  '{]',
  '["',
  '["a',
  '["\\',
  '["\\x"]',
  '["\\u12g4"]',
  '["\\u12"]',
  "['a']",
  '["\n"]',
  '["\u0000"]',
  '[01]',
  '[+1]',
  '[1.]',
  '[.5]',
  '[1e]',
  '[1e+]',
  '[-]',
  '[--1]',
  '[tru]',
  '[nulll]',
  '[True]',
  '[...]',
  '{ ... }',
  '[\v1]',
  'x',
  `${'['.repeat(MAX_NESTING + 1)}${']'.repeat(MAX_NESTING + 1)}`,
];

describe('passing over JSON', () => {
  for (const text of RIGHT) {
    it(`passes over ${text.slice(0, 40)}`, () => {
      const bytes = Buffer.from(`ab${text}cd`);
      expect(skipJson(bytes, 2)).to.equal(bytes.length - 2);
    });
  }
  for (const text of WRONG) {
    it(`does not pass over ${text.slice(0, 40)}`, () => {
      expect(skipJson(Buffer.from(text), 0)).to.equal(-1);
    });
  }

  it('takes nothing that a transcript would not show as JSON', () => {
    const char = fc.constantFrom(...Array.from('{}[],:"\\\'0123456789-+.eE truefalsn/bu\n\x00ä'));
    const mangled = fc
      .tuple(fc.json(), fc.nat(), fc.string({ unit: char, maxLength: 3 }), fc.nat({ max: 3 }))
      .map(([json, at, more, less]) => {
        const place = at % (json.length + 1);
        return `[${json.slice(0, place)}${more}${json.slice(place + less)}]`;
      });
    fc.assert(
      fc.property(mangled, (text) => {
        const end = skipJson(Buffer.from(text), 0);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(end === Buffer.byteLength(text), text).to.equal(isJson);
        if (isJson) expect(bodyFromText(text, '<-').kind).to.equal('pattern');
      }),
      { numRuns: 3000 },
    );
  });
});
