import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { mergeTree } from './added-programs.ts';
import { fakeQemuScript, makeFakeMachine, type FakeMachine } from './fake-machine.ts';
import { installReleases, type InstallOptions, type SuiteOutcome } from './install-releases.ts';
import { readReleases, type InstalledRelease } from './release-cache.ts';
import { binaryOfRelease } from './release-programs.ts';

const S390X = 'usr/bin/qemu-system-s390x';
const script = fakeQemuScript('7.2.22');
/** The version that the fake archive gives the package of the emulator. */
const version = '1:7.2';

describe('the programs that come with a release', () => {
  let machine: FakeMachine;

  beforeEach(() => {
    machine = makeFakeMachine();
    machine.offer('old', '7.2.22');
  });
  afterEach(() => machine.remove());

  const install = async (options: InstallOptions = {}): Promise<SuiteOutcome> => {
    const [outcome] = await installReleases({ cache: machine.cache, suites: ['old'], ...options });
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  };
  const release = (): InstalledRelease => {
    const [found] = readReleases(machine.cache);
    if (found === undefined) throw new Error('no release');
    return found;
  };
  /** Has the record of the release be that of an older one. */
  const forget = (changes: Partial<InstalledRelease> = {}): void => {
    const file = join(release().folder, 'release.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as InstalledRelease;
    writeFileSync(file, JSON.stringify({ ...record, absent: undefined, ...changes }));
  };
  const has = (program: string): boolean => binaryOfRelease(release()).findProgram(program) !== undefined;

  it('are installed with it', async () => {
    machine.offerPackage('old', 'qemu-system-s390x', { version, programs: [S390X], script });
    machine.offerPackage('old', 'qemu-guest-agent', { version, programs: ['usr/sbin/qemu-ga'], script });
    expect((await install()).kind).to.equal('installed');
    expect(['qemu-system-s390x', 'qemu-ga', 'qemu-system-ppc64'].map(has)).to.deep.equal([true, true, false]);
    expect(release().absent).to.deep.equal({
      'qemu-system-aarch64': 'old offers no package of it',
      'qemu-system-ppc64': 'old offers no package of it',
      'ui-spice-core.so': 'old offers no package of it',
    });
    expect((await install()).kind).to.equal('present');
  });

  it('come from the package of many where they have none of their own, alone', async () => {
    const programs = [S390X, 'usr/bin/qemu-system-alpha', 'usr/bin/qemu-system-riscv64'];
    machine.offerPackage('old', 'qemu-system-misc', { version, programs, script });
    await install({ architectures: ['riscv64'] });
    expect(['qemu-system-s390x', 'qemu-system-alpha', 'qemu-system-riscv64'].map(has)).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('come from a package that was there, and from which they were left out', async () => {
    const programs = [S390X, 'usr/bin/qemu-system-alpha'];
    machine.offerPackage('old', 'qemu-system-misc', { version, programs, script });
    await install();
    expect((await install({ architectures: ['alpha'] })).kind).to.equal('completed');
    expect(['qemu-system-s390x', 'qemu-system-alpha'].map(has)).to.deep.equal([true, true]);
    const names = release().packages.map(({ name }) => name);
    expect(names).to.have.length(new Set(names).size);
  });

  it('are added to a release that was installed before they were wanted', async () => {
    await install();
    machine.offerPackage('old', 'qemu-system-sparc', {
      version,
      programs: ['usr/bin/qemu-system-sparc64'],
      script,
    });
    const before = machine.commands().length;
    const digest = release().digest;
    expect((await install({ architectures: ['sparc64'] })).kind).to.equal('completed');
    expect(machine.commands().slice(before)).to.deep.equal([
      'update old',
      `download qemu-system-sparc=${version}`,
    ]);
    expect(has('qemu-system-sparc64')).to.equal(true);
    expect(release().digest).to.equal(digest);
    expect(release().packages.map(({ name }) => name)).to.include.members([
      'qemu-system-x86',
      'qemu-system-sparc',
    ]);
    expect((await install({ architectures: ['sparc64'] })).kind).to.equal('present');
  });

  it('are added to a release of an older cache, which says nothing of them', async () => {
    await install();
    forget();
    machine.offerPackage('old', 'qemu-system-s390x', { version, programs: [S390X], script });
    expect((await install()).kind).to.equal('completed');
    expect(has('qemu-system-s390x')).to.equal(true);
  });

  it('are of its own version, or not there', async () => {
    await install();
    machine.offerPackage('old', 'qemu-system-s390x', { version: '1:7.3', programs: [S390X], script });
    const commands = machine.commands().length;
    expect((await install()).kind, 'what could not be had is not asked for again').to.equal('present');
    expect(machine.commands()).to.have.length(commands);
    expect((await install({ architectures: ['s390x'] })).kind, 'unless it is named').to.equal('completed');
    expect(has('qemu-system-s390x')).to.equal(false);
    expect(release().absent?.['qemu-system-s390x']).to.equal(
      'old has 1:7.3 of qemu-system-s390x by now, and not 1:7.2',
    );
  });

  const broken: { what: string; script: string; programs?: readonly string[]; says: RegExp }[] = [
    { what: 'does not start', script: '#!/bin/sh\necho "no libfoo" >&2\nexit 127\n', says: /127: no libfoo/ },
    { what: 'is of another release', script: fakeQemuScript('9.9.9'), says: /^it is of 9\.9\.9$/ },
    {
      what: 'is not in its package',
      script,
      programs: ['usr/bin/other'],
      says: /packages .* do not have it/,
    },
  ];
  for (const { what, script: wrong, programs = [S390X], says } of broken) {
    it(`are not there, and the release is, where one ${what}`, async () => {
      machine.offerPackage('old', 'qemu-system-s390x', { version, programs, script: wrong });
      expect((await install()).kind).to.equal('installed');
      expect(has('qemu-system-s390x')).to.equal(false);
      expect(release().absent?.['qemu-system-s390x']).to.match(says);
    });
  }

  it('cannot be fetched: the release stays as it was', async () => {
    await install();
    machine.fail('old', 'E: Could not resolve host\n');
    const outcome = await install({ architectures: ['s390x'] });
    expect(outcome.kind === 'incomplete' && outcome.error.message).to.match(/could not be fetched/);
    expect((await install()).kind).to.equal('present');
  });

  describe('with them the module of SPICE', () => {
    const MODULE = 'ui-spice-core.so';
    const modules = join('usr/lib/x86_64-linux-gnu/qemu', MODULE);
    const offerSpice = (of = version): void =>
      machine.offerPackage('old', 'qemu-system-modules-spice', { version: of, programs: [modules], script });
    const hasModule = (): boolean => existsSync(join(release().root, modules));
    const names = (): readonly string[] => release().packages.map(({ name }) => name);

    it('comes, and the release says where it is', async () => {
      offerSpice();
      expect((await install()).kind).to.equal('installed');
      expect(hasModule()).to.equal(true);
      expect(release().absent).not.to.have.property(MODULE);
      expect(release().modulePath).to.equal('usr/lib/x86_64-linux-gnu/qemu');
      expect(names()).to.include('qemu-system-modules-spice');
      expect((await install()).kind).to.equal('present');
    });

    it('comes into a release of an older cache, and nothing else is fetched', async () => {
      await install();
      forget();
      offerSpice();
      const before = machine.commands().length;
      expect((await install()).kind).to.equal('completed');
      expect(machine.commands().slice(before)).to.deep.equal([
        'update old',
        `download qemu-system-modules-spice=${version}`,
      ]);
      expect(hasModule()).to.equal(true);
      expect(release().modulePath).to.equal('usr/lib/x86_64-linux-gnu/qemu');
      expect((await install()).kind).to.equal('present');
    });

    it('is not asked for where the emulator has SPICE itself', async () => {
      await install();
      const absent = Object.entries(release().absent ?? {}).filter(([name]) => name !== MODULE);
      const spice = { name: 'libspice-server1', version: '0', sha256: '' };
      forget({ packages: [...release().packages, spice], absent: Object.fromEntries(absent) });
      const before = machine.commands();
      expect((await install()).kind).to.equal('present');
      expect(machine.commands()).to.deep.equal(before);
    });

    it('is not lacking where another package had it', async () => {
      machine.offerPackage('old', 'qemu-guest-agent', {
        version,
        programs: ['usr/sbin/qemu-ga', modules],
        script,
      });
      await install();
      expect(hasModule()).to.equal(true);
      expect(release().absent).not.to.have.property(MODULE);
    });

    it('is of its own version, or not there', async () => {
      await install();
      forget();
      offerSpice('1:7.3');
      expect((await install()).kind).to.equal('completed');
      expect(hasModule()).to.equal(false);
      expect(release().absent?.[MODULE]).to.equal(
        'old has 1:7.3 of qemu-system-modules-spice by now, and not 1:7.2',
      );
      expect((await install()).kind, 'what could not be had is not asked for again').to.equal('present');
    });

    it('is not there, and the release is, where the emulator does not start with it', async () => {
      const refusal = 'case "$*" in *-spice*) echo "no SPICE" >&2; exit 1;; esac';
      writeFileSync(join(machine.dir, 'old.version'), script.replace('\n', `\n${refusal}\n`));
      offerSpice();
      expect((await install()).kind).to.equal('installed');
      expect(hasModule()).to.equal(false);
      expect(release().absent?.[MODULE]).to.contain('no SPICE');
      expect((await install()).kind).to.equal('present');
    });

    it('cannot be fetched: the release stays as it was', async () => {
      await install();
      forget();
      offerSpice();
      machine.fail('old', 'E: Could not resolve host\n');
      const outcome = await install();
      expect(outcome.kind === 'incomplete' && outcome.error.message).to.match(/could not be fetched/);
      expect(release()).to.include({ version: '7.2.22' });
    });
  });

  for (const architecture of ['', 'x86', 'S390X', '../s390x']) {
    it(`are of no architecture '${architecture}'`, async () => {
      const error: unknown = await install({ architectures: [architecture] }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(InputError);
      expect(String(error)).to.contain('expected one of aarch64, alpha');
      expect(machine.commands()).to.deep.equal([]);
    });
  }
});

describe('mergeTree', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'merge-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const write = (path: string, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };

  it('adds what is not there, and keeps what is', () => {
    write('from/usr/lib/a.so', 'new');
    write('from/usr/bin/tool', 'new');
    write('to/usr/lib/a.so', 'old');
    mergeTree(join(dir, 'from'), join(dir, 'to'));
    expect(readFileSync(join(dir, 'to/usr/lib/a.so'), 'utf8')).to.equal('old');
    expect(readFileSync(join(dir, 'to/usr/bin/tool'), 'utf8')).to.equal('new');
  });

  it('does nothing where nothing was unpacked', () => {
    mergeTree(join(dir, 'from'), join(dir, 'to'));
    expect(existsSync(join(dir, 'to'))).to.equal(false);
  });
});
