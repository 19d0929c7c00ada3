import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { makeFakeMachine, writeScript, type FakeMachine, type FakeSource } from './fake-machine.ts';
import { installSources, type SourceOptions, type SourceOutcome } from './install-sources.ts';
import { readSources, removeSource } from './source-cache.ts';

const TREE: FakeSource['files'] = {
  VERSION: '7.2.0\n',
  'qapi/qapi-schema.json': "{ 'include': 'a.json' }\n",
  'qga/qapi-schema.json': 'ga\n',
  'qga/main.c': 'int main;\n',
  'docs/interop/qmp-spec.txt': 'one\ntwo\n',
  'storage-daemon/qapi/qapi-schema.json': 'sd\n',
  'hw/core/qdev.c': 'x\n',
  'sub/VERSION': 'another\n',
  'sub/qapi/qapi-schema.json': 'another\n',
};
const TO_7_2_1 = '--- a/VERSION\n+++ b/VERSION\n@@ -1 +1 @@\n-7.2.0\n+7.2.1\n';
const OUTSIDE = '--- a/hw/core/qdev.c\n+++ b/hw/core/qdev.c\n@@ -1 +1 @@\n-not there\n+y\n';

describe('installSources, with a fake apt', () => {
  let machine: FakeMachine;
  let log: string[];

  beforeEach(() => {
    machine = makeFakeMachine();
    log = [];
  });
  afterEach(() => machine.remove());

  const install = (
    releases: readonly string[],
    options: Partial<SourceOptions> = {},
  ): Promise<readonly SourceOutcome[]> =>
    installSources({
      cache: machine.cache,
      suites: ['old', 'new'],
      releases,
      onProgress: (subject, phase, detail) => log.push(`${subject} ${phase} ${detail}`),
      ...options,
    });
  const errorOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
  const told = (outcomes: readonly SourceOutcome[]): string[] =>
    outcomes.map((outcome) =>
      outcome.kind === 'absent' ? outcome.reason : `${outcome.release} ${outcome.kind} ${outcome.version}`,
    );
  const leftovers = (): string[] => {
    const folder = join(machine.cache, 'partial');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it('keeps what tells of QMP, patched, and writes down what it is', async () => {
    const patches = { 'v7.2.1.diff': TO_7_2_1, 'outside.diff': OUTSIDE };
    machine.offerSource('old', '1:7.2+dfsg-7', { files: TREE, patches });
    const [outcome] = await install(['7.2']);
    const folder = join(machine.cache, 'sources', '7.2');
    expect(outcome).to.include({ kind: 'installed', release: '7.2', version: '7.2.1', folder });
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) =>
      each.isFile(),
    );
    const names = files.map(({ name, parentPath }) => join(parentPath, name).slice(folder.length + 1)).sort();
    expect(names).to.deep.equal([
      'VERSION',
      'docs/interop/qmp-spec.txt',
      'qapi/qapi-schema.json',
      'qga/qapi-schema.json',
      'source.json',
      'storage-daemon/qapi/qapi-schema.json',
    ]);
    const [source] = readSources(machine.cache);
    expect(source).to.include({ package: '1:7.2+dfsg-7', suite: 'old', version: '7.2.1' });
    expect(source?.patches, 'those that change what is kept').to.deep.equal(['v7.2.1.diff']);
    expect(source?.files[0]).to.deep.equal({ name: 'qemu_7.2+dfsg.orig.tar.xz', sha256: '0'.repeat(64) });
    expect(log).to.include.members(['old update package index', 'QEMU 7.2 done 7.2.1']);
    expect(log.join('\n')).to.contain('QEMU 7.2 download 1:7.2+dfsg-7, 42 MB');
    expect(leftovers()).to.deep.equal([]);
  });

  it('does not ask apt for what is there', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    await install(['7.2']);
    const before = machine.commands();
    expect(told(await install(['7.2', '7.2']))).to.deep.equal(['7.2 present 7.2.0']);
    expect(machine.commands()).to.deep.equal(before);
  });

  it('takes the newest version of the series that any suite has', async () => {
    const tree = (version: string): FakeSource => ({ files: { ...TREE, VERSION: version } });
    machine.offerSource('old', '1:7.2+dfsg-7', tree('7.2.0'));
    machine.offerSource('new', '1:7.2.9+ds-1', tree('7.2.9'));
    machine.offerSource('new', '1:7.2.10+ds-1', tree('7.2.10'));
    machine.offerSource('new', '1:7.20.0-1', tree('7.20.0'));
    expect(told(await install(['7.2']))).to.deep.equal(['7.2 installed 7.2.10']);
  });

  it('takes an older one where the files of the newest are gone', async () => {
    machine.offerSource('new', '1:7.2.9-1');
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    expect(told(await install(['7.2']))).to.deep.equal(['7.2 installed 7.2.0']);
    expect(leftovers()).to.deep.equal([]);
  });

  it("says with apt's reason what is listed and not there, and fetches the others", async () => {
    machine.offerSource('new', '1:11.1.2-1');
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    const [absent, there] = await install(['11.1', '7.2']);
    expect(absent?.kind === 'absent' && absent.reason).to.match(
      /^QEMU 11\.1: new lists 1:11\.1\.2-1; .*could not be fetched \(E: Failed to fetch .*404/,
    );
    expect(there?.kind).to.equal('installed');
  });

  it('says what no suite lists, and what it does list', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    machine.offerSource('new', '1:10.0.2-1');
    expect(told(await install(['4.2']))).to.deep.equal([
      'QEMU 4.2: no suite lists its sources (there are 7.2, 10.0)',
    ]);
    expect(existsSync(join(machine.cache, 'sources'))).to.equal(false);
  });

  it('says of which suite it does not know, not of one that the archive has not', async () => {
    machine.fail('old', 'E: Could not resolve host\n');
    machine.fail('new', "E: The repository 'x' does not have a Release file.\n");
    const [text = ''] = told(await install(['7.2']));
    expect(text).to.match(/no suite lists its sources \(none is\); old: .*could not be fetched/);
    expect(text).not.to.contain('new');
    expect(log.join('\n')).to.contain('old warning old: the package index could not be fetched');
  });

  const breakages: { what: string; source: FakeSource; says: RegExp }[] = [
    {
      what: 'a patch that does not fit',
      source: { files: TREE, patches: { 'a.diff': TO_7_2_1.replaceAll('7.2.0', '7.1.0') } },
      says: /^qemu 1:7\.2-1: a\.diff: does not fit VERSION; expected/,
    },
    {
      what: 'a patch of a file that is not there',
      source: {
        files: TREE,
        patches: { 'a.diff': '--- a/docs/x\n+++ b/docs/x\n@@ -1 +1 @@\n-a\n+b\n' },
      },
      says: /a\.diff: changes docs\/x, which is not there/,
    },
    {
      what: 'a patch that makes a file that is there',
      source: {
        files: TREE,
        patches: { 'a.diff': '--- /dev/null\n+++ b/VERSION\n@@ -0,0 +1 @@\n+b\n' },
      },
      says: /a\.diff: makes VERSION, which is there already/,
    },
    {
      what: 'a patch that removes a part of a file',
      source: {
        files: TREE,
        patches: {
          'a.diff': '--- a/docs/interop/qmp-spec.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n',
        },
      },
      says: /a\.diff: removes docs\/interop\/qmp-spec\.txt, of which something would be left/,
    },
    {
      what: 'a series that names a patch that is not there',
      source: { files: TREE, patches: { series: 'b.diff' } },
      says: /series: no such patch|b\.diff: no such patch/,
    },
    {
      what: 'a tree without version',
      source: { files: { ...TREE, VERSION: 'x\n' } },
      says: /VERSION is 'x'; expected one such as/,
    },
  ];
  for (const { what, source, says } of breakages) {
    it(`fails ${what}, and finishes the others`, async () => {
      machine.offerSource('new', '1:7.2-1', source);
      machine.offerSource('old', '1:7.1-1', { files: TREE });
      machine.offerSource('old', '1:10.0-1', { files: TREE });
      const error = await errorOf(install(['7.2', '10.0']));
      expect(error).to.be.instanceOf(SetupError).with.property('message').that.matches(says);
      expect(readSources(machine.cache).map(({ release }) => release)).to.deep.equal(['10.0']);
      expect(leftovers()).to.deep.equal([]);
    });
  }

  it('fails an archive that cannot be unpacked', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    const place = join(machine.dir, 'sources/old/qemu=1:7.2-1');
    writeFileSync(join(place, 'qemu_7.2.orig.tar.xz'), 'no archive'.repeat(1000));
    expect(String(await errorOf(install(['7.2'])))).to.match(
      /qemu_7\.2\.orig\.tar\.xz cannot be unpacked \(tar: /,
    );
    writeScript(join(machine.dir, 'bin/apt-helper'), '#!/bin/sh\nexit 1\n');
    expect(String(await errorOf(install(['7.2'])))).to.match(
      /cannot be unpacked \(tar: Child returned status 1/,
    );
    rmSync(join(place, 'qemu_7.2.orig.tar.xz'));
    expect(String(await errorOf(install(['7.2'])))).to.match(
      /no orig archive; expected a package of format 3/,
    );
    expect(readSources(machine.cache)).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });

  for (const release of ['', '7', '7.2.22', '../x', '7.x', '-1.0']) {
    it(`refuses the release '${release}'`, async () => {
      expect(await errorOf(install([release]))).to.be.instanceOf(InputError);
      expect(machine.commands()).to.deep.equal([]);
    });
  }

  it('fails where there is no apt', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = join(machine.dir, 'nowhere');
    const error = await errorOf(install(['7.2']));
    process.env['PATH'] = path;
    expect(error).to.be.instanceOf(SetupError).with.property('message').that.contains('expected a machine');
  });

  it('leaves nothing half-done when it is interrupted', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    machine.offerSource('old', '1:10.0-1', { files: TREE });
    machine.block();
    const interruption = new AbortController();
    const onProgress: SourceOptions['onProgress'] = (_subject, phase, detail) => {
      if (phase === 'download' && detail.includes('MB')) interruption.abort();
    };
    const error = await errorOf(install(['7.2', '10.0'], { signal: interruption.signal, onProgress }));
    expect(error).to.have.property('name', 'AbortError');
    expect(readSources(machine.cache)).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });

  it('lets the second of two wait for the first, and use what it made', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    const both = await Promise.all([install(['7.2']), install(['7.2'])]);
    expect(both.flatMap(told).sort()).to.deep.equal(['7.2 installed 7.2.0', '7.2 present 7.2.0']);
    expect(machine.commands().filter((each) => each.startsWith('source'))).to.deep.equal(['source old']);
    expect(log).to.include('sources wait another process is fetching sources');
  });

  it('replaces what is there when it is asked to, and removes it', async () => {
    machine.offerSource('old', '1:7.2-1', { files: TREE });
    await install(['7.2']);
    machine.offerSource('old', '1:7.2.5-1', { files: { ...TREE, VERSION: '7.2.5' } });
    expect(told(await install(['7.2'], { refresh: true }))).to.deep.equal(['7.2 installed 7.2.5']);
    for (const source of readSources(machine.cache)) removeSource(machine.cache, source);
    expect(readSources(machine.cache)).to.deep.equal([]);
    expect(leftovers()).to.deep.equal([]);
  });
});

