import { expect } from 'chai';
import { InputError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { interpolate } from './interpolate.ts';

const names = new Map<string, JsonValue>([
  ['dir', '/run/x'],
  ['job-id', 'job0'],
  ['peer.socket', '/s'],
  ['size', 18446744073709551615n],
  ['none', null],
  ['on', true],
  ['node', { name: 'n' }],
  ['twice', '${dir}'],
]);

describe('interpolate', () => {
  const rows: readonly (readonly [what: string, value: JsonValue, result: JsonValue])[] = [
    ['part of a string', '${dir}/shot.ppm', '/run/x/shot.ppm'],
    ['several', '${dir}${peer.socket}-${job-id}', '/run/x/s-job0'],
    [
      'a whole string keeps its type',
      ['${size}', '${none}', '${on}', '${node}'],
      [18446744073709551615n, null, true, { name: 'n' }],
    ],
    ['scalars within a string', '<${size} ${none} ${on}>', '<18446744073709551615 null true>'],
    ['deep', { a: [{ b: 'x${job-id}' }] }, { a: [{ b: 'xjob0' }] }],
    ['not names of members', { '${dir}': 1 }, { '${dir}': 1 }],
    ['not what was put in', '${twice}', '${dir}'],
    ['not what is no name', ['$dir', '{dir}', '$ {dir}', '${dir'], ['$dir', '{dir}', '$ {dir}', '${dir']],
    ['$ in a replacement', 'x${twice}$&', 'x${dir}$&'],
  ];
  for (const [what, value, result] of rows) {
    it(what, () => expect(interpolate(value, names)).to.deep.equal(result));
  }
  it('returns the same value where there is nothing to replace', () => {
    const value = { a: [1, { b: '$' }], ['__proto__']: 2n };
    expect(interpolate(value, names)).to.equal(value);
  });
  it('keeps a member that is called __proto__', () => {
    const value = JSON.parse('{ "__proto__": "${job-id}" }') as JsonValue;
    expect(JSON.stringify(interpolate(value, names))).to.equal('{"__proto__":"job0"}');
  });
  for (const text of ['${unknown}', 'a ${unknown}', '${}', '${ dir }', '${toString}']) {
    it(`refuses ${text}`, () =>
      expect(() => interpolate([text], names)).to.throw(
        InputError,
        /unknown name .*; expected one of dir, job-id, /,
      ));
  }
  it('says that no name is known', () =>
    expect(() => interpolate('${a}', new Map())).to.throw(InputError, 'unknown name ${a}; expected none'));
  it('refuses an object within a string', () =>
    expect(() => interpolate('a ${node}', names)).to.throw(InputError, /is no scalar/));
});
