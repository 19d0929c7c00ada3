import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCoverage } from '../coverage/coverage-json.ts';
import { writeArchive } from '../coverage/fixture-archive.ts';
import { readJson } from '../json/read-json.ts';
import { findQemus } from '../target/find-qemus.ts';
import { runCommand, type CommandEnd } from './testing-cli.ts';

function perform(...words: readonly string[]): Promise<CommandEnd> {
  return runCommand(['coverage', ...words]);
}

const STATUS = { status: 'running', running: true, singlestep: false };

describe('coverage', () => {
  let out = '';
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'qmpc-coverage-'));
    await writeArchive(join(out, 'runs/x'), {
      target: { commands: ['query-status', 'stop'], events: ['STOP'], version: '7.2.22', schema: '7.2' },
      rows: {
        'examples/a/b': [
          ['->', { execute: 'query-status' }],
          ['<-', { return: STATUS }],
          ['->', { execute: 'stop' }],
          ['<-', { error: { class: 'GenericError', desc: 'not\u001b[31m now' } }],
        ],
      },
    });
  });
  afterEach(() => rm(out, { recursive: true }));

  it('shows what was executed with success', async () => {
    const { code, stdout, stderr } = await perform(out);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.include('7.2 qemu-system-x86_64: 1 of 2 commands executed with success (50.0 %)');
    expect(stdout).to.match(/^run-state +1\/1 /m);
  });

  it('lists what was not, with the reason, and what a target said moves no cursor', async () => {
    const { stdout } = await perform('--missing', 'commands', out);
    expect(stdout).to.include('  misc/stop: static: only errors: GenericError: not\\u001b[31m now\n');
    expect(stdout).to.include('  block-core/query-block: absent: absent from the introspection of');
    expect(stdout).not.to.include('query-status');
  });

  it('writes a page, and what it wrote is what it is compared with', async () => {
    const json = join(out, 'before.json');
    const page = join(out, 'page.md');
    await writeFile(json, (await perform('--json', out)).stdout);
    const { stdout } = await perform('--against', json, '--markdown', page, out);
    expect(stdout).to.include(`7.2 qemu-system-x86_64 since ${json}: 0 gained, 0 lost`);
    expect(await readFile(page, 'utf8')).to.include('| misc | stop | static | only errors');
  });

  const CODES: readonly (readonly [words: readonly string[], code: number, says: string])[] = [
    [['--at-least', '50'], 0, ''],
    [['--at-least', '50.1'], 1, ''],
    [['--at-least', '101'], 2, 'expected a percentage from 0 to 100'],
    [['--at-least', 'x'], 2, 'expected a percentage from 0 to 100'],
    [['--missing', 'tea'], 2, 'Allowed choices are commands'],
    [['--by', 'tea'], 2, 'Allowed choices are commands'],
    [['--against', 'absent.json'], 2, "absent.json: not there; expected what 'coverage --json' wrote"],
    [['absent'], 2, 'absent: no run archive'],
  ];
  for (const [words, code, says] of CODES) {
    it(`${words.join(' ')}: ${code}`, async () => {
      const end = await perform(...words, out);
      expect(end.code, end.stderr).to.equal(code);
      expect(end.stderr).to.include(says);
    });
  }
});

describe('coverage of a run', function () {
  this.timeout(600_000);
  let out = '';
  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
    out = await mkdtemp(join(tmpdir(), 'qmpc-coverage-'));
  });
  after(() => rm(out, { recursive: true }));

  it('knows what each release has, and sees what its rows say', async () => {
    const versions = (await findQemus()).binaries.map(({ version }) => version);
    expect(versions).not.to.deep.equal([]);
    const rows = ['--grep', 'examples/qom/qom-list*', '--grep', 'examples/machine-s390x/**'];
    const run = await runCommand(['run', '--accel', 'tcg', ...rows, '--out', out]);
    expect(run.code, run.stderr).to.equal(0);
    const { code, stdout, stderr } = await perform('--json', out);
    expect(code, stderr).to.equal(0);
    const columns = readCoverage(readJson(stdout), 'coverage');
    for (const version of versions) {
      const release = version.split('.').slice(0, 2).join('.');
      const column = columns.find((one) => one.release === release && one.program === 'qemu-system-x86_64');
      const commands = (column?.items ?? []).filter(({ counter }) => counter === 'command/success');
      const state = (name: string) => commands.find((one) => one.name === name)?.state;
      expect(state('qom-list'), version).to.equal('live');
      expect(state('qmp_capabilities'), version).to.equal('live');
      expect(state('blockdev-add'), version).to.equal('static');
      // Windows only: no build here has it.
      if (commands.some(({ name }) => name === 'get-win32-socket'))
        expect(state('get-win32-socket'), version).to.equal('absent');
      const had = commands.filter((one) => one.state !== 'absent');
      expect(had.length, version).to.be.above(150);
    }
    expect(columns.map(({ program }) => program)).to.include('qemu-system-s390x');
  });
});