/** What says that the archive, not this program, is why there are none. */
const NOT_TO_BE_HAD = /no suite lists its sources|could not be fetched/;

describe("installSources, from the machine's own archive", () => {
  let cache: string;
  let outcomes: readonly SourceOutcome[];

  before(async () => {
    cache = mkdtempSync(join(tmpdir(), 'sources-'));
    outcomes = await installSources({ releases: ['7.2', '10.0'], cache });
  });
  after(() => rmSync(cache, { recursive: true, force: true }));

  for (const release of ['7.2', '10.0']) {
    it(`fetches QEMU ${release}`, function () {
      const outcome = outcomes.find((each) => each.release === release);
      if (outcome?.kind === 'absent') {
        expect(outcome.reason).to.match(NOT_TO_BE_HAD);
        if (this.test !== undefined) this.test.title += ` (${outcome.reason})`;
        this.skip();
      }
      expect(outcome?.version.startsWith(`${release}.`)).to.equal(true);
      const folder = outcome?.folder ?? '';
      const schema = readFileSync(join(folder, 'qapi/qapi-schema.json'), 'utf8');
      expect(schema).to.contain("{ 'include': '");
      for (const path of [
        'scripts/qapi/parser.py',
        'tests/qapi-schema/qapi-schema-test.json',
        'docs/interop',
      ]) {
        expect(existsSync(join(folder, path)), path).to.equal(true);
      }
      expect(outcome?.source.files.map(({ name }) => name).join()).to.match(/\.orig\.tar/);
      expect(readdirSync(join(cache, 'partial'))).to.deep.equal([]);
    });
  }
});
