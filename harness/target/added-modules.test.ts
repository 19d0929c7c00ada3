import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { chooseLibraries, unpackModules, type UnpackedModules } from './added-modules.ts';
import { makeFakeMachine, writeScript, type FakeMachine } from './fake-machine.ts';
import { openSuite, type OpenSuite } from './package-archive.ts';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const version = '1';

/** Stands in for the loader: a file says in a line what it needs. */
function findMissing(
  roots: readonly string[],
  _: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const missing = files.flatMap((file) => {
    const needs = /^# needs: (.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.match(/\S+/g) ?? [];
    return needs.flatMap((soname) => {
      const found = roots.map((root) => join(root, LIBRARIES, soname)).find((path) => existsSync(path));
      return found === undefined ? [soname] : [found];
    });
  });
  const [sonames, found] = [
    missing.filter((each) => !each.includes('/')),
    missing.filter((each) => each.includes('/')),
  ];
  return found.length === 0
    ? Promise.resolve(sonames)
    : findMissing(roots, _, found).then((more) => [...sonames, ...more]);
}

interface FakeLibrary {
  /** Files of the package. */
  readonly files: readonly string[];
  /** Sonames. */
  readonly needs?: readonly string[];
  readonly depends?: readonly string[];
}

describe('unpackModules, with a fake apt', () => {
  let machine: FakeMachine;
  let open: OpenSuite;
  let root: string;
  let into: string;

  beforeEach(async () => {
    machine = makeFakeMachine();
    open = { suite: 's', work: join(machine.dir, 'work'), signal: undefined };
    root = join(machine.dir, 'root');
    into = join(machine.dir, 'into');
    mkdirSync(join(root, LIBRARIES), { recursive: true });
    writeFileSync(join(root, LIBRARIES, 'libc.so.6'), '');
    await openSuite({ uri: 'file:/fake/', suite: 's', trust: [] }, open, () => undefined);
  });
  afterEach(() => machine.remove());

  const offer = (name: string, { files, needs = [], depends = [] }: FakeLibrary): void => {
    const programs = files.map((file) => join(LIBRARIES, file));
    machine.offerPackage('s', name, {
      version,
      programs,
      depends,
      script: `\n# needs: ${needs.join(' ')}\n`,
    });
  };
  const offerSpice = (needs: readonly string[], depends: readonly string[]): void =>
    offer('qemu-system-modules-spice', { files: ['qemu/ui-spice-core.so'], needs, depends });
  const unpack = (packages = ['qemu-system-modules-spice=1']): Promise<UnpackedModules> =>
    unpackModules(
      { open, packages, roots: [root], there: [{ name: 'libc6', version, sha256: '' }], into, findMissing },
      () => undefined,
    );
  const downloads = (): readonly string[] =>
    machine.commands().flatMap((each) => /^download (.*)/.exec(each)?.[1] ?? []);
  const reasonIn = ({ absent }: UnpackedModules): string | undefined => absent['ui-spice-core.so'];

  it('brings what is missing, what that needs, and nothing else', async () => {
    offerSpice(
      ['libc.so.6', 'libspice-server.so.1'],
      ['libc6', 'libspice-server1', 'libunused0', 'qemu-system-data'],
    );
    offer('libspice-server1', {
      files: ['libspice-server.so.1'],
      needs: ['libdrm.so.2'],
      depends: ['libdrm2', 'mesa-libgallium', 'libunused0'],
    });
    offer('libdrm2', { files: ['libdrm.so.2'], needs: ['libc.so.6'], depends: ['libc6', 'libunused0'] });
    for (const name of ['libunused0', 'libc6', 'qemu-system-data']) offer(name, { files: [name] });
    const { packages, absent } = await unpack();
    expect(absent).to.deep.equal({});
    expect(downloads()).to.deep.equal(['qemu-system-modules-spice=1', 'libspice-server1', 'libdrm2']);
    expect(packages.map(({ name }) => name)).to.deep.equal([
      'qemu-system-modules-spice',
      'libspice-server1',
      'libdrm2',
    ]);
    expect(readdirSync(join(into, LIBRARIES)).sort()).to.deep.equal([
      'libdrm.so.2',
      'libspice-server.so.1',
      'qemu',
    ]);
  });

  it('brings no module that nobody asked for, and not what such a one needs', async () => {
    offer('qemu-system-modules-opengl', {
      files: ['qemu/hw-display-virtio-gpu-gl.so', 'qemu/ui-opengl.so'],
      needs: ['libgbm.so.1'],
      depends: ['libgbm1'],
    });
    offer('libgbm1', { files: ['libgbm.so.1'] });
    await unpack(['qemu-system-modules-opengl=1']);
    expect(readdirSync(join(into, LIBRARIES, 'qemu'))).to.deep.equal(['ui-opengl.so']);
  });

  it('looks for a library of another name in all packages of libraries', async () => {
    offerSpice(['libgstapp-1.0.so.0'], ['libgstreamer-plugins-base1.0-0', 'liborc-0.4-0t64', 'iso-codes']);
    offer('libgstreamer-plugins-base1.0-0', { files: ['libgstapp-1.0.so.0'] });
    offer('liborc-0.4-0t64', { files: ['liborc-0.4.so.0'] });
    expect((await unpack()).absent).to.deep.equal({});
    expect(downloads().slice(1)).to.deep.equal(['libgstreamer-plugins-base1.0-0', 'liborc-0.4-0t64']);
  });

  it('asks apt for nothing where nothing is wanted', async () => {
    const before = machine.commands();
    expect(await unpack([])).to.deep.equal({ packages: [], absent: {} });
    expect(machine.commands()).to.deep.equal(before);
  });

  const lacking: { what: string; prepare: () => void; says: RegExp }[] = [
    {
      what: 'no package has a library',
      prepare: () => offerSpice(['libnone.so.1'], ['libother1']),
      says: /^no package that it depends on has libnone\.so\.1$/,
    },
    {
      what: 'packages depend on each other in a circle',
      prepare: () => {
        offerSpice(['libnone.so.1'], ['liba1']);
        offer('liba1', { files: ['liba.so.1'], depends: ['libb1'] });
        offer('libb1', { files: ['libb.so.1'], depends: ['liba1'] });
      },
      says: /^no package that it depends on has libnone\.so\.1$/,
    },
    {
      what: 'libraries go on for ever',
      prepare: () => {
        offerSpice(['liba0.so.1'], ['liba0']);
        for (let at = 0; at < 30; at++)
          offer(`liba${at}`, {
            files: [`liba${at}.so.1`],
            needs: [`liba${at + 1}.so.1`],
            depends: [`liba${at + 1}`],
          });
      },
      says: /^no package that it depends on has liba7\.so\.1$/,
    },
    { what: 'the package is gone', prepare: () => undefined, says: /^s: not offered there/ },
  ];
  for (const { what, prepare, says } of lacking) {
    it(`says why not, and leaves nothing, where ${what}`, async () => {
      prepare();
      const result = await unpack();
      expect(reasonIn(result)).to.match(says);
      expect(result.packages).to.deep.equal([]);
      expect(existsSync(into)).to.equal(false);
    });
  }

  it('fails where a package cannot be unpacked', async () => {
    offerSpice([], []);
    rmSync(join(machine.dir, 'bin/dpkg-deb'));
    writeScript(join(machine.dir, 'bin/dpkg-deb'), '#!/bin/sh\necho "not a package" >&2\nexit 2\n');
    const error: unknown = await unpack().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SetupError);
    expect(String(error)).to.contain('not a package');
  });
});

