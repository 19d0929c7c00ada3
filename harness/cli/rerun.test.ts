import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { demoTarget } from '../../reports/demo-data.test.ts';
import { InputError } from '../errors.ts';
import { readLedger } from '../results/flaky-ledger-file.ts';
import { openRun } from '../results/open-run.ts';
import type { Run, RunNotes } from '../results/run.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { findQemus } from '../target/find-qemus.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { readRunsIn } from './read-runs.ts';
import { planRerun } from './rerun.ts';
import { processesBelow, runCommand, startCommand, type CommandEnd } from './testing-cli.ts';
import { firstFolder, untilLines } from './testing-waiting.ts';

describe('qmp-conformance run, of a build that fails', function () {
  this.timeout(120_000);
  let folder = '';
  let newest: QemuBinary | undefined;

  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
    newest = (await findQemus()).binaries.at(-1);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
    await mkdir(join(folder, 'rows'));
    await mkdir(join(folder, 'build'));
  });
  afterEach(async () => {
    expect(await processesBelow(folder), 'QEMUs left running').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  /** A build: the newest QEMU, started by a script, so that another script is another binary of the same name. */
  const build = async (comment: string): Promise<void> => {
    if (newest === undefined) throw new Error('no QEMU');
    const settings = Object.entries(newest.env).map(([name, value]) => `export ${name}='${value}'`);
    const words = [...newest.command, ...newest.dataArgs].map((word) => `'${word}'`).join(' ');
    const file = join(folder, 'build/qemu-system-x86_64');
    await writeFile(file, `#!/bin/sh\n# ${comment}\n${settings.join('\n')}\nexec ${words} "$@"\n`);
    await chmod(file, 0o755);
  };
  const write = (row: string, execute: string, answer: string): Promise<void> =>
    writeFile(
      join(folder, 'rows', `${row}.qmp`),
      `---\nid: own/${row}\n---\n-> { "execute": "${execute}" }\n<- ${answer}\n`,
    );
  const rows = (): string => join(folder, 'rows');
  const perform = (out: string, ...more: readonly string[]): Promise<CommandEnd> =>
    runCommand(['run', rows(), '--accel', 'tcg', '--out', join(folder, out), ...more]);
  const qemu = (): readonly string[] => ['--qemu', join(folder, 'build/qemu-system-x86_64')];
  const RIGHT = '{ "return": { "running": false, "status": "prelaunch" } }';
  const WRONG = '{ "error": { "class": "GenericError", "desc": "refused" } }';

  it('runs again what was red, on the same target, keeps count, and is not green because it passes now', async () => {
    await build('one');
    await write('well', 'query-status', RIGHT);
    await write('flaky', 'query-status', WRONG);
    await write('broken', 'query-name', WRONG);
    const ledger = join(folder, 'flaky.ndjson');
    const out = join(folder, 'out');
    expect((await perform('out', ...qemu())).code).to.equal(1);
    // What only fails sometimes, at will: the second time the row demands what the target does.
    await write('flaky', 'query-status', RIGHT);
    const { code, stdout, stderr } = await perform('again', '--rerun-failed', out, '--ledger', ledger);
    expect(code, stdout + stderr).to.equal(1);
    const [run] = await readRunsIn([join(folder, 'again')]);
    const name = run?.target.name ?? '';
    expect(stdout).to.include(`own/flaky @ ${name}: failed, then passed (flaky)\n`);
    expect(stdout).to.include(`own/broken @ ${name}: failed again\n`);
    expect(run?.results.map(({ row }) => row).toSorted()).to.deep.equal(['own/broken', 'own/flaky']);
    expect(run?.summary?.flaky).to.deep.equal(['own/flaky']);
    expect(run?.summary?.reran).to.deep.equal([
      join(out, 'runs', (await readdir(join(out, 'runs')))[0] ?? ''),
    ]);
    expect((await readLedger(ledger)).learned).to.have.length(2);

    const beside = await runCommand(['matrix', out, join(folder, 'again')]);
    expect(beside.stderr).to.match(
      /again\/\S+: runs again what had failed in .*; expected it not to be beside/,
    );
    expect(beside.code).to.equal(2);
    expect((await runCommand(['matrix', join(folder, 'again')])).code, 'told later, too').to.equal(1);

    await write('flaky', 'query-status', WRONG);
    const third = await perform('third', ...qemu(), '--ledger', ledger);
    expect(third.stdout).to.include(`own/flaky @ ${name}: fail; known to be flaky: 1 of 2 runs failed so\n`);
    expect(third.stdout).to.not.include('own/broken @ ' + name + ': fail; known');
    expect(third.code, 'the row stays red').to.equal(1);
    const shown = await runCommand(['flaky', '--ledger', ledger]);
    expect(shown.stdout).to.match(
      /^own\/flaky @ .*: 3 runs: 2 fail \([0-9a-f]{16}, last [0-9-]{10}\), 1 pass\n/,
    );
    expect(shown.stdout).to.include('\n1 flaky of 3 rows that ran more than once; 3 runs\n');
    // The other command learns the same from the same runs.
    const learned = await runCommand([
      'flaky',
      ...['out', 'again', 'third'].map((each) => join(folder, each)),
      '--json',
    ]);
    expect(JSON.parse(learned.stdout)).to.deep.equal(
      JSON.parse((await runCommand(['flaky', '--ledger', ledger, '--json'])).stdout),
    );
  });

  it('refuses another binary of the same name', async () => {
    await build('one');
    await write('broken', 'query-status', WRONG);
    expect((await perform('out', ...qemu())).code).to.equal(1);
    await build('two');
    const { code, stderr } = await perform('again', '--rerun-failed', join(folder, 'out'));
    expect(stderr).to.match(/was another binary \(digest [0-9a-f]{64}\); expected digest [0-9a-f]{64}\n$/);
    expect(code).to.equal(2);
    expect(await readdir(folder)).to.not.include('again');
  });

  it('goes on with a shard that was killed, to the end of one that was not', async () => {
    await build('one');
    for (let index = 0; index < 20; index++)
      await write(`row-${index}`, 'query-status', index % 9 === 0 ? WRONG : RIGHT);
    const shard = ['--shard', '2/2', '--jobs', '1'];
    const words = ['run', rows(), ...qemu(), '--accel', 'tcg', ...shard, '--out', join(folder, 'killed')];
    const killed = startCommand(words);
    const dir = join(folder, 'killed/runs', await firstFolder(join(folder, 'killed/runs')));
    const results = join(dir, 'results.ndjson');
    await untilLines(results, 2);
    killed.child.kill('SIGKILL');
    await killed.ended;
    // A kill may hit the middle of a write.
    await writeFile(results, '{"row":"own/ro', { flag: 'a' });
    const half = await runCommand(['matrix', join(folder, 'killed')]);
    expect(half.stderr).to.equal(
      `${dir}: not whole, not shown: results.ndjson ends in the middle of a line\n`,
    );
    expect(half.code).to.equal(3);
    const kept = (await readFile(results, 'utf8')).split('\n').slice(0, -1);
    const end = await runCommand([...words, '--resume']);
    expect(end.code, end.stderr).to.equal(1);
    expect((await readFile(results, 'utf8')).split('\n').slice(0, kept.length)).to.deep.equal(kept);
    expect((await perform('undisturbed', ...qemu(), ...shard)).code).to.equal(1);
    const [resumed, undisturbed] = await readRunsIn([join(folder, 'killed'), join(folder, 'undisturbed')]);
    expect(resumed?.summary?.shard).to.include({ index: 2, count: 2 });
    const told = (run: Run | undefined) => ({
      rows: run?.results
        .map(({ row, verdict, findings }) => JSON.stringify([row, verdict, findings]))
        .toSorted(),
      shard: run?.summary?.shard,
      counts: run?.summary?.counts,
      planned: run?.summary?.planned,
    });
    expect(told(resumed)).to.deep.equal(told(undisturbed));
    expect(told(resumed).rows).to.have.length(10);
  });
});

