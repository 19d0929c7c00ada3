import { expect } from 'chai';
import fc from 'fast-check';
import { FrameLimitError, FrameReader } from './frame-reader.ts';
import { pointerTo, stepsOfPointer, valueAt } from './pointer.ts';
import { readJson } from './read-json.ts';
import { JsonSyntaxError } from './scanner.ts';
import { isJsonObject, jsonType, type JsonValue } from './value.ts';
import { writeJson } from './write-json.ts';

const LARGEST = 18446744073709551615n;

describe('readJson', () => {
  const good: readonly (readonly [string, JsonValue])[] = [
    ['0', 0],
    ['-0.5e3', -500],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['18446744073709551615', LARGEST],
    ['-9223372036854775808', -9223372036854775808n],
    ['{"size": 18446744073709551615, "n": 1}', { size: LARGEST, n: 1 }],
    ['"1234567890123456789"', '1234567890123456789'],
    ['[1234567890123456789, "\\u00e9\\n"]', [1234567890123456789n, 'é\n']],
    ['{}', {}],
    ['[]', []],
    [' [ ] ', []],
  ];
  for (const [text, value] of good) {
    it(`reads ${text}`, () => expect(readJson(text)).to.deep.equal(value));
  }

  const bad: readonly (readonly [string, string])[] = [
    ['', '1:1: end of text'],
    ['{', '1:2: end of text'],
    ['{"a" 1}', "1:6: '1'; expected ':' after member name \"a\""],
    ['{"a": 1 "b": 2}', "1:9: '\"'; expected ',' or '}'"],
    ['{\n  "a": tru\n}', "2:8: 'tru'; expected a JSON value"],
    ['[1,]', "1:4: ']'; expected a JSON value"],
    ['{"a": 1,}', "1:9: '}'; expected a string"],
    ['"abc', '1:5: string without end'],
    ['"a\nb"', '1:3: string without end'],
    ['"\\x"', '1:2: escape \\x'],
    ['"\\u12"', '1:2: escape \\u12"'],
    ["{'a': 1}", "1:2: '''; expected a string"],
    ['01', "1:2: '1'; expected end of text"],
    ['NaN', "1:1: 'NaN'"],
    ['{} {}', "1:4: '{'; expected end of text"],
    [`${'['.repeat(2000)}1234567890123456789`, 'nesting too deep'],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      expect(() => readJson(text)).to.throw(JsonSyntaxError, message);
    });
  }

  it("reads QEMU's single quotes where they are allowed", () => {
    expect(readJson("{'a': 'it\\'s \"x\"'}", { singleQuotes: true })).to.deep.equal({ a: 'it\'s "x"' });
  });

  it('takes __proto__ for a name like any other', () => {
    for (const digits of ['1', '12345678901234567890']) {
      const value = readJson(`{"__proto__": ${digits}}`);
      expect(isJsonObject(value) && Object.hasOwn(value, '__proto__')).to.equal(true);
      expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
    }
  });
});

describe('writeJson', () => {
  it('keeps 2^64-1 through reading and writing', () => {
    const text = '{"a":[18446744073709551615,-9223372036854775808]}';
    expect(writeJson(readJson(text))).to.equal(text);
  });

  it('lays out as it is told', () => {
    expect(writeJson({ a: [1, 2], b: {} }, { spaced: true })).to.equal('{"a": [1, 2], "b": {}}');
    expect(writeJson({ a: [1] }, { indent: 1 })).to.equal('{\n "a": [\n  1\n ]\n}');
  });

  it('is the inverse of readJson', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        expect(writeJson(readJson(text))).to.equal(text);
      }),
    );
  });
});

describe('JSON types and pointers', () => {
  const types: readonly (readonly [JsonValue, string])[] = [
    [null, 'null'],
    [LARGEST, 'number'],
    [1, 'number'],
    ['', 'string'],
    [[], 'array'],
    [{}, 'object'],
    [false, 'boolean'],
  ];
  for (const [value, type] of types)
    it(`names ${writeJson(value)} ${type}`, () => expect(jsonType(value)).to.equal(type));

  it('walks a pointer', () => {
    const value = { 'a/b': [{ '~': 7 }] };
    const pointer = pointerTo(pointerTo(pointerTo('', 'a/b'), 0), '~');
    expect(pointer).to.equal('/a~1b/0/~0');
    expect(stepsOfPointer(pointer)).to.deep.equal(['a/b', '0', '~']);
    expect(valueAt(value, pointer)).to.equal(7);
    expect(valueAt(value, '/toString')).to.equal(undefined);
    expect(valueAt(value, '/a~1b/9/x')).to.equal(undefined);
  });
});

describe('FrameReader', () => {
  const streams: readonly (readonly [string, string, readonly string[]])[] = [
    ['one value to a line', '{"a":1}\r\n{"b":2}\r\n', ['value {"a":1}', 'value {"b":2}']],
    [
      'values without anything between',
      '{"a":1}{"b":[2]}[3]',
      ['value {"a":1}', 'value {"b":[2]}', 'value [3]'],
    ],
    ['a value over many lines', '{\r\n  "a":\r\n 1}', ['value {\r\n  "a":\r\n 1}']],
    ['brackets and quotes in strings', '{"a":"}\\"]{"}', ['value {"a":"}\\"]{"}']],
    ['bytes before a value', 'hello {"a":1}', ['garbage hello', 'value {"a":1}']],
    ['bytes that touch a value', 'x{"a":1}', ['garbage x', 'value {"a":1}']],
    ['words', 'HTTP/1.1 400 ', ['garbage HTTP/1.1', 'garbage 400']],
  ];
  for (const [title, text, expected] of streams) {
    it(`cuts ${title}, however it is chunked`, () => {
      for (let size = 1; size <= text.length; size++) {
        const reader = new FrameReader();
        const frames = [];
        for (let at = 0; at < text.length; at += size) {
          frames.push(...reader.push(Buffer.from(text.slice(at, at + size))));
        }
        expect(frames.map(({ kind, bytes }) => `${kind} ${bytes.toString()}`)).to.deep.equal(expected);
        expect(reader.pending).to.equal(false);
      }
    });
  }

  it('keeps what is unfinished, and gives it up at the end', () => {
    const reader = new FrameReader();
    expect(reader.push(Buffer.from('{"a": '))).to.deep.equal([]);
    expect(reader.pending).to.equal(true);
    expect(reader.end().toString()).to.equal('{"a": ');
    expect(reader.pending).to.equal(false);
  });

  it('refuses a message beyond its bound', () => {
    const reader = new FrameReader(100);
    reader.push(Buffer.from('{"a": "'));
    expect(() => reader.push(Buffer.alloc(200, 0x61))).to.throw(FrameLimitError, 'over 100 bytes');
  });

  it('refuses nesting beyond its bound', () => {
    expect(() => new FrameReader().push(Buffer.alloc(1025, 0x5b))).to.throw(FrameLimitError, '1024 levels');
  });
});
