import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findRuns, readRun } from '../results/read-run.ts';
import { runCommand } from './testing-cli.ts';

/** A row that fails on 10.0, for a reason that a user's expectation may know as well as the project's. */
const ROW = 'commands/qom/object-add/authz-listfile';
const HEAD = '---\nid: mine/wrong\n---\n';

/** An example of the user's that no QEMU fulfils. */
const WRONG = `${HEAD}-> { "execute": "query-name" }\n<- { "return": { "name": 7 } }\n`;

describe('qmp-conformance run with expectations, on a real QEMU', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-expect-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const run = (...words: readonly string[]) =>
    runCommand(['run', '--release', '10.0', '--accel', 'tcg', '--no-install', ...words]);

  it('proposes what is red, is green when it is said, and writes down by which files it judged', async () => {
    const recording = join(folder, 'wrong.qmp');
    await writeFile(recording, WRONG);
    const mine = join(folder, 'mine.yaml');
    const red = await run(recording, '--out', join(folder, 'red'), '--write-expectations', mine);
    expect(red.code, red.stderr).to.equal(1);
    const said = (await readFile(mine, 'utf8')).replace('TODO', 'no name is a number');
    await writeFile(mine, said);

    const green = await run(recording, '--out', join(folder, 'green'), '--expectations', mine);
    expect(green.code, green.stderr + green.stdout).to.equal(0);
    const [dir = ''] = await findRuns(join(folder, 'green'));
    const { summary, results } = await readRun(dir);
    const digest = createHash('sha256').update(said).digest('hex');
    expect(summary?.expectations?.at(-1)).to.deep.equal({ name: 'mine.yaml', digest });
    expect(results.map(({ verdict, reason, was }) => ({ verdict, reason, was: was?.verdict }))).to.deep.equal(
      [{ verdict: 'known-failure', reason: 'no name is a number', was: 'fail' }],
    );
  });

  it('runs nothing where an expectation means nothing, or the proposals have no room', async () => {
    const mine = join(folder, 'mine.yaml');
    await writeFile(mine, `- { rows: ${ROW}s, reason: r, review-by: 2030-01-01 }\n`);
    const out = join(folder, 'out');
    const nothing = await run('--grep', ROW, '--out', out, '--expectations', mine);
    expect(nothing.code).to.equal(2);
    expect(nothing.stderr).to.contain(
      `mine.yaml:1:3: '${ROW}s' means no row; expected a glob of rows that exist`,
    );
    const full = await run('--grep', ROW, '--out', out, '--write-expectations', mine);
    expect(full.code).to.equal(2);
    expect(full.stderr).to.contain('mine.yaml: is there already; expected a new file');
    expect(await readdir(folder)).to.deep.equal(['mine.yaml']);
  });
});
