import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../errors.ts';
import { compareReleases } from './compare-releases.ts';
import { parseReleaseRange, rangeFromReleases, rangeHolds } from './release-range.ts';

describe('release ranges', () => {
  const rows: readonly (readonly [range: string, holds: readonly string[], holdsNot: readonly string[]])[] = [
    ['2.9-8.0', ['2.9', '2.9.0', '2.10.0', '2.12.1', '8.0', '8.0.5'], ['2.8.1', '0.14.0', '8.1.0', '10.0.0']],
    ['10.2', ['10.2', '10.2.0', '10.2.7'], ['10.1.9', '10.3', '1.2', '10.20.0']],
    ['10.2.1', ['10.2.1'], ['10.2', '10.2.0', '10.2.2', '10.2.10']],
    ['6.0-', ['6.0.0', '6.0', '11.1.3'], ['5.2.50', '5.9']],
    ['6.0.1-', ['6.0.1', '6.1'], ['6.0', '6.0.0']],
    ['-9.0', ['9.0.5', '9.0', '0.14.0'], ['9.1', '9.1.0', '10.0']],
    ['-9.0.5', ['9.0', '9.0.5'], ['9.0.6']],
    ['7.2-10.2', ['7.2.22', '10.2.0', '9.0'], ['7.1.9', '11.1.3']],
    ['5.2, 7.2-10.2', ['5.2.0', '7.2.22'], ['6.0.0', '5.1', '11.0']],
    [' 5.2 ,7.2 ', ['5.2', '7.2'], ['6.0']],
    ['9.0-9.0.5', ['9.0.0', '9.0.5'], ['9.0.6']],
    ['9.0.5-9.0', ['9.0.5', '9.0.9'], ['9.0.4', '9.1']],
  ];
  for (const [text, holds, holdsNot] of rows) {
    it(text, () => {
      const range = parseReleaseRange(text);
      for (const release of holds) expect(rangeHolds(range, release), release).to.equal(true);
      for (const release of holdsNot) expect(rangeHolds(range, release), release).to.equal(false);
    });
  }

  const wrong = [
    '',
    '-',
    ',',
    '10',
    '10-',
    '-10',
    '8.0-2.9',
    '10.0-9.2',
    '1.2.3.4',
    '1.',
    '.1',
    '1..2',
    'all',
    '5.2,',
    '5.2 7.2',
  ];
  for (const text of [
    ...wrong,
    '01.2',
    '1.02',
    '5.2--',
    '--5.2',
    '5.2-6.0-7.0',
    '12345.1',
    'v5.2',
    '5.2 - 6.0',
    '≥5.2',
  ]) {
    it(`refuses '${text}'`, () => expect(() => parseReleaseRange(text)).to.throw(InputError, /; expected /));
  }

  it('refuses a long text in linear time', () => {
    const start = performance.now();
    expect(() => parseReleaseRange('1.'.repeat(200_000))).to.throw(InputError);
    expect(performance.now() - start).to.be.below(1000);
  });
});

describe('compareReleases', () => {
  const rows: readonly (readonly [string, string, number])[] = [
    ['2.9', '2.10', -1],
    ['10.0', '9.2', 1],
    ['9.0', '9.0.0', 0],
    ['9.0', '9.0.1', -1],
    ['7.2.22', '7.2.3', 1],
    ['10.0.13+ds', '10.0.13', 0],
  ];
  for (const [left, right, order] of rows) {
    it(`${left} and ${right}`, () => {
      expect(compareReleases(left, right)).to.equal(order);
      expect(compareReleases(right, left) + order).to.equal(0);
    });
  }
});

describe('rangeFromReleases', () => {
  const known = ['2.8.0', '2.9.0', '2.10.0', '5.2.0', '6.0.0', '9.0.0', '10.0.0', '10.1.0', '10.2.0'];
  const rows: readonly (readonly [releases: readonly string[], range: string])[] = [
    [['10.2.0'], '10.2'],
    [['2.9.0', '2.10.0', '5.2.0'], '2.9-5.2'],
    [['5.2.0', '2.10.0', '2.9.0', '2.9.0'], '2.9-5.2'],
    [['2.8.0', '10.1.0', '10.2.0'], '2.8, 10.1-10.2'],
    [known, '2.8-10.2'],
    [['11.1.3'], '11.1'],
  ];
  for (const [releases, range] of rows) {
    it(range, () => expect(rangeFromReleases(releases, known)).to.equal(range));
  }
  it('keeps the point releases apart where it must', () => {
    expect(rangeFromReleases(['7.2.0'], ['7.2.0', '7.2.22'])).to.equal('7.2.0');
    expect(rangeFromReleases(['7.2.0', '7.2.22'], ['7.2.0', '7.2.22'])).to.equal('7.2');
    expect(rangeFromReleases(['7.2.22', '8.0.0'], ['7.2.0', '7.2.22', '8.0.0'])).to.equal('7.2.22-8.0');
  });
  it('refuses none', () => expect(() => rangeFromReleases([], known)).to.throw(RangeError));
  it('holds exactly the releases that it was made of', () => {
    const release = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(2)).map((parts) => parts.join('.'));
    const some = fc
      .uniqueArray(release, { minLength: 1, maxLength: 30 })
      .chain((all) => fc.tuple(fc.constant(all), fc.subarray(all, { minLength: 1 })));
    fc.assert(
      fc.property(some, ([all, releases]) => {
        const range = parseReleaseRange(rangeFromReleases(releases, all));
        expect(all.filter((one) => rangeHolds(range, one))).to.have.members(releases);
      }),
    );
  });
});
