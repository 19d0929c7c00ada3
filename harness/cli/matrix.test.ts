import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
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

  /** The dialogues and transcripts of a page stand packed in it. */
  async function dialoguesIn(file: string): Promise<string> {
    const [, packed = ''] = /id="dialogue-data">"([^"]*)"/.exec(await readFile(file, 'utf8')) ?? [];
    return inflateRawSync(Buffer.from(packed, 'base64')).toString();
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
    expect(await dialoguesIn(join(site, 'index.html'))).to.include('said-so');
  });

  it('shows the transcripts, and no file outside their folder', async () => {
    await writeFile(join(out, 'secret.qmp'), 'top secret');
    await writeFile(join(out, 'known.qmp'), '-> { "execute": "as-written" }');
    await writeRun('7.2.0 x86_64 tcg', { known: 'pass', '../secret': 'pass', 'x/../../secret': 'pass' });
    await perform(out, '-o', out, '--recordings', join(out));
    const html = await dialoguesIn(join(out, 'index.html'));
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

  it('says where a row changed', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    await writeRun('10.0.0 x86_64 tcg', { [row]: 'fail' });
    const { code, stdout } = await perform(out, '-o', out);
    expect(code).to.equal(1);
    expect(stdout).to.include(
      `first bad 10.0.0 x86_64 tcg (passes on 7.2.0 x86_64 tcg): 1 row\n    ${row}\n`,
    );
    expect(await readFile(join(out, 'matrix.md'), 'utf8')).to.include('**First bad: 10.0.0 x86\\_64 tcg**');
  });

  it('predicts what was not run, and says so', async () => {
    await writeFile(
      join(out, 'cancel.qmp'),
      '---\nid: cancel\n---\n-> { "execute": "cancel-vcpu-dirty-limit" }\n',
    );
    await writeRun('6.2.0 x86_64 tcg', { other: 'pass' });
    await writeRun('10.0.0 x86_64 tcg', { cancel: 'pass', other: 'pass' });
    const { code, stdout } = await perform(out, '-o', out, '--recordings', out, '--predict', '7.0,7.1');
    expect(code).to.equal(0);
    expect(stdout).to.include('not run, and predicted by the schema: 3 cells; 2 absent, 1 fits');
    expect(stdout).to.include('2 rows × 2 targets; 3 pass');
    const markdown = await readFile(join(out, 'matrix.md'), 'utf8');
    expect(markdown).to.include('| `cancel` | (∅) | **✓** | (∅) | (·) |');
    expect(markdown).to.include('| 7.0 schema | 7.1 schema |');
  });

  it('takes TAP of others as rows', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    await writeRun('10.0.0 x86_64 tcg', { [row]: 'pass' });
    const tap = join(out, 'qmp@test.tap');
    await writeFile(tap, '1..2\nok 1 /x86_64/qmp/a\nnot ok 2 /x86_64/qmp/b - ERROR:x.c\n');
    const { code, stdout } = await perform(out, '--json', '--tap', `qmp=${tap}@10.0`);
    expect(code).to.equal(1);
    const { rows } = JSON.parse(stdout) as { rows: { row: string; cells: { verdict: string }[] }[] };
    expect(
      rows.map((one) => [one.row, ...one.cells.map((cell) => (cell as { verdict: string } | null)?.verdict)]),
    ).to.deep.equal([
      [row, 'pass', 'pass'],
      ['tap/qmp/whole', undefined, 'pass'],
      ['tap/qmp/x86_64/qmp/a', undefined, 'pass'],
      ['tap/qmp/x86_64/qmp/b', undefined, 'fail'],
    ]);
    const alone = await perform(join(out, 'runs/7.2.0-x86_64-tcg'), '--tap', `qmp=${tap}`);
    expect(alone.stdout).to.include('7.2.0 x86_64 tcg: 3 of 4 passed');
  });

  it('refuses a release without schema, before it writes', async () => {
    await writeRun('7.2.0 x86_64 tcg', { [row]: 'pass' });
    const { code, stderr } = await perform(out, '--predict', '7.3', '-o', join(out, 'site'));
    expect(stderr).to.match(/--predict: no schema of release '7\.3'; expected all, or some of /);
    expect(code).to.equal(2);
  });

  it('refuses what is no run', async () => {
    const { code, stderr } = await perform(out);
    expect(code).to.equal(2);
    expect(stderr).to.equal(`qmp-conformance: ${out}: no run archive; expected target.json or runs/ in it\n`);
  });
});
