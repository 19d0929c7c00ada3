import { expect } from 'chai';
import { compareReleases, isDevelopment, seriesOfRelease } from './compare-releases.ts';

describe('compareReleases', () => {
  for (const [left, right, order] of [
    ['2.10', '2.9', 1],
    ['10.0', '9.2', 1],
    ['7.2', '7.2.0', 0],
    ['7.2.22', '7.2.3', 1],
    ['10.2.50', '10.2.1', 1],
    ['10.2.91', '11.0', -1],
  ] as const)
    it(`${left} and ${right}`, () => expect(compareReleases(left, right)).to.equal(order));
});

describe('seriesOfRelease', () => {
  for (const [release, series, development] of [
    ['7.2.22', '7.2', false],
    ['7.2', '7.2', false],
    ['2.12.1', '2.12', false],
    ['10.2.49', '10.2', false],
    ['10.2.50', '10.2.50', true],
    ['10.2.91', '10.2.91', true],
  ] as const)
    it(`of ${release}`, () => {
      expect(seriesOfRelease(release)).to.equal(series);
      expect(isDevelopment(release)).to.equal(development);
    });
});
