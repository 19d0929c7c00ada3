import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { QmpConnection } from '../qmp/connection.ts';
import { findOnPath } from '../target/child-process.ts';
import { openEndpoint } from '../target/connect-endpoint.ts';
import { writeScript } from '../target/fake-machine.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { baseArguments, startQemu, type RunningQemu } from '../target/start-qemu.ts';
import { launcherOf, writeLauncher } from '../target/write-launcher.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { connectTo } from '../transport/wait-for.ts';
import { processesBelow, runCommand, startCommand } from './testing-cli.ts';
import { startRecord } from './testing-record.ts';

const PATIENCE = 20_000;
const binaries = readReleases(cacheFolder()).map(binaryOfRelease);
const newest = binaries.at(-1);

describe('qmp-conformance record, with real programs', function () {
  this.timeout(60_000);
  let dir = '';
  let file = '';

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-'));
    file = join(dir, 'a.qmp');
  });
  afterEach(async () => {
    expect(await processesBelow(dir), 'programs left running').to.deep.equal([]);
    rmSync(dir, { recursive: true });
  });

  const path = (name: string): string => join(dir, name);
  const read = (): Transcript => readTranscript(readFileSync(file, 'utf8'), file);
  const marks = (): readonly string[] =>
    (read().marks ?? []).map(({ what }) => ('of' in what ? `${what.kind} ${what.of}` : what.kind));
  const texts = (direction: string): readonly string[] =>
    read()
      .messages.filter((one) => one.direction === direction)
      .map(({ text }) => text);
  const connectClient = async (name = 'client'): Promise<QmpConnection> => {
    const connection = new QmpConnection(await openEndpoint(`unix:${path(name)}`, PATIENCE));
    await connection.waitForGreeting(PATIENCE);
    return connection;
  };
  const startMonitored = (binary: QemuBinary): Promise<RunningQemu> =>
    startQemu(
      binary,
      [...baseArguments('tcg'), '-machine', 'pc', '-S', '-qmp', 'unix:server,server=on,wait=off'],
      { dir },
    );
  /** A program that starts QEMU in the folder of the test, as a user has one on PATH. */
  const wrap = ({ command, env, dataArgs }: QemuBinary): string => {
    const quoted = [...command, ...dataArgs].map((word) => `'${word}'`).join(' ');
    const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
    writeScript(path('qemu'), `#!/bin/sh\ncd '${dir}'\n${settings.join('')}exec ${quoted} "$@"\n`);
    return path('qemu');
  };
  const route = (): readonly string[] => [
    '--listen',
    `unix:${path('client')}`,
    '--connect',
    `unix:${path('server')}`,
    '-o',
    file,
  ];

  it('has nothing to learn from without a QEMU', async () => {
    for (const words of [
      ['--listen', `unix:${path('a')}`, '--connect', `unix:${path('b')}`],
      ['--connect', `unix:${path('b')}`, '--', 'cat', '{}'],
    ]) {
      const { code, stderr } = await runCommand(['record', '--learn', '-o', file, ...words]);
      expect([code, stderr]).to.deep.equal([
        2,
        'qmp-conformance: --learn without a QEMU to learn from; expected its command behind --\n',
      ]);
    }
  });

  it('has releases to be tried with', () => expect(binaries).not.to.deep.equal([]));

  for (const binary of binaries) {
    it(`records QEMU ${binary.version}, with descriptors, without a difference to the client`, async () => {
      const qemu = await startMonitored(binary);
      const recorder = await startRecord(route());
      const client = await connectClient();
      await client.negotiate([], PATIENCE);
      writeFileSync(path('handed'), 'x');
      const handed = openSync(path('handed'), 'r+');
      const pipe = openSync('/dev/null', 'r+');
      const added = await client.execute('add-fd', { 'fdset-id': 1 }, PATIENCE, handed);
      const got = await client.execute('getfd', { fdname: 'mine' }, PATIENCE, pipe);
      closeSync(handed);
      closeSync(pipe);
      const sets = await client.execute('query-fdsets', undefined, PATIENCE);
      const schema = await client.execute('query-qmp-schema', undefined, PATIENCE);
      await client.execute('closefd', { fdname: 'mine' }, PATIENCE);
      await client.execute('quit', undefined, PATIENCE);
      await client.closed;
      await qemu.exited;
      const { code } = await recorder.stop();
      expect(code).to.equal(0);
      expect([added.kind, got.kind, schema.kind]).to.deep.equal(['success', 'success', 'success']);
      expect(JSON.stringify(sets)).to.contain('"fdset-id":1');
      expect(marks()).to.deep.equal(['opened', 'descriptor file', 'descriptor device', 'closed']);
      expect(read().head.recorded?.server?.split(' ')[0]).to.equal(binary.version);
      expect(texts('->').map((text) => /"execute": ?"([^"]+)"/.exec(text)?.[1])).to.deep.equal([
        'qmp_capabilities',
        'add-fd',
        'getfd',
        'query-fdsets',
        'query-qmp-schema',
        'closefd',
        'quit',
      ]);
      expect(texts('<-').some((text) => text.length > 100_000)).to.equal(true);
    });

    it(`learns on QEMU ${binary.version} what changes by itself`, async () => {
      await writeLauncher(path('qemu'), launcherOf(binary));
      const qemu = [path('qemu'), ...baseArguments('tcg'), '-machine', 'pc', '-S'];
      const words = [
        'record',
        '--learn',
        '-o',
        file,
        '--',
        ...qemu,
        '-qmp',
        'unix:client,server=on,wait=off',
      ];
      const running = startCommand(words, {}, ['sh', '-c', `cd '${dir}' && exec "$@"`, 'sh']);
      const exited = running.ended.then(() => ({ command: [], code: 0, signal: null, stderr: '' }));
      const client = new QmpConnection(await connectTo({ exited }, { path: path('client') }, PATIENCE));
      await client.waitForGreeting(PATIENCE);
      await client.negotiate([], PATIENCE);
      await client.execute('query-cpus-fast', undefined, PATIENCE);
      await client.execute('quit', undefined, PATIENCE);
      const { code, stderr } = await running.ended;
      expect(code, stderr).to.equal(0);
      expect(read().head.match).to.deep.equal([{ at: '/4/return/0/thread-id', as: 'integer' }]);
    });

    it(`starts QEMU ${binary.version} itself, and finds its monitors`, async () => {
      const monitors = [
        ...['-qmp', 'unix:client,server,nowait'],
        ...[
          '-chardev',
          'socket,id=second,path=second,server=on,wait=off',
          '-mon',
          'chardev=second,mode=control',
        ],
      ];
      const words = [
        'record',
        '-o',
        file,
        '--',
        wrap(binary),
        ...baseArguments('tcg'),
        '-machine',
        'pc',
        '-S',
        ...monitors,
      ];
      // The sockets are where QEMU would have them: in its folder, which is ours.
      const running = startCommand(words, {}, ['sh', '-c', `cd '${dir}' && exec "$@"`, 'sh']);
      const exited = running.ended.then(() => ({ command: [], code: 0, signal: null, stderr: '' }));
      const [first, second] = await Promise.all(
        ['client', 'second'].map(
          async (name) => new QmpConnection(await connectTo({ exited }, { path: path(name) }, PATIENCE)),
        ),
      );
      for (const client of [first, second]) {
        await client?.waitForGreeting(PATIENCE);
        await client?.negotiate([], PATIENCE);
      }
      await second?.execute('quit', undefined, PATIENCE);
      const { code, stderr } = await running.ended;
      expect(code, stderr).to.equal(0);
      expect(stderr).to.contain('messages on 2 connections');
      expect(new Set(read().messages.map(({ connection }) => connection))).to.deep.equal(new Set([0, 1]));
      expect(existsSync(path('client'))).to.equal(false);
    });
  }

  describe('a command', () => {
    const client = `import json, socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); f = s.makefile('rw')
print(json.loads(f.readline())['QMP']['version']['qemu']['major'])
for name in ['qmp_capabilities', 'query-status']:
    f.write(json.dumps({'execute': name})); f.flush()
    print(json.loads(f.readline()))
sys.exit(7)
`;

    it('is started as a client, gets the socket, and gives its exit code', async function () {
      if (newest === undefined || findOnPath('python3') === undefined) this.skip();
      const qemu = await startMonitored(newest);
      writeFileSync(path('client.py'), client);
      const { code, stdout } = await runCommand([
        'record',
        '--connect',
        `unix:${path('server')}`,
        '-o',
        file,
        '--',
        'python3',
        path('client.py'),
        '{}',
      ]);
      await qemu.kill();
      expect(stdout).to.contain("'status': 'prelaunch'");
      expect(code).to.equal(7);
      expect(texts('->')).to.deep.equal(['{"execute": "qmp_capabilities"}', '{"execute": "query-status"}']);
      expect(marks()).to.deep.equal(['opened', 'closed']);
    });

    const ends: readonly (readonly [what: string, script: string, code: number])[] = [
      ['an exit code', 'exit 5', 5],
      ['a signal', 'kill -TERM $$', 143],
    ];
    for (const [what, script, code] of ends) {
      it(`passes on ${what}`, async () => {
        writeScript(path('qemu'), `#!/bin/sh\n${script}\n`);
        const end = await runCommand([
          'record',
          '-o',
          file,
          '--',
          path('qemu'),
          '-qmp',
          `unix:${path('client')},server=on`,
        ]);
        expect(end.code).to.equal(code);
        expect(end.stderr).to.contain('no client came');
      });
    }

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`gets ${signal}, and is waited for`, async () => {
        const script = `trap 'exit 9' INT TERM\necho ready\nwhile :; do sleep 0.05; done`;
        writeScript(path('qemu'), `#!/bin/sh\n${script}\n`);
        // Without a terminal, as under a supervisor.
        const { child, ended } = startCommand(
          ['record', '-o', file, '--', path('qemu'), '-qmp', `unix:${path('client')},server=on`],
          {},
          ['setsid'],
        );
        if (child.stdout !== null) await once(child.stdout, 'data');
        child.kill(signal);
        expect((await ended).code).to.equal(9);
      });
    }

    it('does not outlive us', async () => {
      writeScript(path('qemu'), `#!/bin/sh\ncd '${dir}'\necho ready\nexec sleep 60\n`);
      const { child, ended } = startCommand([
        'record',
        '-o',
        file,
        '--',
        path('qemu'),
        '-qmp',
        `unix:${path('client')},server=on`,
      ]);
      if (child.stdout !== null) await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await ended;
      expect(await processesBelow(dir)).to.deep.equal([]);
    });
  });
});
