import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../errors.ts';
import { checkRenames, followRenames, readRenames, readRenamesIn } from './renames.ts';

const PROJECTS = fileURLToPath(new URL('../../../recordings/renames.yaml', import.meta.url));

describe('renames of rows', () => {
  it('are read from YAML and JSON', () => {
    for (const text of ['a/b: a/c\nd: e\n', '{ "a/b": "a/c", "d": "e" }'])
      expect(readRenames(text, 'r').map(({ from, to }) => [from, to])).to.deep.equal([
        ['a/b', 'a/c'],
        ['d', 'e'],
      ]);
    expect(readRenames('# none\n', 'r')).to.deep.equal([]);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['- a', /^r:1:1: a list; expected a mapping/],
    ['a: [b]', /^r:1:4: .*expected a/],
    ['a:', /expected a string/],
    ['a: ""', /expected a string/],
    ['a: a', /^r:1:4: 'a' is renamed to itself; expected another identity/],
    ['a: b\na: c', /^r:2:1: /],
    ['a: c\nb: c', /^r:2:4: 'a' is renamed to 'c', too; expected one of them/],
    ['{', /^r:1:/],
  ];
  for (const [text, message] of bad) {
    it(`are refused: ${JSON.stringify(text)}`, () => {
      expect(() => readRenames(text, 'r')).to.throw(InputError, message);
    });
  }

  it('are followed to the end, and not in a circle', () => {
    const follow = followRenames(readRenames('a: b\nb: c', 'r'));
    expect(['a', 'b', 'c', 'd'].map(follow)).to.deep.equal(['c', 'c', 'c', 'd']);
    const circle = followRenames(readRenames('a: b\nb: a', 'r'));
    expect(() => circle('a')).to.throw(InputError, /'a' is renamed in a circle/);
  });

  const checks: readonly (readonly [string, readonly string[], readonly string[], RegExp | undefined])[] = [
    ['a: b', ['a'], ['b'], undefined],
    ['a: b\nb: c', ['a'], ['c'], undefined],
    ['a: b', ['x'], ['b'], /^r:1:4: 'a' is no row of the older run/],
    ['a: b', ['a'], ['x'], /'b' is no row of the newer run/],
    ['a: b', ['a'], ['a', 'b'], /'a' is still a row of the newer run/],
  ];
  for (const [text, before, after, message] of checks) {
    it(`${JSON.stringify(text)} ${message === undefined ? 'means something' : 'means nothing'} from ${before.join()} to ${after.join()}`, () => {
      const check = () => checkRenames(readRenames(text, 'r'), new Set(before), new Set(after));
      if (message === undefined) expect(check).not.to.throw();
      else expect(check).to.throw(InputError, message);
    });
  }

  it('of the project lead to recordings that there are', async () => {
    const files = await readdir(new URL('../../../recordings/', import.meta.url), { recursive: true });
    const rows = new Set(files.filter((file) => file.endsWith('.qmp')).map((file) => file.slice(0, -4)));
    const renames = await readRenamesIn(PROJECTS);
    const follow = followRenames(renames);
    for (const { from } of renames) expect(rows.has(follow(from)), from).to.equal(true);
  });
});
