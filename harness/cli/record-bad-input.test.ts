import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { runCommand } from './testing-cli.ts';
import { useRecordBench } from './testing-record-bench.ts';
import { dial, take, takeAll } from './testing-record.ts';

describe('qmp-conformance record, where something is wrong', function () {
  this.timeout(60_000);
  const { dir, path, file, read, marks, serve, route, start } = useRecordBench();

  const long = 'x'.repeat(120);
  const table: readonly (readonly [
    what: string,
    words: () => readonly string[],
    code: number,
    message: RegExp,
  ])[] = [
    [
      'nothing to record',
      () => ['-o', file()],
      2,
      /^qmp-conformance: nothing to record: expected --listen and --connect, or -- and a command\n$/,
    ],
    ['no file', () => ['--listen', 'unix:a', '--connect', 'unix:b'], 2, /required option '-o, --out <file>'/],
    [
      'an address of another form',
      () => ['--listen', 'udp:1', '--connect', 'unix:b', '-o', file()],
      2,
      /^\S+ address 'udp:1'; expected unix:PATH or tcp:HOST:PORT\n$/,
    ],
    [
      'a server that is not there',
      () => ['--listen', `unix:${path('c')}`, '--connect', `unix:${path('no')}`, '-o', file()],
      3,
      /no: nothing is there; start the server first\n$/,
    ],
    [
      'a server that is a file',
      () => ['--listen', `unix:${path('c')}`, '--connect', `unix:${path('plain')}`, '-o', file()],
      2,
      /plain: is no socket/,
    ],
    [
      'a host that is not there',
      () => ['--listen', `unix:${path('c')}`, '--connect', 'tcp:no.host.invalid:4444', '-o', file()],
      3,
      /there is no host 'no\.host\.invalid'\n$/,
    ],
    [
      'a socket in use',
      () => ['--listen', `unix:${path('server')}`, '--connect', `unix:${path('other')}`, '-o', file()],
      3,
      /server: somebody else listens there; choose another path, or end that program\n$/,
    ],
    [
      'a file in place of a socket',
      () => ['--listen', `unix:${path('plain')}`, '--connect', `unix:${path('server')}`, '-o', file()],
      2,
      /plain: a file that is no socket is there; choose another path\n$/,
    ],
    [
      'the same address twice',
      () => ['--listen', `unix:${path('server')}`, '--connect', `unix:${path('server')}`, '-o', file()],
      2,
      /are the same/,
    ],
    [
      'a path that is too long',
      () => ['--listen', `unix:${path(long)}`, '--connect', `unix:${path('server')}`, '-o', file()],
      2,
      /a path of \d+ bytes; expected at most 107/,
    ],
    [
      'no such folder for the socket',
      () => ['--listen', `unix:${path('no/a')}`, '--connect', `unix:${path('server')}`, '-o', file()],
      2,
      /there is no folder \S+no; make it first\n$/,
    ],
    [
      'no such folder for the transcript',
      () => ['--listen', `unix:${path('c')}`, '--connect', `unix:${path('server')}`, '-o', path('no/a.qmp')],
      2,
      /no\/a\.qmp: there is no such folder; make it first\n$/,
    ],
    [
      'a transcript that is there',
      () => ['--listen', `unix:${path('c')}`, '--connect', `unix:${path('server')}`, '-o', path('plain')],
      2,
      /plain: is there already; choose another name, or say --force/,
    ],
    [
      'a folder for a transcript',
      () => ['--force', '--listen', `unix:${path('c')}`, '--connect', `unix:${path('server')}`, '-o', dir()],
      2,
      /is a folder; expected the name of a file\n$/,
    ],
    [
      'something that is no file',
      () => [
        '--force',
        '--listen',
        `unix:${path('c')}`,
        '--connect',
        `unix:${path('server')}`,
        '-o',
        '/dev/null',
      ],
      2,
      /is no ordinary file/,
    ],
    [
      '--connect alone',
      () => ['--connect', `unix:${path('server')}`, '-o', file()],
      2,
      /--connect without --listen/,
    ],
    [
      '--listen alone',
      () => ['--listen', `unix:${path('c')}`, '-o', file(), '--', 'true'],
      2,
      /--listen without --connect/,
    ],
    [
      'a client that is told nothing',
      () => ['--connect', `unix:${path('server')}`, '-o', file(), '--', 'true'],
      2,
      /expected '\{\}' in it, or --listen/,
    ],
    [
      'a command without a monitor',
      () => ['-o', file(), '--', 'true'],
      2,
      /the command has no QMP monitor: expected '-qmp unix:PATH,server=on,wait=off'/,
    ],
    [
      'a command that is not there',
      () => ['-o', file(), '--', 'no-such-qemu', '-qmp', 'unix:x,server=on'],
      2,
      /'no-such-qemu': no such program/,
    ],
    [
      'contradictory redaction',
      () => ['--no-redact', '--stand-ins', '--listen', 'unix:a', '--connect', 'unix:b', '-o', file()],
      2,
      /--no-redact with --stand-ins/,
    ],
    [
      'rules that are not there',
      () => ['--redact-rule', path('no'), '--listen', 'unix:a', '--connect', 'unix:b', '-o', file()],
      2,
      /cannot be read; expected a file of redaction rules/,
    ],
  ];
  for (const [what, words, code, message] of table) {
    it(`tells of ${what}`, async () => {
      await serve(path('server'));
      await serve(path('other'));
      writeFileSync(path('plain'), 'precious');
      const end = await runCommand(['record', ...words()]);
      expect(end.stderr).to.match(message);
      expect(end.code).to.equal(code);
      expect(end.stderr.trimEnd().split('\n')).to.have.lengthOf(1);
      expect(readFileSync(path('plain'), 'utf8')).to.equal('precious');
      expect(readdirSync(dir()).sort()).to.deep.equal(['other', 'plain', 'server']);
    });
  }

  it('takes the place of a socket that nobody listens at', async () => {
    await serve(path('server'));
    spawnSync('python3', ['-c', `import socket; socket.socket(socket.AF_UNIX).bind('${path('client')}')`]);
    if (!existsSync(path('client'))) {
      const { child, ended } = await start();
      child.kill('SIGKILL');
      await ended;
    }
    const { stop } = await start(['--force', ...route()]);
    (await dial(path('client'))).destroy();
    expect((await stop()).code).to.equal(0);
    expect(existsSync(path('client'))).to.equal(false);
  });

  it('closes a client for whom the server is gone, and says so', async () => {
    const { server } = await serve(path('server'));
    const { stop } = await start();
    server.close();
    expect((await takeAll(await dial(path('client')))).length).to.equal(0);
    const { code, stderr } = await stop();
    expect(stderr).to.contain(
      `unix:${path('server')}: nothing answers there; the client's connection was closed\n`,
    );
    expect(code).to.equal(0);
    expect(marks()).to.deep.equal(['-- opened', '-- closed by the server']);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends in order by ${signal}, with what came of a message`, async () => {
      const { next } = await serve(path('server'));
      const { child, ended } = await start();
      const client = await dial(path('client'));
      client.write('{"a": 1} {"half": ');
      await take(await next(), 18);
      child.kill(signal);
      const { code, stderr } = await ended;
      expect(code).to.equal(0);
      expect(stderr).to.contain('a.qmp: 2 messages on 1 connection\n');
      expect(read().messages.map(({ text }) => text)).to.deep.equal(['{"a": 1}', '{"half": ']);
      expect(existsSync(path('client'))).to.equal(false);
    });
  }

  it('writes no transcript where no client came', async () => {
    await serve(path('server'));
    const { stop } = await start();
    const { code, stderr } = await stop();
    expect(stderr).to.contain('no client came');
    expect(code).to.equal(0);
    expect(existsSync(file())).to.equal(false);
  });
});
