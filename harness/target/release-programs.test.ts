import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { cacheFolder, readReleases } from './release-cache.ts';
import { programsOfRelease } from './release-programs.ts';

describe('an installed release', () => {
  for (const release of readReleases(cacheFolder())) {
    it(`${release.version} takes its own tree for the machine's`, () => {
      const [loader = ''] = programsOfRelease(release).command;
      const bundle = join(dirname(realpathSync(loader)), 'qemu-bundle');
      expect(realpathSync(bundle)).to.equal(realpathSync(release.root));
      expect(existsSync(join(bundle, 'usr/bin/qemu-system-x86_64'))).to.equal(true);
    });
  }
});
