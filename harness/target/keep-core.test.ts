import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { inTemporaryFolder } from './temporary-folder.ts';
import { keepCore } from './keep-core.ts';

describe('keepCore', () => {
  for (const name of ['core', 'core.4711']) {
    it(`keeps ${name}`, () =>
      inTemporaryFolder(async (dir) => {
        const row = join(dir, 'row');
        await mkdir(row);
        await writeFile(join(row, name), 'a core');
        const kept = await keepCore(row, join(dir, 'cores'), '10.0.13 x86_64 tcg examples/a/b');
        expect(kept).to.equal(join(dir, 'cores', '10.0.13 x86_64 tcg examples-a-b.core'));
        expect(await readFile(kept ?? '', 'utf8')).to.equal('a core');
        expect(await readdir(row)).to.deep.equal([]);
      }));
  }

  for (const name of ['core.img', 'score', 'corelib', 'disk.qcow2']) {
    it(`takes ${name} for no core dump`, () =>
      inTemporaryFolder(async (dir) => {
        await writeFile(join(dir, name), '');
        expect(await keepCore(dir, join(dir, 'cores'), 'x')).to.equal(undefined);
        expect(await readdir(dir)).to.deep.equal([name]);
      }));
  }

  it('says nothing of a folder that is gone, and of one that takes no file', () =>
    inTemporaryFolder(async (dir) => {
      expect(await keepCore(join(dir, 'gone'), join(dir, 'cores'), 'x')).to.equal(undefined);
      await writeFile(join(dir, 'core'), '');
      await writeFile(join(dir, 'cores'), 'a file where a folder should be');
      await chmod(join(dir, 'cores'), 0o400);
      expect(await keepCore(dir, join(dir, 'cores'), 'x')).to.equal(undefined);
    }));
});