describe('qmp-conformance run --rerun-failed, told wrong', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const TARGET = demoTarget('10.0.0 x86_64 tcg');
  const writeRun = async (verdict: VerdictWord, notes: RunNotes = {}): Promise<readonly Run[]> => {
    const writer = await openRun(folder, TARGET, ['a'], { suite: '0.1.0', notes });
    const nothing = { findings: [], checks: 1, documented: true, duration: 1 };
    await writer.appendResult({ row: 'a', target: TARGET.name, verdict, ...nothing });
    await writer.finish();
    return readRunsIn([folder]);
  };

  it('finds nothing to do where nothing was red', async () => {
    expect(planRerun(await writeRun('known-failure'), '/elsewhere')).to.equal(undefined);
  });

  it('takes the targets as they were', async () => {
    const rerun = planRerun(await writeRun('fail'), '/elsewhere');
    const targets = { qemu: ['qemu-system-x86_64'], release: [], connect: [], accel: ['tcg'], policies: [] };
    expect(rerun?.targets).to.deep.equal(targets);
    expect([...(rerun?.failed.get(TARGET.name)?.red.keys() ?? [])]).to.deep.equal(['a']);
  });

  it('refuses to put the second run into the first, and a rerun of a rerun', async () => {
    const runs = await writeRun('fail', { reran: ['first'] });
    expect(() => planRerun(runs, folder)).to.throw(InputError, /holds .*, which is to be run again/);
    expect(() => planRerun(runs, '/elsewhere')).to.throw(
      InputError,
      /is itself a rerun, of first; expected the first run/,
    );
  });

  it('refuses no place of its own, and says where nothing was red', async () => {
    await writeRun('pass');
    const nowhere = await runCommand(['run', '--rerun-failed', folder]);
    expect(nowhere.stderr).to.match(/--rerun-failed without --out; expected a folder of its own/);
    expect(nowhere.code).to.equal(2);
    const nothing = await runCommand(['run', '--rerun-failed', folder, '--out', `${folder}-again`]);
    expect(nothing.stderr).to.equal(`nothing was red in ${folder}\n`);
    expect(nothing.code).to.equal(0);
  });
});
