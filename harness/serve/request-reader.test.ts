import { expect } from 'chai';
import { writeJson } from '../json/write-json.ts';
import { RequestReader, type Request } from './request-reader.ts';

function readAll(reader: RequestReader, bytes: Buffer, size = bytes.length): string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += size)
    for (const request of reader.read(bytes.subarray(at, at + size))) found.push(describeRequest(request));
  return found;
}

function describeRequest(request: Request): string {
  return request.kind === 'value' ? writeJson(request.value) : `error ${request.reason}`;
}

describe('RequestReader', () => {
  const good: readonly (readonly [title: string, bytes: string, expected: readonly string[]])[] = [
    ['a message', '{"execute":"x"}', ['{"execute":"x"}']],
    ['messages without anything between', '{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
    ['messages of several lines', '{\r\n\t"a":\n[ 1 ]\n}\n', ['{"a":[1]}']],
    ["'single' quotes", `{'a':'it\\'s "b"'}`, [`{"a":"it's \\"b\\""}`]],
    ['brackets and line ends in strings', '{"a":"}]\\n\\""}', ['{"a":"}]\\n\\""}']],
    ['integers up to 2^64-1', '{"a":18446744073709551615}', ['{"a":18446744073709551615}']],
    ['scalars and arrays, which are no commands', '1 true "x" [2] ', ['1', 'true', '"x"', '[2]']],
    ['UTF-8', '{"é":"😀"}', ['{"é":"😀"}']],
    ['nesting of 1024 levels', '['.repeat(1024) + ']'.repeat(1024), ['['.repeat(1024) + ']'.repeat(1024)]],
  ];
  for (const [title, text, expected] of good) {
    it(`reads ${title}, however it is chunked`, () => {
      const bytes = Buffer.from(text);
      for (const size of new Set([1, 2, 3, 7, bytes.length]))
        expect(readAll(new RequestReader(), bytes, size)).to.deep.equal(expected);
    });
  }

  const bad: readonly (readonly [title: string, bytes: Buffer | string, error: string])[] = [
    ['a word', 'QUIT', "'Q'"],
    ['a comma outside', ',', "',' outside of a message"],
    ['a bracket that nothing opened', ']', "']' that nothing opened"],
    ['a missing comma', '{"a":1 "b":2}', "',' or '}'"],
    ['a trailing comma', '{"a":1,}', 'a string'],
    ['a comment', '/* */', "'/'"],
    ['a number that is none', '{"a":01}', "',' or '}'"],
    ['a number that nothing holds', '{"a":1e999}', 'a number that is too large'],
    ['NaN', '{"a":NaN}', "'N'"],
    ['interpolation', '{"a":%s}', "'%'"],
    ['a control character', Buffer.from('{"a":\x01'), 'byte 0x01'],
    ['a control character in a string', Buffer.from('{"a":"\x1f'), 'byte 0x1f'],
    ['the byte 0xFF', Buffer.of(0xff), 'byte 0xff'],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]), 'no UTF-8'],
    ['bytes that no character has', Buffer.from([0x22, 0xf8, 0x88, 0x22]), 'no UTF-8'],
    ['an unknown escape', '{"a":"\\x41"}', 'escape'],
    ['too many levels', '['.repeat(1025), '1024 levels'],
  ];
  for (const [title, bytes, error] of bad) {
    it(`says of ${title} what is wrong, and goes on`, () => {
      const reader = new RequestReader();
      const [first = ''] = readAll(reader, Buffer.from(bytes));
      expect(first)
        .to.match(/^error /)
        .and.to.include(error);
      readAll(reader, Buffer.of(0xff));
      expect(readAll(reader, Buffer.from('{"a":1}'))).to.deep.equal(['{"a":1}']);
    });
  }

  it('says once that a message is too large, in chunks and in one', () => {
    const text = `{"a":"${'x'.repeat(1000)}"}`;
    for (const size of [10, 400, 2000]) {
      const reader = new RequestReader(500);
      expect(readAll(reader, Buffer.from(`${text}{"b":1}`), size)).to.deep.equal([
        'error a message of over 500 bytes',
        '{"b":1}',
      ]);
    }
  });

  it('forgets half a message at the byte 0xFF', () => {
    expect(
      readAll(new RequestReader(), Buffer.from([0x7b, 0x22, 0x61, 0xff, ...Buffer.from('{"b":1}')])),
    ).to.deep.equal(['error byte 0xff, which is no JSON', '{"b":1}']);
  });

  it('takes no more than its bytes while a message does not end', () => {
    const reader = new RequestReader(1000);
    const chunk = Buffer.from('['.repeat(1) + ' '.repeat(999));
    const found = Array.from({ length: 50 }, (_, at) =>
      readAll(reader, at === 0 ? chunk : Buffer.alloc(1000, 0x20)),
    );
    expect(found.flat()).to.deep.equal(['error a message of over 1000 bytes']);
  });
});
