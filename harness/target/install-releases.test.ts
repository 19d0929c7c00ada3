import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { makeFakeMachine, type FakeMachine } from './fake-machine.ts';
import { findQemus } from './find-qemus.ts';
import { installReleases, type InstallOptions, type SuiteOutcome } from './install-releases.ts';
import { readReleases, removeRelease } from './release-cache.ts';

describe('installReleases, with a fake apt', () => {
  let machine: FakeMachine;
  let log: string[];

  beforeEach(() => {
    machine = makeFakeMachine();
    log = [];
  });
  afterEach(() => machine.remove());

  const install = (
    suites: readonly string[],
    options: InstallOptions = {},
  ): Promise<readonly SuiteOutcome[]> =>
    installReleases({
      cache: machine.cache,
      suites,
      onProgress: (suite, phase, detail) => log.push(`${suite} ${phase} ${detail}`),
      ...options,
    });
  const kinds = (outcomes: readonly SuiteOutcome[]): string[] =>
    outcomes.map(({ suite, kind }) => `${suite} ${kind}`);
  const leftovers = (): string[] => {
    const folder = join(machine.cache, 'partial');
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const versions = (): string[] => readReleases(machine.cache).map(({ version }) => version);

  it('installs suites side by side and tells of it', async () => {
    machine.offer('old', '7.2.22');
    machine.offer('new', '10.0.13');
    expect(kinds(await install(['old', 'new']))).to.deep.equal(['old installed', 'new installed']);
    expect(versions()).to.deep.equal(['7.2.22', '10.0.13']);
    expect(log).to.include.members(['old update package index', 'old download 42 MB', 'new done 10.0.13']);
    expect(leftovers()).to.deep.equal([]);
  });

  it('writes down what it installed', async () => {
    machine.offer('old', '7.2.22');
    await install(['old']);
    const [release] = readReleases(machine.cache);
    expect(release).to.include({ version: '7.2.22', package: 'fake', architecture: 'x86_64', suite: 'old' });
    expect(release?.digest).to.match(/^[0-9a-f]{64}$/);
    expect(release?.packages).to.deep.equal([
      { name: 'qemu-system-x86', version: '1:7.2', sha256: release?.digest },
    ]);
    const share = join(release?.root ?? '', 'usr/share');
    expect(existsSync(join(share, 'doc')), 'documentation').to.equal(false);
    expect(readdirSync(join(share, 'man'))).to.deep.equal(['man7']);
    expect(readdirSync(join(share, 'man/man7'))).to.deep.equal(['qemu-qmp-ref.7.gz']);
  });

  it('does not ask apt for what is there', async () => {
    machine.offer('old', '7.2.22');
    await install(['old']);
    const before = machine.commands();
    expect(kinds(await install(['old']))).to.deep.equal(['old present']);
    expect(machine.commands()).to.deep.equal(before);
  });

  it('replaces a release that the suite has anew', async () => {
    machine.offer('old', '7.2.22');
    await install(['old']);
    machine.offer('old', '7.2.23');
    expect(kinds(await install(['old'], { refresh: true }))).to.deep.equal(['old installed']);
    expect(versions()).to.deep.equal(['7.2.22', '7.2.23']);
  });

  it('keeps one of two suites that have the same QEMU', async () => {
    machine.offer('a', '7.2.22');
    machine.offer('b', '7.2.22');
    expect(kinds(await install(['a', 'b']))).to.deep.equal(['a installed', 'b installed']);
    expect(versions()).to.deep.equal(['7.2.22']);
    expect(kinds(await install(['a', 'b']))).to.deep.equal(['a present', 'b present']);
    expect(leftovers()).to.deep.equal([]);
  });

  it('finds what it installed, runs it, and removes it', async () => {
    machine.offer('old', '7.2.22');
    await install(['old']);
    const found = await findQemus({ cache: machine.cache, path: '' });
    expect(found.binaries.map(({ version, origin }) => [version, origin])).to.deep.equal([
      ['7.2.22', 'release'],
    ]);
    for (const release of readReleases(machine.cache)) removeRelease(machine.cache, release);
    expect(await findQemus({ cache: machine.cache, path: '' })).to.deep.equal({ binaries: [], missing: [] });
    expect(kinds(await install(['old'])), 'after its removal').to.deep.equal(['old installed']);
  });

  it('says which release is not whole', async () => {
    machine.offer('old', '7.2.22');
    const [outcome] = await install(['old']);
    const root = outcome?.kind === 'installed' ? outcome.release.root : '';
    rmSync(join(root, 'usr/bin/qemu-system-x86_64'));
    const { binaries, missing } = await findQemus({ cache: machine.cache, path: '' });
    expect(binaries).to.deep.equal([]);
    expect(missing[0]?.reason).to.contain('no such program');
  });

  const failures: { what: string; text: string; phase?: 'update' | 'install'; says: RegExp }[] = [
    {
      what: 'a signature without key',
      text: "W: GPG error: file:/fake x InRelease: couldn't be verified: NO_PUBKEY 0E98404D386FA1D9\n",
      says: /bad: the signature of the archive cannot be checked \(W: GPG error.*keyring package/,
    },
    {
      what: 'an unsigned archive',
      text: "E: The repository 'x' is not signed.\n",
      says: /signature .* cannot be checked/,
    },
    {
      what: 'a suite that is not there',
      text: "E: The repository 'file:/fake bad Release' does not have a Release file.\n",
      says: /bad: the archive has no such suite/,
    },
    { what: 'no network', text: 'W: x\nE: Could not resolve host\n', says: /could not be fetched \(W: x\)/ },
    { what: 'an error without a word', text: '', says: /apt-get ended with status 100/ },
    {
      what: 'no package',
      text: 'E: Unable to locate package q\n',
      phase: 'install',
      says: /bad: not offered there/,
    },
    {
      what: 'a broken download',
      text: 'E: Hash Sum mismatch\n',
      phase: 'install',
      says: /could not be fetched \(E: Hash/,
    },
  ];
  for (const { what, text, phase, says } of failures) {
    it(`tells of ${what}, and installs the others`, async () => {
      machine.offer('bad', '5.2.0');
      machine.offer('good', '7.2.22');
      machine.fail('bad', text, phase);
      const [bad, good] = await install(['bad', 'good']);
      expect(bad?.kind === 'failed' && bad.error.message).to.match(says);
      expect(good?.kind).to.equal('installed');
      expect(versions()).to.deep.equal(['7.2.22']);
      expect(leftovers()).to.deep.equal([]);
    });
  }

  it('takes a suite past its date, and says so', async () => {
    machine.offer('old', '5.2.0');
    machine.fail('old', 'E: Release file for file:/fake/InRelease is expired (invalid since 3d).\n');
    expect(kinds(await install(['old']))).to.deep.equal(['old installed']);
    expect(log.join('\n')).to.match(/old warning .*past its date.*Check-Valid-Until=false/);
    expect(machine.commands()).to.deep.equal(['update old', 'update-anyway old', 'install old']);
  });

  it('fails a release that does not start', async () => {
    machine.offer('bad', '7.2.22');
    writeFileSync(
      join(machine.dir, 'bad.version'),
      '#!/bin/sh\necho "cannot open libfoo.so" >&2\nexit 127\n',
    );
    const [outcome] = await install(['bad']);
    expect(outcome?.kind === 'failed' && outcome.error.message).to.match(
      /exit status 127: cannot open libfoo/,
    );
    expect(versions()).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });

  for (const suite of ['', '../up', 'a/b', '-o', 'a b']) {
    it(`refuses the suite '${suite}'`, async () => {
      const error: unknown = await install([suite]).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(InputError);
      expect(machine.commands()).to.deep.equal([]);
    });
  }

  it('leaves nothing half-done when it is interrupted', async () => {
    machine.offer('old', '7.2.22');
    machine.block();
    const interruption = new AbortController();
    const onProgress: InstallOptions['onProgress'] = (_suite, phase) => {
      if (phase === 'unpack') setImmediate(() => interruption.abort());
    };
    const error: unknown = await install(['old'], { signal: interruption.signal, onProgress }).catch(
      (e: unknown) => e,
    );
    expect(error).to.have.property('name', 'AbortError');
    expect(versions()).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });

  it('recovers after its process was killed in the middle', async () => {
    machine.offer('old', '7.2.22');
    const blocker = machine.block();
    const script = `
      import { installReleases } from ${JSON.stringify(new URL('./install-releases.ts', import.meta.url).href)};
      const onProgress = (suite, phase) => console.log(phase);
      await installReleases({ cache: ${JSON.stringify(machine.cache)}, suites: ['old'], onProgress });`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of child.stdout) if (String(text).includes('unpack')) break;
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(leftovers(), 'what the killed one left').to.have.length(1);
    rmSync(blocker);
    expect(kinds(await install(['old']))).to.deep.equal(['old installed']);
    expect(leftovers()).to.deep.equal([]);
  });

  it('lets the second of two wait for the first, and use what it made', async () => {
    machine.offer('old', '7.2.22');
    const both = await Promise.all([install(['old']), install(['old'])]);
    expect(both.flatMap(kinds).sort()).to.deep.equal(['old installed', 'old present']);
    expect(machine.commands()).to.deep.equal(['update old', 'install old']);
    expect(log).to.include('old wait another process is installing it');
  });

  it("gives apt a configuration of its own, and the machine's keys", async () => {
    machine.offer('old', '7.2.22');
    machine.fail('old', 'E: stop\n', 'install');
    const seen = join(machine.dir, 'seen.conf');
    const apt = join(machine.dir, 'bin', 'apt-get');
    writeFileSync(apt, readFileSync(apt, 'utf8').replace('work=', `cp "$2" ${seen} 2>/dev/null\nwork=`));
    await install(['old']);
    const text = readFileSync(seen, 'utf8');
    for (const name of [
      'Dir::State::status',
      'Dir::Cache',
      'Dir::Etc::sourceparts',
      'Dir::Etc::sourcelist',
    ]) {
      expect(text).to.contain(`${name} "`);
    }
    expect(text).to.contain('#clear APT::Update::Post-Invoke;');
    expect(text).to.contain('APT::Get::AllowUnauthenticated "false";');
    expect(text).not.to.match(/Proxy|Dir::Etc::trusted|Dir::Etc::parts|Dir::Etc::main|Check-Valid-Until/);
  });
});
