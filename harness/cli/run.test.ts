import { mkdtemp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { shareOfDocumented } from '../compat/documented-counts.ts';
import type { Matrix, RanTarget } from '../compat/matrix.ts';
import { valueAt } from '../json/pointer.ts';
import { readJson } from '../json/read-json.ts';
import { readDialogue } from '../results/read-dialogue.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import { LACKING } from '../replay/performance.ts';
import { findQemus } from '../target/find-qemus.ts';
import { baseArguments, startQemu } from '../target/start-qemu.ts';
import { processesBelow, runCommand, startCommand } from './testing-cli.ts';
import { firstFolder, nextTurn, untilLines } from './testing-waiting.ts';

/** What the project promises of the examples that are valid in their own release and need no hardware. */
const DOCUMENTED_SHARE = 0.95;
/** What may need hardware or a hypervisor that is absent, of one release. */
const HARDWARE_ROWS = 15;
/** Peak memory of the harness, in megabytes. */
const MEMORY = 300;

/** Rows of query-migrate, and the state in which each must really be performed. */
const MIGRATION_STATES: readonly (readonly [row: string, status: string | undefined])[] = [
  ['before-first-migration', undefined],
  ['migration-performed', 'active'],
  ['migration-done-succeeded', 'completed'],
  ['migration-done-failed', 'failed'],
];

describe('qmp-conformance run, on real QEMUs', function () {
  this.timeout(600_000);
  let folder = '';
  let temp = '';

  before(async () => {
    // What the README's lines do by themselves on a machine without QEMU; a second time it costs nothing.
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
    temp = join(folder, 'tmp');
    await mkdir(temp);
  });
  afterEach(async () => {
    expect(await processesBelow(folder), 'QEMUs left running').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  it('replays every recording on every release, and makes the matrix', async () => {
    const out = join(folder, 'out');
    const run = await runCommand(['run', '--accel', 'tcg', '--suite', 'examples', '--out', out], {
      TMPDIR: temp,
    });
    expect(run.code, run.stdout + run.stderr).to.equal(0);
    const matrix = JSON.parse((await runCommand(['matrix', '--json', out])).stdout) as Matrix;
    const ran = matrix.targets.filter((target): target is RanTarget => target.state === 'run');
    const { binaries } = await findQemus();
    expect(ran.map(({ facts }) => facts.version)).to.deep.equal(binaries.map(({ version }) => version));
    for (const { name, documented } of ran) {
      expect(shareOfDocumented(documented), name).to.be.at.least(DOCUMENTED_SHARE);
      expect(documented.hardware, name).to.be.at.most(HARDWARE_ROWS);
    }
    const cells = matrix.rows.flatMap(({ cells }) => cells);
    expect(
      cells.filter((cell) => cell === undefined),
      'cells that were not run',
    ).to.deep.equal([]);
    expect(
      cells.filter((cell) => cell?.checks === 0),
      'cells that assert nothing',
    ).to.deep.equal([]);
    for (const dir of await findRuns(out)) {
      const archive = await readRun(dir);
      for (const [row, status] of MIGRATION_STATES) {
        const dialogue = await readDialogue(archive, `examples/migration/query-migrate/${row}`);
        const reply = dialogue.findLast(({ phase, direction }) => phase === undefined && direction === '<-');
        const value = valueAt(readJson(reply?.text ?? 'null'), '/return/status');
        expect(value, `${row} @ ${archive.target.name}`).to.equal(status);
      }
    }
    // A stage that no target has what it needs for is a mistyped stage, not one that does not apply.
    const nowhere = matrix.rows.filter(({ cells }) =>
      cells.every((cell) => cell?.reason?.startsWith(LACKING)),
    );
    expect(nowhere.map(({ row }) => row)).to.deep.equal([]);
    const memory = Number(/harness: (\d+) MB/.exec(run.stdout)?.[1]);
    expect(memory).to.be.within(1, MEMORY);
    expect(await readFile(join(out, 'matrix.md'), 'utf8')).to.include('examples/migration/query-migrate');
    expect(await readFile(join(out, 'index.html'), 'utf8')).to.match(/^<!doctype html>/);
  });

  it('ends at Ctrl-C with what was finished on disk, and goes on with --resume', async () => {
    const out = join(folder, 'out');
    const words = [
      'run',
      '--release',
      '10.0',
      '--accel',
      'tcg',
      '--grep',
      'examples/{control,qom,char,machine,block,block-core}/**',
      '--out',
      out,
    ];
    const running = startCommand(words, { TMPDIR: temp });
    const results = join(out, 'runs', await firstFolder(join(out, 'runs')), 'results.ndjson');
    await untilLines(results, 1);
    running.child.kill('SIGINT');
    const end = await running.ended;
    expect(end.code, end.stderr).to.equal(130);
    const finished = (await readFile(results, 'utf8')).trimEnd().split('\n');
    expect(await processesBelow(folder)).to.deep.equal([]);
    const again = await runCommand([...words, '--resume'], { TMPDIR: temp });
    expect(again.code, again.stderr).to.equal(0);
    const whole = (await readFile(results, 'utf8')).trimEnd().split('\n');
    expect(whole.slice(0, finished.length)).to.deep.equal(finished);
    expect(whole.length).to.be.above(finished.length);
  });

  it('leaves no QEMU behind when it is killed', async () => {
    const out = join(folder, 'out');
    const running = startCommand(['run', '--release', '10.0', '--accel', 'tcg', '--out', out], {
      TMPDIR: temp,
    });
    const runs = join(out, 'runs');
    await untilLines(join(runs, await firstFolder(runs), 'results.ndjson'), 1);
    running.child.kill('SIGKILL');
    await running.ended;
    const until = Date.now() + 5000;
    while (Date.now() < until && (await processesBelow(folder)).length > 0) await nextTurn();
    // afterEach looks again, and fails if one is left.
  });

  it('replays queries on a server that somebody else started', async () => {
    const { binaries } = await findQemus();
    const binary = binaries.at(-1);
    if (binary === undefined) throw new Error('no QEMU');
    const dir = await mkdtemp(join(temp, 'q-'));
    const args = [...baseArguments('tcg'), '-machine', 'pc', '-qmp', 'unix:s,server=on,wait=off'];
    const qemu = await startQemu(binary, args, { dir });
    try {
      const words = ['run', '--connect', `unix:${join(dir, 's')}`, '--grep', 'examples/{control,misc}/**'];
      const run = await runCommand([...words, '--out', join(folder, 'out'), '--json'], { TMPDIR: temp });
      const matrix = JSON.parse(run.stdout) as Matrix;
      const verdicts = new Map(matrix.rows.map(({ row, cells }) => [row, cells[0]?.verdict]));
      expect(verdicts.get('examples/control/query-version')).to.equal('pass');
      expect(verdicts.get('examples/control/quit')).to.equal('not-applicable');
      expect((await qemu.connection.negotiate()).kind).to.equal('success');
    } finally {
      await qemu.kill();
    }
  });
});

describe('qmp-conformance, told wrong', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const recording = '---\nid: examples/a/b\nsource: [{ document: d, definition: stop, releases: "10.0" }]\n';
  const cases: readonly (readonly [
    title: string,
    words: readonly string[],
    code: number,
    message: string,
  ])[] = [
    ['an unknown command', ['rnu'], 2, "unknown command 'rnu'\n(Did you mean run?)"],
    [
      'an unknown option',
      ['run', '--relase', '10.0'],
      2,
      "unknown option '--relase'\n(Did you mean --release?)",
    ],
    [
      'a release that is no version',
      ['run', '--release', 'ten'],
      2,
      "release 'ten'; expected one such as 7.2",
    ],
    ['an accelerator that is none', ['run', '--accel', 'hax'], 2, "'hax'; expected some of tcg,kvm"],
    ['a shard that is none', ['run', '--shard', '3/2'], 2, "--shard '3/2'; expected I/N"],
    ['no jobs', ['run', '--jobs', '0'], 2, "'0'; expected a whole number from 1 to 99999"],
    [
      'a glob that means nothing',
      ['run', '--grep', 'examples/migartion/**'],
      2,
      "--grep 'examples/migartion/**' means none",
    ],
    [
      'a recording that is not there',
      ['run', 'no/such.qmp'],
      2,
      'no/such.qmp: not there; expected a recording',
    ],
    ['a binary that is none', ['run', '--qemu', '/no/such/qemu'], 2, "'/no/such/qemu' is no program"],
    [
      'an address of another form',
      ['run', '--connect', 'here'],
      2,
      "address 'here'; expected unix:PATH or tcp:HOST:PORT",
    ],
    ['a server that is not there', ['run', '--connect', 'unix:/no/such/socket'], 3, 'nothing answers there'],
    [
      'a mistyped stage',
      ['run', 'FOLDER/stage.qmp'],
      2,
      "stage.qmp: stage 'baer' is not known; expected 'bare'",
    ],
    ['a mistyped key', ['run', 'FOLDER/key.qmp'], 2, "key.qmp:4:1: unknown key 'stgae'"],
    ['a message without its end', ['run', 'FOLDER/end.qmp'], 2, 'end.qmp:6:1: end of text'],
  ];
  for (const [title, words, code, message] of cases) {
    it(`says so of ${title}`, async () => {
      await writeFile(join(folder, 'stage.qmp'), `${recording}stage: baer\n---\n-> { "execute": "stop" }\n`);
      await writeFile(join(folder, 'key.qmp'), `${recording}stgae: bare\n---\n-> { "execute": "stop" }\n`);
      await writeFile(join(folder, 'end.qmp'), `${recording}---\n-> { "execute": "stop"\n`);
      const out = join(folder, 'out');
      const full = words.map((word) => word.replace('FOLDER', folder));
      const end = await runCommand(words[0] === 'run' ? [...full, '--out', out, '--no-install'] : full);
      expect(end.stderr).to.include(message);
      expect(end.stderr).not.to.include('    at ');
      expect(end.code).to.equal(code);
      expect(await stat(out).catch(() => undefined), 'nothing is run').to.equal(undefined);
    });
  }

  it('names three ways out when there is no QEMU at all', async () => {
    const env = { PATH: folder, QMP_CONFORMANCE_CACHE: join(folder, 'cache') };
    const end = await runCommand(['run', '--no-install', '--out', join(folder, 'out')], env);
    expect(end.code).to.equal(3);
    expect(end.stderr).to.match(/install the package qemu-system-x86.*--qemu PATH.*--connect ADDRESS/s);
  });

  it('shows a binary that does not start as not run, once', async () => {
    const broken = join(folder, 'qemu-system-x86_64');
    await writeFile(broken, '#!/bin/sh\necho "no luck today" >&2\nexit 4\n', { mode: 0o755 });
    const end = await runCommand(['run', '--qemu', broken, '--out', join(folder, 'out')]);
    expect(end.code).to.equal(3);
    expect(end.stderr.match(/no luck today/g)).to.have.lengthOf(1);
    expect(end.stderr).to.include('exit status 4');
  });
});
