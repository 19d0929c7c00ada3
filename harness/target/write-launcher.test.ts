import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { cacheFolder, readReleases } from './release-cache.ts';
import { binaryOfRelease } from './release-programs.ts';
import type { QemuBinary } from './qemu-binary.ts';
import { launcherOf, writeLauncher } from './write-launcher.ts';

const PROGRAMS = ['qemu-system-x86_64', 'qemu-img', 'qemu-storage-daemon'];

describe('launchers', () => {
  let folder = '';
  let binaries: readonly QemuBinary[] = [];
  before(() => {
    binaries = readReleases(cacheFolder()).map(binaryOfRelease);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const program of PROGRAMS) {
    it(`start ${program} of each release`, async () => {
      expect(binaries).to.have.length.above(0);
      for (const binary of binaries) {
        const file = join(folder, binary.version);
        await writeLauncher(file, launcherOf(binary, program));
        const said = execFileSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 });
        expect(said).to.contain(binary.version);
      }
    });
  }

  it('take words as they are', () => {
    const [binary] = binaries;
    expect(binary).to.not.equal(undefined);
    if (binary === undefined) return;
    const words = ['/bin/echo', 'it\'s $HOME `x` "y"', ''];
    const text = launcherOf({ ...binary, command: words, dataArgs: [], env: { A: "b'c" } });
    writeFileSync(join(folder, 'a'), text);
    const said = execFileSync('sh', [join(folder, 'a'), '$1  2'], { encoding: 'utf8' });
    expect(said).to.equal(`${words.slice(1).join(' ')} $1  2\n`);
  });

  it('name a program that is not there', () => {
    const [binary] = binaries;
    if (binary === undefined) throw new Error('no release');
    expect(() => launcherOf(binary, 'qemu-nothing')).to.throw(InputError, 'has no qemu-nothing here');
  });

  it('replace nothing', async () => {
    const file = join(folder, 'mine');
    writeFileSync(file, 'mine', { mode: 0o600 });
    const error: unknown = await writeLauncher(file, 'ours').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SetupError);
    expect(String(error)).to.contain(`${file}: cannot be written (EEXIST)`);
    expect(readFileSync(file, 'utf8')).to.equal('mine');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
  });
});
