import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { nearestName } from './nearest-name.ts';
import { readYaml, type YamlCursor } from './yaml-cursor.ts';

describe('readYaml', () => {
  const read = (text: string): YamlCursor => readYaml(text, 'f.yaml');

  it('reads JSON values without loss', () => {
    const value = read(
      '{ big: 18446744073709551615, small: 7, text: "7", no: null, list: [1.5, true] }',
    ).json();
    expect(value).to.deep.equal({
      big: 18446744073709551615n,
      small: 7,
      text: '7',
      no: null,
      list: [1.5, true],
    });
  });

  it('keeps a word as it is written', () => {
    const members = read('a: 10.0\nb: 7.20\nc: x').members(['a', 'b', 'c']);
    expect([...members.values()].map((cursor) => cursor.word())).to.deep.equal(['10.0', '7.20', 'x']);
  });

  it('counts the lines that stand before it', () => {
    expect(() => readYaml('a: 1', 'f.qmp', 4).members(['b'])).to.throw('f.qmp:5:1: ');
  });

  const wrong: readonly (readonly [string, string, (cursor: YamlCursor) => unknown, string])[] = [
    ['a syntax error', 'a: [1', (cursor) => cursor, 'f.yaml:1:6: '],
    ['a key twice', 'a: 1\na: 2', (cursor) => cursor, 'f.yaml:2:1: '],
    [
      'a mistyped key',
      'a: 1\nabuot: 2',
      (c) => c.members(['a', 'about']),
      "f.yaml:2:1: unknown key 'abuot'; expected 'about'",
    ],
    [
      'a key like no other',
      'zzz: 1',
      (c) => c.members(['a', 'b']),
      "f.yaml:1:1: unknown key 'zzz'; expected one of a, b",
    ],
    [
      'a missing key',
      'a: 1',
      (c) => c.members(['a', 'b'], ['b']),
      "f.yaml:1:1: no 'b'; expected the key 'b'",
    ],
    ['a list for a mapping', '- 1', (c) => c.members([]), 'f.yaml:1:1: a list; expected a mapping'],
    ['a mapping for a list', 'a: 1', (c) => c.elements(), 'f.yaml:1:1: a mapping; expected a list'],
    ['a number for a string', '12', (c) => c.string(), "f.yaml:1:1: '12'; expected a string"],
    [
      'nothing for a string',
      'a:',
      (c) => c.members(['a']).get('a')?.string(),
      'f.yaml:1:3: nothing; expected a string',
    ],
    ['an empty string', '""', (c) => c.string(), "f.yaml:1:1: ''; expected a string"],
    ['a word for a boolean', 'yes', (c) => c.boolean(), "f.yaml:1:1: 'yes'; expected true or false"],
    ['another word', 'rwa', (c) => c.oneOf(['raw', 'qcow2']), "f.yaml:1:1: 'rwa'; expected 'raw'"],
    [
      'a key that is a list',
      '? [1]\n: 2',
      (c) => c.anyMembers(),
      'f.yaml:1:3: a key that is no word; expected a word',
    ],
    ['an alias', 'a: &x 1\nb: *x', (c) => c.json(), 'f.yaml:2:4: an alias; expected a plain value'],
  ];
  for (const [title, text, use, message] of wrong) {
    it(`refuses ${title}`, () => {
      expect(() => use(read(text))).to.throw(InputError, message);
    });
  }
});

describe('nearestName', () => {
  const names = ['query-migrate', 'query-block', 'stop'];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['query-migrat', 'query-migrate'],
    ['qurey-block', 'query-block'],
    ['Stop', 'stop'],
    ['stpo', 'stop'],
    ['cont', undefined],
    ['', undefined],
    ['x'.repeat(1000), undefined],
  ];
  for (const [name, nearest] of cases) {
    it(`finds ${String(nearest)} for '${name.slice(0, 20)}'`, () =>
      expect(nearestName(name, names)).to.equal(nearest));
  }
});
