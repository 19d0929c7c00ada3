import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoTarget } from '../../reports/demo-data.test.ts';
import { openRun, writeMissingTargets } from '../results/open-run.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { runCommand, type CommandEnd } from './testing-cli.ts';

function perform(...words: readonly string[]): Promise<CommandEnd> {
  return runCommand(['matrix', ...words]);
}

describe('matrix', () => {
  let out: string;

  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'matrix-'));
  });

  afterEach(() => rm(out, { recursive: true }));

  async function writeRun(
    target: string,
    verdicts: Readonly<Record<string, VerdictWord>>,
    isWhole = true,
  ): Promise<string> {
    const rows = Object.keys(verdicts);
    const writer = await openRun(out, demoTarget(target), rows, { suite: '0.1.0' });
    for (const [row, verdict] of Object.entries(verdicts)) {
      await writer.appendWire({
        row,
        connection: 'main',
        direction: '->',
        at: 0,
        text: '{"execute": "said-so"}',
      });
      await writer.appendResult({
        row,
        target,
        verdict,
        findings: [],
        checks: 1,
        documented: true,
        duration: 1,
      });
    }
    if (isWhole) await writer.finish();
    else await writer.close();
    return writer.dir;
  }

  const row = 'examples/x/query-y';

  it('prints tables, and writes matrix.md and index.html', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    await writeRun('10.0.0 x86_64 tcg', { [row]: 'not-applicable' });
    await writeMissingTargets(out, [{ name: '10.0.0 x86_64 kvm', reason: 'no KVM' }]);
    const site = join(out, 'site');
    const { code, stdout } = await perform(out, '-o', site);
    expect(code).to.equal(0);
    expect(stdout).to.match(/7\.2\.0 x86_64 tcg: 1 of 1 passed/);
    expect(stdout).to.include('10.0.0 x86_64 kvm: not run: no KVM');
    expect(stdout).to.not.include('\u001b');
    expect(await readFile(join(site, 'matrix.md'), 'utf8')).to.include(`\`${row}\``);
    expect(await readFile(join(site, 'index.html'), 'utf8')).to.include('said-so');
  });

  it('shows the transcripts, and no file outside their folder', async () => {
    await writeFile(join(out, 'secret.qmp'), 'top secret');
    await writeFile(join(out, 'known.qmp'), '-> { "execute": "as-written" }');
    await writeRun('7.2.0 x86_64 tcg', { known: 'pass', '../secret': 'pass', 'x/../../secret': 'pass' });
    await perform(out, '-o', out, '--recordings', join(out));
    const html = await readFile(join(out, 'index.html'), 'utf8');
    expect(html).to.include('as-written');
    expect(html).to.not.include('top secret');
  });

  for (const [verdict, expected] of [
    ['fail', 1],
    ['unexpected-pass', 1],
    ['untestable', 0],
    ['harness-error', 3],
  ] as const) {
    it(`exits with ${expected} for ${verdict}`, async () => {
      await writeRun('7.2.0 x86_64 tcg', { [row]: verdict, other: 'pass' });
      expect(await perform(out)).to.include({ code: expected });
    });
  }

  it('names a run that is not whole, does not show it, and is not green', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    const cut = await writeRun('10.0.0 x86_64 tcg', { [row]: 'fail' }, false);
    const { code, stdout, stderr } = await perform(out);
    expect(code).to.equal(3);
    expect(stderr).to.equal(`${cut}: not whole, not shown: cut off after 1 rows: no run.json\n`);
    expect(stdout).to.include('10.0.0 x86_64 tcg: not run');
    expect(stdout).to.include('1 row × 1 target; 1 pass');
  });

  it('prints JSON', async () => {
    const dir = await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    const { stdout } = await perform(dir, dir, '--json');
    const matrix = JSON.parse(stdout) as { counts: unknown; rows: { row: string }[] };
    expect(matrix.counts).to.deep.equal({ pass: 1 });
    expect(matrix.rows.map((one) => one.row)).to.deep.equal([row]);
  });

  it('refuses what is no run', async () => {
    const { code, stderr } = await perform(out);
    expect(code).to.equal(2);
    expect(stderr).to.equal(`qmp-conformance: ${out}: no run archive; expected target.json or runs/ in it\n`);
  });
});
