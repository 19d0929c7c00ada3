import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { fakeQemuScript, makeFakeMachine, writeScript, type FakeMachine } from './fake-machine.ts';
import { findQemus, selectRelease } from './find-qemus.ts';
import { installReleases } from './install-releases.ts';
import { probeAccelerators } from './probe-qemu.ts';
import { cacheFolder } from './release-cache.ts';
import { factsOfBinary } from './target-facts.ts';

describe('selectRelease', () => {
  const releases = ['5.2.0', '7.2.9', '7.2.22', '10.0.13'].map((version) => ({ version }));
  const rows: [string, string][] = [
    ['7.2', '7.2.22'],
    ['7.2.9', '7.2.9'],
    ['5.2', '5.2.0'],
    ['10', '10.0.13'],
    ['7', '7.2.22'],
  ];
  for (const [wanted, expected] of rows) {
    it(`selects ${expected} for ${wanted}`, () =>
      expect(selectRelease(releases, wanted).version).to.equal(expected));
  }
  for (const wanted of ['7.1', '1', '7.2.2', '72']) {
    it(`has no ${wanted}`, () =>
      expect(() => selectRelease(releases, wanted)).to.throw(
        SetupError,
        `QEMU ${wanted} is not installed (there are 5.2.0`,
      ));
  }
  for (const wanted of ['', 'v7.2', '7.', '7.2.22.1', 'stable', '7,2']) {
    it(`refuses '${wanted}'`, () =>
      expect(() => selectRelease(releases, wanted)).to.throw(InputError, 'such as 7.2'));
  }
  it('says that none is', () => expect(() => selectRelease([], '7.2')).to.throw(SetupError, 'none is'));
});

describe('cacheFolder', () => {
  it('is what the user says', () =>
    expect(cacheFolder({ QMP_CONFORMANCE_CACHE: '/c', XDG_CACHE_HOME: '/x' })).to.equal('/c'));
  it("is in the user's cache folder", () =>
    expect(cacheFolder({ QMP_CONFORMANCE_CACHE: '', XDG_CACHE_HOME: '/x' })).to.equal('/x/qmp-conformance'));
  it('ignores a relative XDG_CACHE_HOME', () =>
    expect(cacheFolder({ XDG_CACHE_HOME: 'x' })).to.match(/^\/.*\/\.cache\/qmp-conformance$/));
  it('refuses a relative folder', () =>
    expect(() => cacheFolder({ QMP_CONFORMANCE_CACHE: 'c' })).to.throw(
      InputError,
      'expected an absolute path',
    ));
});

describe('findQemus', () => {
  let machine: FakeMachine;
  let bin: string;

  beforeEach(() => {
    machine = makeFakeMachine();
    bin = join(machine.dir, 'own');
    mkdirSync(bin);
  });
  afterEach(() => machine.remove());

  const own = (version: string, name = 'qemu-system-x86_64'): string => {
    writeScript(join(bin, name), fakeQemuScript(version));
    return join(bin, name);
  };
  const find = async (named: readonly string[] = []): Promise<string[]> => {
    const { binaries } = await findQemus({ cache: machine.cache, path: bin, named });
    return binaries.map(({ version, origin }) => `${version} ${origin}`);
  };
  const install = async (version: string): Promise<void> => {
    machine.offer('s', version);
    await installReleases({ cache: machine.cache, suites: ['s'] });
  };

  it('finds nothing', async () => expect(await find()).to.deep.equal([]));

  it('finds releases, PATH and named ones, by version', async () => {
    await install('7.2.22');
    own('10.0.13');
    expect(await find([own('9.2.0', 'qemu-mine')])).to.deep.equal([
      '7.2.22 release',
      '9.2.0 named',
      '10.0.13 path',
    ]);
  });

  it('takes one that is installed and on PATH once, from PATH', async () => {
    await install('7.2.22');
    own('7.2.22');
    expect(await find()).to.deep.equal(['7.2.22 path']);
  });

  it('always takes a named one', async () => {
    const file = own('7.2.22');
    expect(await find([file])).to.deep.equal(['7.2.22 named', '7.2.22 path']);
  });

  it('remembers digests by what the file is', async () => {
    own('7.2.22');
    const digest = async (): Promise<string | undefined> =>
      (await findQemus({ cache: machine.cache, path: bin })).binaries[0]?.digest;
    const first = await digest();
    expect(first).to.match(/^[0-9a-f]{64}$/);
    expect(await digest()).to.equal(first);
    own('7.2.23 ');
    expect(await digest(), 'another file').not.to.equal(first);
  });

  it('is not put off by a cache of digests that is no JSON', async () => {
    own('7.2.22');
    mkdirSync(machine.cache);
    writeFileSync(join(machine.cache, 'digests.json'), '{');
    expect(await find()).to.deep.equal(['7.2.22 path']);
  });

  it('says which one does not start', async () => {
    writeScript(join(bin, 'qemu-system-x86_64'), '#!/bin/sh\necho "no lib" >&2; exit 127\n');
    const { binaries, missing } = await findQemus({ cache: machine.cache, path: bin });
    expect(binaries).to.deep.equal([]);
    expect(missing).to.have.length(1);
    expect(missing[0]?.name).to.equal(join(bin, 'qemu-system-x86_64'));
    expect(missing[0]?.reason).to.match(/exit status 127: no lib/);
  });

  it('refuses a named one that is no program', async () => {
    for (const file of [join(bin, 'none'), bin, '/etc/os-release', 'no-such-name']) {
      const error: unknown = await find([file]).catch((reason: unknown) => reason);
      expect(error, file).to.be.instanceOf(InputError);
    }
  });
});

describe('the QEMUs that are here', () => {
  it('are targets, each with tcg', async () => {
    const { binaries, missing } = await findQemus();
    expect(binaries, 'no QEMU is here; run qmp-conformance qemu install').not.to.deep.equal([]);
    expect(missing).to.deep.equal([]);
    for (const binary of binaries) {
      expect(factsOfBinary(binary, 'tcg', '7.2')).to.include({
        name: `${binary.version} x86_64 tcg`,
        kind: 'qemu',
        where: binary.path,
        schema: '7.2',
      });
      const probe = await probeAccelerators(binary);
      expect(probe.available).to.include('tcg');
      // Whether KVM is here is the machine's affair; that the answer comes with a reason is ours.
      const told = [...probe.available, ...probe.unavailable.map(({ accelerator }) => accelerator)];
      expect(told.sort()).to.deep.equal(['kvm', 'tcg']);
      for (const { reason } of probe.unavailable) expect(reason).to.match(/\S/).and.not.to.contain('\n');
    }
  });

  it('say why an accelerator is not there', async () => {
    const { binaries } = await findQemus();
    const [binary] = binaries;
    if (binary === undefined) expect.fail('no QEMU is here; run qmp-conformance qemu install');
    const probe = await probeAccelerators({ ...binary, dataArgs: ['-accel', 'nonsense'] });
    expect(probe.available).to.deep.equal([]);
    for (const { reason } of probe.unavailable) expect(reason).to.match(/nonsense|accelerator/);
  });
});