describe('chooseLibraries', () => {
  const rows: { missing: string[]; candidates: string[]; chosen: string[] }[] = [
    { missing: [], candidates: ['libz1'], chosen: [] },
    { missing: ['libz.so.1'], candidates: [], chosen: [] },
    { missing: ['libopus.so.0'], candidates: ['libopus0', 'libopusfile0'], chosen: ['libopus0'] },
    { missing: ['libglib-2.0.so.0'], candidates: ['libglib2.0-0t64', 'libgl1'], chosen: ['libglib2.0-0t64'] },
    { missing: ['libjpeg.so.62'], candidates: ['libjpeg62-turbo', 'libjpeg8'], chosen: ['libjpeg62-turbo'] },
    { missing: ['libstdc++.so.6'], candidates: ['libgcc-s1', 'libstdc++6'], chosen: ['libstdc++6'] },
    { missing: ['libX11.so.6'], candidates: ['libx11-6', 'libxcb1'], chosen: ['libx11-6'] },
    { missing: ['libz.so.1', 'libzx.so.1'], candidates: ['libz1', 'liby1'], chosen: ['libz1', 'liby1'] },
    { missing: ['libplain.so'], candidates: ['libplain.so0', 'libz1'], chosen: ['libplain.so0'] },
  ];
  for (const { missing, candidates, chosen } of rows) {
    it(`takes ${chosen.join(' ') || 'nothing'} for ${missing.join(' ') || 'nothing'}`, () =>
      expect(chooseLibraries(missing, candidates)).to.deep.equal(chosen));
  }
});
