import { expect } from 'chai';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoTarget } from '../../reports/demo-data.test.ts';
import { openRun, writeMissingTargets } from '../results/open-run.ts';
import type { Finding, VerdictWord } from '../results/verdict.ts';
import { REPORT_FILES, REPORTERS } from './reporters.ts';
import { processesBelow, runCommand, type CommandEnd } from './testing-cli.ts';

function perform(...words: readonly string[]): Promise<CommandEnd> {
  return runCommand(['report', ...words]);
}

const ROW = 'examples/migration/query-migrate/active';
const FINDING: Finding = {
  blame: 'target',
  rule: 'schema/type',
  message: 1,
  pointer: '/return/x',
  what: '"5"',
  expected: 'an integer',
};

describe('report', () => {
  let folder: string;
  let out: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    out = join(folder, 'out');
  });

  afterEach(() => rm(folder, { recursive: true }));

  /** The archive of a run, cut off by a kill where it is not whole. */
  async function writeRun(
    target: string,
    verdicts: Readonly<Record<string, VerdictWord>>,
    isWhole = true,
  ): Promise<string> {
    const rows = Object.keys(verdicts);
    const writer = await openRun(out, demoTarget(target), rows, { suite: '0.1.0' });
    for (const [row, verdict] of Object.entries(verdicts)) {
      const findings = verdict === 'fail' ? [FINDING] : [];
      const base = { checks: 1, documented: true, duration: 1 };
      await writer.appendResult({ row, target, verdict, reason: 'because', findings, ...base });
    }
    if (isWhole) await writer.finish();
    else await writer.close();
    return writer.dir;
  }

  it('writes each report into its file, and names them', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [ROW]: 'fail', 'examples/x/y': 'pass' });
    await writeRun('10.0.0 x86_64 tcg', { [ROW]: 'pass', 'examples/x/y': 'known-failure' });
    await writeMissingTargets(out, [{ name: '10.0.0 x86_64 kvm', reason: 'no KVM' }]);
    const site = join(folder, 'site');
    const { code, stdout } = await perform(out, '-o', site);
    expect(code).to.equal(1);
    expect(stdout.trim().split('\n')).to.deep.equal(REPORTERS.map((name) => join(site, REPORT_FILES[name])));
    const read = (name: (typeof REPORTERS)[number]) => readFile(join(site, REPORT_FILES[name]), 'utf8');
    expect(await read('junit')).to.include('tests="5" failures="1" errors="1"');
    expect(await read('tap')).to.include('\n1..5\n');
    expect(await read('sarif')).to.include('"ruleId": "schema/type"');
    expect(await read('markdown')).to.include('1 red result');
    expect(await read('html')).to.include('10.0.0 x86_64 kvm');
    expect(await read('ndjson')).to.match(/"whole":true,"exitCode":1\}\n$/);
  });

  it('writes only what it is asked for, and one report to standard output', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [ROW]: 'pass' });
    const site = join(folder, 'site');
    expect(await perform(out, '--reporter', 'tap,junit', '-o', site)).to.include({ code: 0, stderr: '' });
    expect((await readdir(site)).sort()).to.deep.equal(['results.junit.xml', 'results.tap']);
    const tap = await readFile(join(site, 'results.tap'), 'utf8');
    expect((await perform(out, '--reporter', 'tap')).stdout).to.equal(tap);
    expect((await perform(out)).stdout).to.include('7.2.0 x86_64 tcg: 1 of 1 passed');
  });

  it('makes of a result stream what it makes of archives', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [ROW]: 'fail' });
    const file = join(folder, 'results.ndjson');
    const { stdout, code } = await perform(out, '--json');
    expect(code).to.equal(1);
    await writeFile(file, stdout);
    expect(await perform(file, '--reporter', 'ndjson')).to.include({ code: 1, stdout });
    const sarif = (await perform(out, '--reporter', 'sarif')).stdout;
    expect((await perform(file, '--reporter', 'sarif')).stdout).to.equal(sarif);
  });

  it('points to the line of a recording, and to no file outside of their folder', async () => {
    const recording = '---\nid: x\n---\n-> { "execute": "x" }\n<- { "return": {} }\n';
    await writeFile(join(folder, 'x.qmp'), recording);
    await writeFile(join(folder, 'secret.qmp'), recording);
    await writeFile(join(folder, 'broken.qmp'), 'no recording');
    await writeRun('7.2.0 x86_64 tcg', {
      x: 'fail',
      broken: 'fail',
      '../secret': 'fail',
      'y/../../secret': 'fail',
    });
    const { stdout } = await perform(out, '--reporter', 'sarif', '--recordings', folder);
    const places = [...stdout.matchAll(/"uri": "(.*)"\n +\},\n +"region": \{\n +"startLine": (\d+)/g)];
    expect(places.map(([, uri, line]) => [uri?.split('/').at(-1), line])).to.deep.equal([
      ['broken.qmp', '1'],
      ['x.qmp', '5'],
    ]);
  });

  for (const half of [true, false]) {
    it(`names a run that was killed${half ? ' in the middle of a line' : ''}, and shows the rest`, async () => {
      await writeRun('7.2.0 x86_64 tcg', { [ROW]: 'pass' });
      const cut = await writeRun('10.0.0 x86_64 tcg', { [ROW]: 'pass' }, false);
      if (half) await appendFile(join(cut, 'results.ndjson'), '{"row":"examples/x/y","tar');
      const site = join(folder, 'site');
      const { code, stderr } = await perform(out, '-o', site);
      const why = half ? 'results.ndjson ends in the middle of a line' : 'cut off after 1 rows: no run.json';
      expect(stderr).to.equal(`${cut}: not whole, not shown: ${why}\n`);
      expect(code).to.equal(3);
      const texts = await Promise.all(
        REPORTERS.map((name) => readFile(join(site, REPORT_FILES[name]), 'utf8')),
      );
      for (const text of texts) {
        expect(text).to.include('7.2.0 x86_64 tcg');
        expect(text).to.include(why);
      }
      expect(texts.join()).to.include('"whole":false,"exitCode":3');
    });
  }

  it('refuses wrong words, and what is no run of ours, with the place', async () => {
    const dir = await writeRun('7.2.0 x86_64 tcg', { [ROW]: 'pass' });
    const foreign = join(folder, 'foreign.tap');
    await writeFile(foreign, 'TAP version 14\n1..0\n');
    const stream = join(folder, 'newer.ndjson');
    await writeFile(stream, '{"type":"run","format":2,"targets":[]}\n');
    const newer = join(folder, 'newer');
    await cp(dir, newer, { recursive: true });
    const target = await readFile(join(newer, 'target.json'), 'utf8');
    await writeFile(join(newer, 'target.json'), target.replace('"format": 1', '"format": 2'));
    const run = join(folder, 'newer-run');
    await cp(dir, run, { recursive: true });
    const summary = await readFile(join(run, 'run.json'), 'utf8');
    await writeFile(join(run, 'run.json'), summary.replace('"format": 1', '"format": "0"'));
    for (const [words, complaint] of [
      [[out, '--reporter', 'tap,junit'], 'tap, junit without --out; expected a folder, or one reporter'],
      [[out, '--reporter', 'excel'], "'excel'; expected some of junit,tap,sarif,markdown,html,ndjson"],
      [[folder], `${folder}: no run archive; expected target.json or runs/ in it`],
      [[foreign], `${foreign}:1:1: `],
      [[stream], `${stream}:1:1: result stream of format 2; expected format 1, the one this version knows`],
      [[newer], `${join(newer, 'target.json')}:1:1: run archive of format 2; expected format 1`],
      [[run], `${join(run, 'run.json')}:1:1: format "0"; expected a run archive of format 1`],
    ] as const) {
      const { code, stdout, stderr } = await perform(...words);
      expect(stderr).to.include(`qmp-conformance: ${complaint}`);
      expect([code, stdout]).to.deep.equal([2, '']);
    }
  });
});

describe('run --reporter, on a real QEMU', function () {
  this.timeout(120_000);

  it('writes the bytes that report makes of the archives later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-run-'));
    try {
      const out = join(folder, 'out');
      const reporters = REPORTERS.filter((name) => name !== 'html').join(',');
      const words = ['--accel', 'tcg', '--release', '10.0', '--grep', 'examples/control/**'];
      const run = await runCommand(['run', ...words, '--out', out, '--reporter', reporters], {
        TMPDIR: folder,
      });
      expect(run.code, run.stderr).to.equal(0);
      const site = join(folder, 'site');
      expect(await perform(out, '--reporter', reporters, '-o', site)).to.include({ code: 0 });
      for (const name of await readdir(site)) {
        expect(await readFile(join(site, name), 'utf8'), name).to.equal(
          await readFile(join(out, name), 'utf8'),
        );
      }
      expect(await processesBelow(folder)).to.deep.equal([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
