import { expect } from 'chai';
import { MessageCutter, type Cut } from './message-cutter.ts';

/** Pieces as text; those that are JSON behind a `+`. */
function cut(chunks: readonly (string | Buffer)[], limit?: number): readonly string[] {
  const cutter = new MessageCutter(limit);
  return chunks.flatMap((chunk) => textsOf(cutter.push(Buffer.from(chunk as string, 'latin1'))));
}

function textsOf({ pieces }: Cut): readonly string[] {
  return pieces.map(({ bytes, isJson }) => `${isJson ? '+' : '-'}${bytes.toString('latin1')}`);
}

/** Streams, and what they are cut into. */
const STREAMS: readonly (readonly [what: string, stream: string, pieces: readonly string[]])[] = [
  ['a message', '{"a": 1}\r\n', ['+{"a": 1}']],
  ['two messages without a line end', '{"a": 1}{"b": []}', ['+{"a": 1}', '+{"b": []}']],
  ['a message on many lines', '{\n  "a": [\n 1 ]\n}\n', ['+{\n  "a": [\n 1 ]\n}']],
  ['brackets within strings', '{"a}": "]}\\"}"}', ['+{"a}": "]}\\"}"}']],
  ['single quotes', `{'a"': 'it\\'s }'} {"b": 1}`, [`-{'a"': 'it\\'s }'}`, '+{"b": 1}']],
  ['words', 'hello  world\n{"a": 1}', ['-hello', '-world', '+{"a": 1}']],
  ['a word before a message', 'hello{"a": 1}', ['-hello', '+{"a": 1}']],
  ['brackets that do not match', '{"a": ]{"b": 1}', ['-{"a": ]', '+{"b": 1}']],
  ['a closing bracket alone', '}\n{"b": 1}', ['-}', '+{"b": 1}']],
  ['what is bracketed and no JSON', '{a} [1 2] {"a": 01}', ['-{a}', '-[1 2]', '-{"a": 01}']],
  ['half a command that 0xFF ends', '{"exec\xff{"b": 1}', ['-{"exec\xff', '+{"b": 1}']],
  ['half a string that a line end ends', '{"exec\n{"b": 1}\n', ['-{"exec', '+{"b": 1}']],
  ['half a single-quoted string', '{\'exec\n{"b": 1}\n', ["-{'exec", '+{"b": 1}']],
  ['half an object that ESC ends', '{"a": \x1b{"b": 1}', ['-{"a": \x1b', '+{"b": 1}']],
  ['an escape that is cut off', '{"a\\\n{"b": 1}', ['-{"a\\', '+{"b": 1}']],
  ['0xFF before a message', '\xff{"return": 1}\n', ['-\xff', '+{"return": 1}']],
  ['nothing but space', ' \r\n\t ', []],
];

describe('cutting a stream into messages', () => {
  for (const [what, stream, pieces] of STREAMS) {
    it(`finds ${what}`, () => {
      expect(cut([`${stream} `])).to.deep.equal(pieces);
    });
    it(`finds ${what}, wherever it is chunked`, () => {
      const bytes = `${stream} `;
      expect(cut(Array.from(bytes))).to.deep.equal(pieces);
      for (let at = 1; at < bytes.length; at++)
        expect(cut([bytes.slice(0, at), bytes.slice(at)]), `at ${at}`).to.deep.equal(pieces);
    });
  }

  it('tells what of an unfinished message a chunk has brought', () => {
    const cutter = new MessageCutter();
    const rests = ['{"a": ', '[1', ']} {"b"', ': 2}'].map((chunk) =>
      cutter.push(Buffer.from(chunk)).rest?.toString(),
    );
    expect(rests).to.deep.equal(['{"a": ', '[1', '{"b"', undefined]);
    expect(cutter.pending).to.equal(false);
  });

  it('tells where the last message begins in a chunk', () => {
    const cutter = new MessageCutter();
    const begins = ['{"a": 1} {"b": 2}', '{"c"', ': 3', '} {"d": 4} {"e"', ': 5}\n', '\n'].map(
      (chunk) => cutter.push(Buffer.from(chunk)).lastBegin,
    );
    expect(begins).to.deep.equal([9, 0, undefined, 11, undefined, undefined]);
  });

  it('gives what came of an unfinished message at the end', () => {
    const cutter = new MessageCutter();
    cutter.push(Buffer.from('{"a": 1} {"b": '));
    expect(cutter.end().toString()).to.equal('{"b": ');
    expect(cutter.pending).to.equal(false);
    expect(cutter.end().length).to.equal(0);
  });

  it('gives up a message that grows beyond the limit, and goes on', () => {
    expect(cut(['{"a": "', 'x'.repeat(20), '"}\n{"b": 1}'], 16)).to.deep.equal([
      `-{"a": "${'x'.repeat(20)}`,
      '-"}',
      '+{"b": 1}',
    ]);
  });

  it('takes no more than linear time for a long message in small chunks', () => {
    const chunk = Buffer.alloc(64, 'x');
    const time = (count: number): number => {
      const cutter = new MessageCutter();
      const began = performance.now();
      cutter.push(Buffer.from('{"a": "'));
      for (let at = 0; at < count; at++) cutter.push(chunk);
      return performance.now() - began;
    };
    time(20_000);
    const [short, long] = [time(20_000), time(160_000)];
    expect(long).to.be.below(40 * Math.max(short, 1));
  });

  it('survives nesting without end', () => {
    const cutter = new MessageCutter();
    cutter.push(Buffer.alloc(1_000_000, '['));
    const { pieces } = cutter.push(Buffer.alloc(1_000_000, ']'));
    expect(pieces.map(({ isJson, bytes }) => [isJson, bytes.length])).to.deep.equal([[false, 2_000_000]]);
  });
});
