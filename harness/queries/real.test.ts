import { expect } from 'chai';
import { createValidator } from '../json-schema/validator.ts';
import { loadSchema } from '../json-schema/load-schema.ts';
import type { Performance } from '../results/performance.ts';
import { ImageStore } from '../stage/image-store.ts';
import { readStageBook } from '../stage/stage-book.ts';
import { cacheFolder, readReleases, type InstalledRelease } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { planQueries } from './plan-queries.ts';

/** Rows that pass on every release, and how many requests they make at least. */
const ROWS: readonly (readonly [string, number])[] = [
  ['query-block', 1],
  ['query-block-jobs', 1],
  ['query-blockstats', 3],
  ['query-chardev', 1],
  ['query-command-line-options', 20],
  ['query-memory-devices', 1],
  ['query-migrate-capabilities', 1],
  ['query-named-block-nodes', 3],
  ['query-pci', 1],
  ['query-rx-filter', 2],
  ['query-status', 1],
  ['qom-list', 500],
  ['query-rocker', 1],
  ['x-debug-block-dirty-bitmap-sha256', 2],
  ['quit', 1],
  ['stop', 1],
  ['system_reset', 1],
];

describe('the query surface of a real QEMU', () => {
  for (const release of readReleases(cacheFolder())) {
    it(`${release.version}: the rich stage stands, and answers as it should`, async () => {
      const performed = await performRows(release, 'queries/x86_64/rich');
      for (const [command, requests] of ROWS) {
        const row = performed.get(`queries/x86_64/rich/${command}`);
        expect(row?.verdict, `${command}: ${row?.reason ?? 'no such row'}`).to.equal('pass');
        expect(row?.checks, command).to.be.at.least(requests);
      }
    }).timeout(60_000);
  }
});

async function performRows(
  release: InstalledRelease,
  stage: string,
): Promise<ReadonlyMap<string, Performance>> {
  const binary = binaryOfRelease(release);
  const { version } = binary;
  const images = new ImageStore(binary.qemuImg);
  const stages = new Map([...(await readStageBook())].filter(([name]) => name === stage));
  const describe = () =>
    Promise.resolve({ validator: createValidator(loadSchema(version)), schema: version });
  const batches = await planQueries({
    ...{ binary, version, stages, images, describe },
    accelerator: 'tcg',
    patience: 20_000,
  });
  const performed = new Map<string, Performance>();
  const wanted = new Set(ROWS.map(([command]) => `${stage}/${command}`));
  const report = (row: string, performance: Performance): Promise<void> => {
    performed.set(row, performance);
    return Promise.resolve();
  };
  for (const { rows, perform } of batches) {
    const asked = rows.filter((row) => wanted.has(row));
    if (asked.length > 0) await perform(asked, report, new AbortController().signal);
  }
  await images.remove();
  return performed;
}
