import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from 'commander';
import { makeFakeMachine, type FakeMachine } from '../target/fake-machine.ts';
import { sourceSuites } from '../target/package-source.ts';
import { addQemuCommand } from './qemu.ts';

interface Spoken {
  readonly out: string;
  readonly error: unknown;
  readonly code: typeof process.exitCode;
}

describe('qemu', () => {
  let machine: FakeMachine;
  const cache = process.env['QMP_CONFORMANCE_CACHE'];

  beforeEach(() => {
    machine = makeFakeMachine();
    process.env['QMP_CONFORMANCE_CACHE'] = machine.cache;
  });
  afterEach(() => {
    machine.remove();
    if (cache === undefined) delete process.env['QMP_CONFORMANCE_CACHE'];
    else process.env['QMP_CONFORMANCE_CACHE'] = cache;
  });

  /** Runs a command line, and takes down what it says. */
  async function say(...words: readonly string[]): Promise<Spoken> {
    const program = new Command();
    let out = '';
    addQemuCommand(program);
    const restore = [process.stdout, process.stderr].map((stream) => {
      const write = stream.write.bind(stream);
      stream.write = (text: string | Uint8Array) => (out += String(text)) !== '';
      return (): unknown => (stream.write = write);
    });
    const codeBefore = process.exitCode;
    process.exitCode = undefined;
    let error: unknown;
    try {
      await program.parseAsync(['qemu', ...words], { from: 'user' });
    } catch (thrown) {
      error = thrown;
    } finally {
      for (const put of restore) put();
    }
    const code = process.exitCode;
    process.exitCode = codeBefore;
    return { out, error, code };
  }

  it('installs, lists and removes', async () => {
    machine.offer('s', '7.2.22');
    expect(await say('install', '--only', '--suite', 's')).to.deep.equal({
      out:
        's: QEMU 7.2.22 (fake) installed\n' +
        's: without qemu-system-aarch64, qemu-system-ppc64, qemu-system-s390x, qemu-ga, ui-spice-core.so: s offers no package of it\n',
      error: undefined,
      code: undefined,
    });
    expect((await say('install', '--only', '--suite', 's')).out).to.contain('was installed already');
    const { out } = await say('list', '--json');
    const listed = JSON.parse(out) as {
      readonly qemus: readonly { readonly version: string; readonly size: number }[];
    };
    const release = listed.qemus.find(({ version }) => version === '7.2.22');
    expect(release).to.include({ package: 'fake', architecture: 'x86_64', origin: 'release' });
    expect(release?.size).to.be.greaterThan(0);
    expect((await say('list')).out).to.match(/^release +package .*\n(.*\n)*7\.2\.22 +fake +x86_64/);
    expect((await say('remove', '7.2')).out).to.equal('removed QEMU 7.2.22\n');
    expect((await say('remove', '7.2')).error).to.have.property('name', 'SetupError');
  });

  it('prints JSON of what it installed and of what failed', async () => {
    machine.offer('good', '7.2.22');
    const { out, code } = await say('install', '--only', '--json', '--suite', 'good', 'bad');
    const [good, bad] = JSON.parse(out) as Record<string, unknown>[];
    expect(good).to.include({ suite: 'good', outcome: 'installed', version: '7.2.22' });
    expect(bad).to.include({ suite: 'bad', outcome: 'failed' });
    expect(code).to.equal(3);
  });

  it('says what else there is to do where nothing can be installed', async () => {
    const { error } = await say('install', '--only', '--suite', 'bad');
    expect(error).to.have.property('name', 'SetupError');
    expect(String(error)).to.match(
      /bad: not offered there[^]*system's QEMU package[^]*--qemu PATH[^]*--connect unix:PATH/,
    );
  });

  describe('sources', () => {
    const fetched = { files: { VERSION: '7.2.0\n', 'qapi/qapi-schema.json': 'x\n' } };
    // Of the suites that a machine is asked for by itself.
    const [suite = ''] = sourceSuites();

    it('fetches, lists and removes them', async () => {
      machine.offerSource(suite, '1:7.2-1', fetched);
      const folder = join(machine.cache, 'sources/7.2');
      expect(await say('sources', '7.2')).to.deep.equal({
        out: `7.2: sources of QEMU 7.2.0 (1:7.2-1) fetched: ${folder}\n`,
        error: undefined,
        code: undefined,
      });
      expect((await say('sources', '7.2')).out).to.contain('were there already');
      expect((await say('list')).out).to.contain(`sources of 7.2.0 (1:7.2-1), 0 MB: ${folder}\n`);
      const listed = JSON.parse((await say('list', '--json')).out) as { readonly sources: readonly object[] };
      expect(listed.sources[0]).to.include({ release: '7.2', version: '7.2.0', folder });
      expect((await say('remove', '--sources', '7.2')).out).to.equal('removed the sources of QEMU 7.2.0\n');
      const { error } = await say('remove', '--sources', '7.2');
      expect(String(error)).to.equal('SetupError: the sources of QEMU 7.2 are not here (there are none)');
    });

    it('fetches those of the installed releases', async () => {
      machine.offer('s', '7.2.22');
      machine.offerSource(suite, '1:7.2-1', fetched);
      expect((await say('sources')).error).to.have.property('name', 'SetupError');
      await say('install', '--only', '--suite', 's');
      expect((await say('sources')).out).to.match(/^7\.2: sources of QEMU 7\.2\.0 /);
    });

    it('prints JSON of what it fetched and of what is absent', async () => {
      machine.offerSource(suite, '1:7.2-1', fetched);
      const { out, code } = await say('sources', '--json', '7.2', '4.2');
      const [there, absent] = JSON.parse(out) as Record<string, unknown>[];
      expect(there).to.include({ release: '7.2', outcome: 'installed', package: '1:7.2-1', suite });
      expect(absent).to.deep.equal({
        release: '4.2',
        outcome: 'absent',
        reason: 'QEMU 4.2: no suite lists its sources (there are 7.2)',
      });
      expect(code).to.equal(3);
    });
  });

  it('says aloud that a suite is past its date', async () => {
    machine.offer('old', '5.2.0');
    machine.fail('old', 'E: Release file for x is expired\n');
    expect((await say('install', '--only', '--suite', 'old')).out).to.match(/old: warning: .*past its date/);
  });

  for (const words of [
    ['install', '--only'],
    ['remove', 'stable'],
    ['install', '--suite', '../x'],
    ['sources', '7.2.22'],
  ]) {
    it(`refuses ${words.join(' ')}`, async () =>
      expect((await say(...words)).error).to.have.property('name', 'InputError'));
  }
});
