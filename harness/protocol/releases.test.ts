import { expect } from 'chai';
import { compareReleases } from '../release/compare-releases.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { planProtocol } from './plan-protocol.ts';

/** Where QEMU departs from the specification; docs/findings.md has what there is to be said. */
const DEPARTURES: readonly { readonly rows: RegExp; readonly from?: string; readonly before?: string }[] = [
  { rows: /R1\/no-utf8-overlong-two\// },
  { rows: /R12\/id-exponent-of-zero\// },
  { rows: /R12\/id-(beyond-uint64|below-int64)\// },
  { rows: /R12\/id-fraction-(of-17-digits|small)\//, before: '6.0.0' },
  { rows: /R16\/eight-in-flight-again\/system\//, before: '6.0.0' },
  { rows: /R32\/experimental-members\//, from: '6.2.0' },
  { rows: /R33\/valid-infinity\// },
  { rows: /R6\/line-end-of-(success|error)\/guest-agent\// },
  { rows: /R29\/left-(name|string|number|arrays)\/guest-agent\// },
];

const PATIENCE = 3_000;

describe('the specification suite on real programs', () => {
  const releases = readReleases(cacheFolder());

  it('has releases to run on', () => {
    expect(releases, 'no release is here; run qmp-conformance qemu install').not.to.deep.equal([]);
  });

  for (const release of releases) {
    it(`finds on ${release.version}, over a unix socket, what is known and nothing else`, async () => {
      const binary = binaryOfRelease(release);
      const programs = ['system', 'storage-daemon', 'guest-agent'] as const;
      const batches = planProtocol({
        target: { kind: 'binary', binary, programs, transports: ['unix'] },
        patience: PATIENCE,
      });
      const failed: string[] = [];
      for (const batch of batches) {
        await batch.perform(
          batch.rows,
          (row, { verdict, reason = '' }) => {
            const isKnown = DEPARTURES.some((departure) => fits(departure, row, release.version));
            if (verdict === 'not-applicable' || (verdict === 'pass') === !isKnown) return Promise.resolve();
            failed.push(`${row}: ${verdict} ${reason}`);
            return Promise.resolve();
          },
          new AbortController().signal,
        );
      }
      expect(failed).to.deep.equal([]);
    });
  }
});

function fits(
  { rows, from = '0', before = '999' }: (typeof DEPARTURES)[number],
  row: string,
  version: string,
): boolean {
  return rows.test(row) && compareReleases(version, from) >= 0 && compareReleases(version, before) < 0;
}
