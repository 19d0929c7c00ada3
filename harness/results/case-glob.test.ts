import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { compileCaseGlob } from './case-glob.ts';

const ROW = 'examples/migration/query-migrate/active';
const TARGET = '7.2.22 x86_64 tcg';

describe('compileCaseGlob', () => {
  const table: readonly (readonly [string, boolean])[] = [
    [ROW, true],
    ['examples/migration/query-migrate/*', true],
    ['examples/*/query-migrate/active', true],
    ['examples/**', true],
    ['**', true],
    ['**/active', true],
    ['examples/{migration,block-core}/**', true],
    ['examples/migration/query-[lm]igrate/active', true],
    [`${ROW} @ ${TARGET}`, true],
    [`${ROW} @ 7.2.*`, true],
    ['** @ 7.2.* * tcg', true],
    ['** @ {5.2,7.2}.* x86_64 *', true],
    ['examples', false],
    ['examples/*', false],
    ['*', false],
    ['examples/migration/*', false],
    ['examples/migration/query-migrate', false],
    ['**/Active', false],
    [`** @ 7.2.2 *`, false],
    ['** @ * kvm', false],
    ['** @ 10.*', false],
    [`other @ ${TARGET}`, false],
    ['!examples/other', false],
    ['@(examples)/**', false],
  ];
  for (const [glob, expected] of table) {
    it(`${expected ? 'means' : 'does not mean'} the case: ${glob}`, () => {
      expect(compileCaseGlob(glob)(ROW, TARGET)).to.equal(expected);
    });
  }

  it('tells which rows are meant on any target', () => {
    expect(compileCaseGlob('examples/** @ 9.9').matchesRow(ROW)).to.equal(true);
    expect(compileCaseGlob('protocol/** @ 7.2.22 *').matchesRow(ROW)).to.equal(false);
  });

  for (const glob of ['', ' ', ' @ 7.2.*', 'examples/** @ ', 'x'.repeat(1001)]) {
    it(`refuses '${glob.slice(0, 20)}'`, () => {
      expect(() => compileCaseGlob(glob)).to.throw(InputError, /expected/);
    });
  }
});
