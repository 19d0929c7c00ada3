import { expect } from 'chai';
import { comparePackageVersions, splitVersion } from './compare-package-versions.ts';

describe('comparePackageVersions', () => {
  // Each is older than the next.
  const rows: readonly (readonly string[])[] = [
    [
      '1:5.2+dfsg-11+deb11u3',
      '1:7.2+dfsg-7+deb12u18',
      '1:7.2+dfsg-7+deb12u18+b3',
      '1:10.0.2+ds-2',
      '1:10.0.13+ds-1',
    ],
    ['1:11.1.2+ds-3~bpo13+4', '1:11.1.2+ds-3', '1:11.1.2+ds-4', '1:11.1.3+ds-1'],
    ['9', '1:1', '2:0'],
    ['1~~', '1~~a', '1~', '1', '1a', '1+', '1.1'],
    ['1-0', '1-1', '1-1.1', '1-10'],
    ['1-1-1', '1-2-0'],
    ['1.99999999999999999998', '1.99999999999999999999'],
  ];
  for (const row of rows) {
    it(`orders ${row.join(' < ')}`, () => {
      expect(row.toReversed().sort(comparePackageVersions)).to.deep.equal(row);
      row.forEach((version, at) => {
        for (const newer of row.slice(at + 1)) {
          expect(comparePackageVersions(version, newer), `${version} ${newer}`).to.be.lessThan(0);
          expect(comparePackageVersions(newer, version), `${newer} ${version}`).to.be.greaterThan(0);
        }
      });
    });
  }

  for (const [one, other] of [
    ['1.0', '0:1.0'],
    ['1.01', '1.1'],
    ['1', '1-0'],
  ] as const) {
    it(`holds ${one} and ${other} for the same`, () =>
      expect(Math.abs(comparePackageVersions(one, other))).to.equal(0));
  }

  it('takes a version apart', () => {
    expect(splitVersion('1:7.2-rc1-7+deb12u18')).to.deep.equal({
      epoch: 1,
      upstream: '7.2-rc1',
      revision: '7+deb12u18',
    });
  });
});
