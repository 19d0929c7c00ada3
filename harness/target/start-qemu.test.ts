import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isJsonObject } from '../json/value.ts';
import { findOnPath } from './child-process.ts';
import { findQemus } from './find-qemus.ts';
import type { QemuBinary, QemuPrograms } from './qemu-binary.ts';
import { killAllQemus, QemuStartError } from './server-process.ts';
import { baseArguments, startQemu } from './start-qemu.ts';

const ARGS = [...baseArguments('tcg'), '-machine', 'none', '-S'];
const PATIENCE = 10_000;

describe('startQemu', () => {
  let dir: string;
  let binaries: readonly QemuBinary[];

  before(async () => {
    ({ binaries } = await findQemus());
    expect(binaries, 'no QEMU is here; run qmp-conformance qemu install').not.to.deep.equal([]);
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'start-'));
  });
  afterEach(async () => {
    await killAllQemus();
    rmSync(dir, { recursive: true });
  });

  /** The newest of those here. */
  const newest = (): QemuBinary => {
    const binary = binaries.at(-1);
    if (binary === undefined) throw new Error('no QEMU');
    return binary;
  };
  const shell = (script: string): QemuPrograms => ({
    command: ['sh', '-c', script, 'sh'],
    env: {},
    dataArgs: [],
    qemuImg: undefined,
    storageDaemon: undefined,
    findProgram: () => undefined,
    path: 'sh',
  });
  const failure = (promise: Promise<unknown>): Promise<QemuStartError> =>
    promise.then(
      () => expect.fail('it started'),
      (error: unknown) => {
        expect(error).to.be.instanceOf(QemuStartError);
        return error as QemuStartError;
      },
    );

  it('starts, asks and quits every QEMU that is here', async () => {
    for (const binary of binaries) {
      const qemu = await startQemu(binary, ARGS, { dir });
      expect(qemu.greeting.version).to.equal(binary.version);
      await qemu.connection.negotiate([], PATIENCE);
      const { value } = await qemu.connection.execute('query-name', undefined, PATIENCE);
      expect(isJsonObject(value) && value['return']).to.deep.equal({});
      const end = await qemu.quit(PATIENCE);
      expect([end.code, end.signal], binary.version).to.deep.equal([0, null]);
    }
  });

  it('gives it a surrounding of its own', async () => {
    const qemu = await startQemu(newest(), ARGS, { dir });
    const environment = readFileSync(`/proc/${qemu.pid}/environ`, 'utf8').split('\0');
    // Node hands its own coverage setting to every child, whatever environment is asked for.
    const allowed = [
      'PATH',
      'HOME',
      'TMPDIR',
      'LANG',
      'PWD',
      'NODE_V8_COVERAGE',
      ...Object.keys(newest().env),
    ];
    for (const line of environment) expect(['', ...allowed]).to.include(line.replace(/=.*/s, ''));
    expect(environment).to.include.members([`HOME=${dir}`, `TMPDIR=${dir}`, 'LANG=C']);
    expect(readlinkSync(`/proc/${qemu.pid}/cwd`)).to.equal(dir);
    expect(readFileSync(`/proc/${qemu.pid}/cmdline`, 'utf8').split('\0').slice(0, -1)).to.deep.equal(
      qemu.command,
    );
  });

  it('greets on every monitor, and shows all to the observer', async () => {
    const wire = new Map<string, string>();
    const qemu = await startQemu(newest(), ARGS, {
      dir,
      extraMonitors: [{ name: 'second' }, { name: 'pretty', pretty: true }],
      observer: (connection, direction, bytes) => {
        const before = wire.get(connection) ?? '';
        // A message may come in several chunks: one arrow for what goes the same way.
        const turn = before.lastIndexOf('->') > before.lastIndexOf('<-') ? '->' : '<-';
        wire.set(
          connection,
          `${before}${before !== '' && turn === direction ? '' : direction}${bytes.toString()}`,
        );
      },
    });
    expect([...qemu.monitors.keys()]).to.deep.equal(['second', 'pretty']);
    for (const monitor of qemu.monitors.values()) {
      expect((await monitor.waitForGreeting(PATIENCE)).version).to.equal(qemu.greeting.version);
      await monitor.negotiate([], PATIENCE);
    }
    expect([...wire.keys()].sort()).to.deep.equal(['main', 'pretty', 'second']);
    expect(wire.get('second')).to.match(/^<-\{"QMP".*->\{"execute":"qmp_capabilities".*<-\{"return"/s);
    expect(wire.get('pretty')).to.contain('\n    "QMP": {');
    expect(wire.get('main'), 'untouched').not.to.contain('->');
  });

  it('enables out-of-band', async () => {
    const qemu = await startQemu(newest(), ARGS, { dir });
    expect(qemu.greeting.capabilities).to.deep.equal(['oob']);
    await qemu.connection.negotiate(['oob'], PATIENCE);
    await qemu.connection.send('{"exec-oob": "query-name"}');
    expect((await qemu.connection.next(PATIENCE)).kind, 'query-name does not allow it').to.equal('error');
  });

  it('kills', async () => {
    const qemu = await startQemu(newest(), ARGS, { dir });
    const end = await qemu.kill();
    expect(end).to.include({ code: null, signal: 'SIGKILL' });
    await qemu.connection.closed;
    expect(await qemu.exited).to.equal(end);
    expect(await qemu.kill(), 'again').to.equal(end);
  });

  it('kills what does not quit', async () => {
    const qemu = await startQemu(newest(), ARGS, { dir });
    // Not negotiated: quit is refused.
    expect(await qemu.quit(PATIENCE)).to.include({ signal: 'SIGKILL' });
  });

  it('kills all that run', async () => {
    const started = await Promise.all([1, 2, 3].map(() => startQemu(newest(), ARGS, { dir })));
    await killAllQemus();
    for (const { exited } of started) expect(await exited).to.include({ signal: 'SIGKILL' });
    await killAllQemus();
  });

  it('tells how a wrong option ended it', async () => {
    const error = await failure(startQemu(newest(), [...ARGS, '-nonsense'], { dir }));
    expect(error.end).to.include({ code: 1, signal: null });
    expect(error.end.command).to.include.members(['-nonsense']);
    expect(error.end.stderr).to.contain('-nonsense: invalid option');
    expect(error.message).to.match(
      /ended before it greeted, exit status 1: .*invalid option; command: \S+ .*-nonsense/,
    );
  });

  it('tells what ended it, not the hint that follows', async () => {
    const error = await failure(startQemu(newest(), [...ARGS, '-m', '1x'], { dir }));
    expect(error.end.stderr).to.match(/size.*\nOptional suffix/);
    expect(error.message).to.match(/exit status 1: \S*qemu-system-x86_64: .*'size'.*; command:/);
  });

  it('tells what ended it after its greeting', async () => {
    for (const binary of binaries) {
      const args = [...baseArguments('tcg'), '-machine', 'pc', '-S', '-device', 'nonsense'];
      // Whether it ends before its greeting or after is a matter of release.
      const error = await failure(startQemu(binary, args, { dir }).then(({ negotiate }) => negotiate()));
      expect(error.message).to.match(/QEMU ended before it .*exit status 1: .*nonsense/);
    }
  });

  const starts: { what: string; programs: QemuPrograms; message: RegExp }[] = [
    {
      what: 'a binary that is not there',
      programs: { ...shell(''), command: ['/none/qemu'] },
      message: /exit status 127/,
    },
    { what: 'one that ends at once', programs: shell('exit 3'), message: /exit status 3: nothing on stderr/ },
    { what: 'one that a signal ends', programs: shell('kill -SEGV $$'), message: /killed by SIGSEGV/ },
    {
      what: 'one that greets with rubbish',
      programs: shell('echo hi >&3; read x <&3'),
      message: /has not greeted \(garbage "hi"/,
    },
    {
      what: 'one that says nothing',
      programs: shell('read x <&3'),
      message: /has not greeted \(no greeting within 60 ms\)/,
    },
  ];
  for (const { what, programs, message } of starts) {
    it(`fails for ${what}`, async () => {
      const deadline = message.source.includes('60 ms') ? 60 : PATIENCE;
      const error = await failure(startQemu(programs, [], { dir, deadline }));
      expect(error.message).to.match(message).and.not.to.contain('\n');
    });
  }

  it('keeps the beginning and the end of a long stderr', async () => {
    const script =
      'echo first >&2; i=0; while [ $i -lt 9000 ]; do echo $i; i=$((i+1)); done >&2; echo last >&2; exit 1';
    const { stderr } = (await failure(startQemu(shell(script), [], { dir }))).end;
    expect(stderr)
      .to.match(/^first\n/)
      .and.to.match(/\nlast\n$/);
    expect(stderr.length).to.be.lessThan(21 * 1024);
  });

  /**
   * A harness of its own starts a QEMU that holds a connection to us; then the harness is killed. The kernel closes
   * the connection when QEMU is gone.
   */
  async function outlives(path: string | undefined): Promise<void> {
    const server = createServer().listen(join(dir, 'life'));
    await once(server, 'listening');
    const url = new URL('./start-qemu.ts', import.meta.url).href;
    const args = [...ARGS, '-chardev', `socket,id=life,path=${dir}/life`];
    const script = `
      import { startQemu } from ${JSON.stringify(url)};
      process.env.PATH = ${JSON.stringify(path ?? process.env['PATH'])};
      await startQemu(${JSON.stringify(newest())}, ${JSON.stringify(args)}, { dir: ${JSON.stringify(dir)} });
      console.log('started');`;
    const options = ['--import', 'tsx', '--input-type=module', '--eval', script];
    const harness = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'inherit'] });
    const connected = once(server, 'connection');
    for await (const text of harness.stdout) if (String(text).includes('started')) break;
    const [life] = (await connected) as [NodeJS.ReadableStream & { readonly closed: boolean }];
    const closed = once(life.resume(), 'close');
    expect(life.closed, 'while the harness lives').to.equal(false);
    harness.kill('SIGKILL');
    await closed;
    server.close();
  }

  it('does not let it outlive a harness that is killed', async () => {
    expect(findOnPath('setpriv'), 'setpriv').not.to.equal(undefined);
    await outlives(undefined);
  });

  it('does not let it outlive a harness that is killed, without setpriv', async () => {
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    symlinkSync(findOnPath('sh') ?? '', join(bin, 'sh'));
    await outlives(bin);
  });
});
