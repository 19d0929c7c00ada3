import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { writeScript } from '../target/fake-machine.ts';
import type { QemuPrograms } from '../target/qemu-binary.ts';
import { killAllQemus, QemuStartError } from '../target/server-process.ts';
import { installedReleases, PATIENCE } from './fixture-releases.ts';
import { offerMonitor, transportsOf } from './offer-monitor.ts';
import { findLack, TransportLacking } from './transport-errors.ts';
import type { Program, Transport } from './transport.ts';

const SYSTEM = transportsOf('system');

function transport(name: string): Transport {
  const found = SYSTEM.find((known) => known.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('offerMonitor that fails', () => {
  let dir: string;

  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'transport-test-'))));
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  /** A program that is a shell script. */
  const fake = (script: string): QemuPrograms => {
    const path = join(dir, 'qemu');
    writeScript(path, `#!/bin/sh\n${script}\n`);
    const command = [path];
    return {
      command,
      env: {},
      dataArgs: [],
      qemuImg: [],
      storageDaemon: command,
      path,
      findProgram: () => command,
    };
  };

  /** Why no connection comes about, whether the offer or its client tells it. */
  const fail = async (
    over: Transport,
    program: Program,
    binary: QemuPrograms,
    options: { readonly dir?: string; readonly patience?: number } = {},
  ): Promise<unknown> => {
    const settings = { dir, patience: PATIENCE, ...options };
    try {
      const monitor = await offerMonitor(over, program, binary, settings);
      try {
        await monitor.connect(settings.patience);
        return 'a connection';
      } finally {
        await monitor.close();
      }
    } catch (error) {
      return error;
    }
  };

  // A socket pair, the pipes of a process and datagrams are there whatever the program does.
  const ALWAYS_THERE = ['fd', 'stdio', 'udp'];
  const listening = SYSTEM.filter(({ name }) => !ALWAYS_THERE.includes(name));

  for (const over of listening) {
    it(`${over.name}: tells the words of a program that ends`, async () => {
      const error = await fail(over, 'system', fake('echo "qemu-fake: no room" >&2; exit 3'));
      expect(error).instanceOf(QemuStartError);
      if (!(error instanceof QemuStartError)) return;
      expect(error.message).to.contain('exit status 3: qemu-fake: no room');
      expect(error.end.code).to.equal(3);
      expect(readdirSync(dir)).to.deep.equal(['qemu']);
    });

    it(`${over.name}: tells of a program that does nothing, in time, and ends it`, async () => {
      const pid = join(dir, 'pid');
      const error = await fail(over, 'system', fake(`echo $$ > ${pid}; exec sleep 60`), { patience: 150 });
      expect(error).instanceOf(SetupError);
      expect(readdirSync(dir).sort()).to.deep.equal(['pid', 'qemu']);
      expect(existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`)).to.equal(false);
    });
  }

  it('tells what a build lacks apart from what is wrong', async () => {
    const words = "qemu-fake: -chardev x: 'x' is not a valid char driver name";
    const error = await fail(transport('unix'), 'system', fake(`echo "${words}" >&2; exit 1`));
    expect(error).instanceOf(TransportLacking).with.property('reason', words);
  });

  it('takes a program that was killed for no lack', async () => {
    const error = await fail(
      transport('unix'),
      'system',
      fake(`echo "'x' is not a valid char driver name" >&2; kill -ABRT $$`),
    );
    expect(error).instanceOf(QemuStartError).with.nested.property('end.signal', 'SIGABRT');
  });

  const setup: readonly (readonly [
    title: string,
    over: Transport,
    program: Program,
    binary: () => QemuPrograms,
    message: string,
  ])[] = [
    [
      'a transport that nobody knows',
      { ...transport('unix'), name: 'pigeon' },
      'system',
      () => fake('exit'),
      'system over pigeon; expected one of unix, ',
    ],
    [
      'a transport of another program',
      transport('tcp'),
      'guest-agent',
      () => fake('exit'),
      'guest-agent over tcp; expected one of unix, isa-serial, virtio-serial, vsock',
    ],
    [
      'a program that cannot be started',
      transport('tcp'),
      'system',
      () => ({ ...fake('exit'), command: [join(tmpdir(), 'no', 'such', 'program')] }),
      'QEMU ended before it offered its monitor',
    ],
    [
      'no storage daemon',
      transport('unix'),
      'storage-daemon',
      () => ({ ...fake('exit'), storageDaemon: undefined }),
      'no storage daemon is with it',
    ],
    [
      'no guest agent',
      transport('unix'),
      'guest-agent',
      () => ({ ...fake('exit'), findProgram: () => undefined }),
      'no guest agent is with it',
    ],
    [
      'an agent that does not list its commands',
      transport('unix'),
      'guest-agent',
      () => fake('echo "no list" >&2; exit 1'),
      'the guest agent does not list its commands: no list',
    ],
  ];
  for (const [title, over, program, binary, message] of setup) {
    it(`tells of ${title}`, async () => {
      const error = await fail(over, program, binary());
      expect(error).instanceOf(SetupError);
      expect(String(error)).to.contain(message);
      expect(readdirSync(dir).filter((name) => name !== 'qemu')).to.deep.equal([]);
    });
  }

  it('tells of a folder that is not there', async () => {
    const error = await fail(transport('unix'), 'system', fake('exit'), { dir: join(dir, 'none') });
    expect(String(error)).to.contain('ENOENT').and.contain('expected a folder to write to');
  });

  for (const over of SYSTEM.filter(({ reconnects }) => !reconnects)) {
    it(`${over.name}: has no second client`, async () => {
      const binary = installedReleases().at(-1);
      if (binary === undefined) return;
      const monitor = await offerMonitor(over, 'system', binary, { dir, patience: PATIENCE });
      (await monitor.connect(PATIENCE)).destroy();
      const error: unknown = await monitor.connect(PATIENCE).catch((e: unknown) => e);
      await monitor.close();
      expect(String(error)).to.contain(`${over.name}: a second client; expected one`);
    });
  }

  it('tells a client of a process that is gone', async () => {
    const binary = installedReleases().at(-1);
    if (binary === undefined) return;
    for (const name of ['unix', 'tcp', 'unix-client', 'pty']) {
      const monitor = await offerMonitor(transport(name), 'system', binary, { dir, patience: PATIENCE });
      (await monitor.connect(PATIENCE)).destroy();
      await monitor.process.kill();
      const error: unknown = await monitor.connect(PATIENCE).catch((e: unknown) => e);
      expect(error, name).instanceOf(QemuStartError);
      await monitor.close();
      await monitor.close();
    }
  });

  it('lets a client wait no longer than it was told, and the process live', async () => {
    const binary = installedReleases().at(-1);
    if (binary === undefined) return;
    const monitor = await offerMonitor(transport('tls'), 'system', binary, { dir, patience: PATIENCE });
    await monitor.connect(PATIENCE);
    // The program lets one in at a time, and the handshake of the next goes unanswered.
    const error: unknown = await monitor.connect(150).catch((e: unknown) => e);
    expect(String(error)).to.contain('tls: no end of the handshake within ');
    expect(existsSync(`/proc/${monitor.process.pid ?? 0}`)).to.equal(true);
    await monitor.close();
  });
});

describe('findLack', () => {
  const cases: readonly (readonly [stderr: string, lack: string | undefined])[] = [
    ['', undefined],
    ['qemu: -chardev udp,id=a: Failed to bind socket: Address already in use', undefined],
    ["qemu: -chardev pipe,id=a,path=x: Could not open 'x': No such file or directory", undefined],
    ['qemu: warning: old\nqemu: spice not enabled\n', 'qemu: spice not enabled'],
    ["qemu: Invalid parameter 'websocket'", "qemu: Invalid parameter 'websocket'"],
    ['qemu: invalid object type: tls-creds-x509', 'qemu: invalid object type: tls-creds-x509'],
  ];
  for (const [stderr, lack] of cases) {
    it(JSON.stringify(stderr), () => expect(findLack(stderr)).to.equal(lack));
  }
});
