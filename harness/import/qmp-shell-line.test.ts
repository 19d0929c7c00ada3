import { expect } from 'chai';
import { writeJson } from '../json/write-json.ts';
import { readShellLines } from './qmp-shell-line.ts';

const LINES: readonly (readonly [lines: string, command: string])[] = [
  ['query-status', '{"execute":"query-status","arguments":{}}'],
  ['a x=1 y=-2 z=+3', '{"execute":"a","arguments":{"x":1,"y":-2,"z":3}}'],
  ['a x=18446744073709551615', '{"execute":"a","arguments":{"x":18446744073709551615}}'],
  ['a x=TRUE y=false z=null', '{"execute":"a","arguments":{"x":true,"y":false,"z":"null"}}'],
  ['a x= y=1.5 z=b=c', '{"execute":"a","arguments":{"x":"","y":"1.5","z":"b=c"}}'],
  ['a x={"b":"c d"} y=[1,2]', '{"execute":"a","arguments":{"x":{"b":"c d"},"y":[1,2]}}'],
  [`a x={'b':True,"c":None,'d':[u'e']}`, '{"execute":"a","arguments":{"x":{"b":true,"c":null,"d":["e"]}}}'],
  ['a x={b', '{"execute":"a","arguments":{"x":"{b"}}'],
  ['a x.y=1 x.z=2', '{"execute":"a","arguments":{"x":{"y":1,"z":2}}}'],
  ['a x="b c"', '{"execute":"a","arguments":{"x":"\\"b c\\""}}'],
  ['transaction( a x=1 )', '{"execute":"transaction","arguments":{"actions":[{"type":"a","data":{"x":1}}]}}'],
  [
    'transaction(\na\nb x=1\n)',
    '{"execute":"transaction","arguments":{"actions":[{"type":"a","data":{}},{"type":"b","data":{"x":1}}]}}',
  ],
  ['a __proto__=1', '{"execute":"a","arguments":{"__proto__":1}}'],
];

const REFUSED: readonly (readonly [line: string, complaint: string])[] = [
  ['a b', "'b', which is no NAME=VALUE"],
  ['a b=1 b=2', "'b' twice"],
  ['a b=1 b.c=2', "'b.c', which leads into a value"],
  ['a b.c=2 b=1', "'b' twice"],
  ['transaction(\n) b', "'b' behind the end of a transaction"],
  ['transaction(\na b', "'b', which is no NAME=VALUE"],
];

function takeAll(lines: string): unknown {
  const shell = readShellLines();
  return lines.split('\n').reduce<unknown>((_, line) => shell.take(line), undefined);
}

describe('readShellLines', () => {
  for (const [lines, command] of LINES) {
    it(`reads ${JSON.stringify(lines)}`, () => {
      const shell = readShellLines();
      const [last, ...before] = lines.split('\n').reverse();
      for (const line of before.reverse()) expect(shell.take(line)).to.equal(undefined);
      const taken = shell.take(last ?? '');
      expect(typeof taken === 'object' ? writeJson(taken) : taken).to.equal(command);
    });
  }
  for (const [lines, complaint] of REFUSED)
    it(`refuses ${JSON.stringify(lines)}`, () => expect(takeAll(lines)).to.equal(complaint));
  it('sends nothing for an empty line', () => expect(takeAll('  ')).to.equal(undefined));
});
