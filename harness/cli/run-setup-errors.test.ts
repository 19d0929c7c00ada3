import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Context } from 'mocha';
import { findRuns, readRun } from '../results/read-run.ts';
import { processesBelow, runCommand } from './testing-cli.ts';

const BIN = fileURLToPath(new URL('bin.js', import.meta.url));

const STATUS = `-> { "execute": "query-status" }
<- { "return": { "running": false, "status": "prelaunch" } }
`;

const IMAGE = `about: A disk.
images:
  - { name: disk.qcow2, format: qcow2, size: 64M }
arguments:
  - -blockdev driver=qcow2,node-name=disk,file.driver=file,file.filename=disk.qcow2
`;

describe('qmp-conformance run, where a stage cannot be set up', function () {
  this.timeout(60_000);
  let folder = '';

  before(async () => {
    const { code, stderr } = await runCommand(['qemu', 'install']);
    expect(code, stderr).to.equal(0);
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
    await mkdir(join(folder, 'stages'));
    await mkdir(join(folder, 'rows'));
    await writeFile(join(folder, 'rows/plain.qmp'), `---\nid: own/plain\n---\n${STATUS}`);
  });
  afterEach(async () => {
    expect(await processesBelow(folder), 'QEMUs left running').to.deep.equal([]);
    await rm(folder, { recursive: true });
  });

  const addRow = async (stage: string): Promise<void> => {
    await writeFile(join(folder, 'stages/broken.yaml'), stage);
    await writeFile(join(folder, 'rows/broken.qmp'), `---\nid: own/broken\nstage: broken\n---\n${STATUS}`);
  };

  const words = (): readonly string[] => {
    const rows = [join(folder, 'rows'), '--stages', join(folder, 'stages')];
    return ['run', ...rows, '--release', '10.0', '--accel', 'tcg', '--out', join(folder, 'out')];
  };

  /** Verdict and reason of each row. */
  const verdicts = async (): Promise<ReadonlyMap<string, readonly [string, string]>> => {
    const [dir = ''] = await findRuns(join(folder, 'out'));
    const { results } = await readRun(dir);
    return new Map(results.map(({ row, verdict, reason = '' }) => [row, [verdict, reason]]));
  };

  const expectOneSetupError = async (code: number | null, output: string, reason: RegExp): Promise<void> => {
    const found = await verdicts();
    expect(found.get('own/broken')?.[0], output).to.equal('setup-error');
    expect(found.get('own/broken')?.[1]).to.match(reason);
    expect(found.get('own/plain')).to.deep.equal(['pass', '']);
    expect(code).to.equal(3);
  };

  const stages: readonly (readonly [what: string, stage: string, reason: RegExp])[] = [
    [
      'an image that cannot be made',
      'about: a\nimages:\n  - { name: disk.qcow2, format: qcow2, size: 16E }\n',
      /^stage broken: image disk\.qcow2 cannot be made: .*size/,
    ],
    [
      'an option that QEMU does not understand',
      'about: a\narguments:\n  - -smp cpus=none\n',
      /^stage broken: QEMU ended before it greeted.*cpus/s,
    ],
    [
      'a command that is refused',
      'about: a\nprepare:\n  - { execute: blockdev-del, arguments: { node-name: none } }\n',
      /^stage broken: blockdev-del on main: error GenericError/,
    ],
  ];
  for (const [what, stage, reason] of stages) {
    it(`tells ${what}, and goes on`, async () => {
      await addRow(stage);
      const { code, stdout, stderr } = await runCommand(words());
      await expectOneSetupError(code, stdout + stderr, reason);
    });
  }

  it('tells a port that is taken, and goes on', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await addRow(
        `about: a\narguments:\n  - -chardev socket,id=c,host=127.0.0.1,port=${port},server=on,wait=off\n`,
      );
      const { code, stdout, stderr } = await runCommand(words());
      await expectOneSetupError(code, stdout + stderr, /Address already in use/);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  /** Runs in a temporary folder on a file system of its own, which is gone with the process. */
  const runLimited = (context: Context, limit: string): SpawnSyncReturns<string> => {
    const full = join(folder, 'full');
    mkdirSync(full);
    const shell = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"';
    const inside = (...command: readonly string[]): readonly string[] => {
      return ['-rm', 'sh', '-c', shell, 'sh', limit, full, ...command];
    };
    const probe = spawnSync('unshare', inside('true'), { encoding: 'utf8' });
    if (probe.status !== 0) {
      const why = (probe.stderr || String(probe.error)).trim();
      if (context.test !== undefined) context.test.title += `: not on this machine: ${why}`;
      return context.skip();
    }
    const env = { ...process.env, TMPDIR: full };
    return spawnSync('unshare', inside(process.execPath, BIN, ...words()), { encoding: 'utf8', env });
  };

  it('tells a disk with no room for the image, and goes on', async function () {
    await addRow(IMAGE);
    const { status, stdout, stderr } = runLimited(this, 'size=256k');
    await expectOneSetupError(status, stdout + stderr, /No space left on device/);
  });

  it('tells a disk with no room for anything', function () {
    const { status, stdout, stderr } = runLimited(this, 'nr_inodes=1');
    expect(stdout).to.equal('');
    expect(stderr).to.match(/ENOSPC: no space left on device/);
    expect(status).to.equal(3);
  });
});
