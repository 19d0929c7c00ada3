import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { planProtocol } from '../protocol/plan-protocol.ts';
import { readRecordings } from '../replay/read-recordings.ts';
import { readSources } from '../serve/read-sources.ts';
import { serveRecordings } from '../serve/serve.ts';
import { runCommand, startCommand, type RunningCommand } from './testing-cli.ts';

const RECORDING = `---
id: wire/test
---
<- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}
-> {"execute": "query-status"}
<- {"return": {"status": "running", "running": true}}
`;

/** A client that says its words to a socket, and ends with a code of its choice. */
const CLIENT = `
const [path, code, ...commands] = process.argv.slice(1);
const stream = require('node:net').connect(path);
stream.end(['qmp_capabilities', ...commands].map((name) => JSON.stringify({ execute: name })).join(''));
stream.pipe(process.stdout);
stream.on('close', () => process.exit(Number(code)));
`;

function client(code: number, ...commands: readonly string[]): readonly string[] {
  return ['--', process.execPath, '-e', CLIENT, '{path}', String(code), ...commands];
}

describe('serve', function () {
  this.timeout(60_000);
  let dir = '';
  const file = (): string => join(dir, 'test.qmp');
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-serve-cli-'));
    writeFileSync(file(), RECORDING);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const CODES: readonly (readonly [
    title: string,
    words: readonly string[],
    client: readonly string[],
    code: number,
    told: RegExp,
  ])[] = [
    [
      'ends with 0 when all was answered',
      [],
      client(0, 'query-status'),
      0,
      /1 commands: 1 recorded; 0 malformed/,
    ],
    [
      'ends with 1 when something was not',
      [],
      client(0, 'query-name'),
      1,
      /^unknown: no recording answers query-name$/m,
    ],
    [
      'ends with 0 when what the release does not have was refused',
      [],
      client(0, 'frob'),
      0,
      /^refused: The command frob/m,
    ],
    ['ends with the code of the client', [], client(7, 'query-name'), 7, /unknown query-name \(1\)/],
    ['ends with 1 when the order was not kept', ['--strict'], client(0, 'stop'), 1, /^disorder: stop/m],
    [
      'ends with 1 when the dialogue was not',
      ['--strict'],
      client(0),
      1,
      /test\.qmp:5: query-status was not asked/,
    ],
    ['ends with 0 when it was', ['--strict'], client(0, 'query-status'), 0, /1 recorded/],
    ['generates where it is told to', ['--generate'], client(0, 'query-name'), 0, /1 generated/],
    ['says how a client ended by a signal', [], ['--', 'sh', '-c', 'kill -TERM $$'], 143, /0 connections/],
  ];
  for (const [title, words, command, code, told] of CODES) {
    it(title, async () => {
      const end = await runCommand(['serve', file(), ...words, ...command]);
      expect(end.stderr).to.match(told);
      expect(end.code).to.equal(code);
    });
  }

  it('gives a client the address in both forms, and leaves no socket', async () => {
    const end = await runCommand([
      'serve',
      file(),
      '--listen',
      `unix:${dir}/q.sock`,
      '--',
      'echo',
      '{}',
      'x{path}',
    ]);
    expect(end.stdout).to.equal(`unix:${dir}/q.sock x${dir}/q.sock\n`);
    expect(existsSync(join(dir, 'q.sock'))).to.equal(false);
  });

  it('prints what was asked as JSON, and nothing else', async () => {
    const end = await runCommand(['serve', file(), '--json', ...client(0, 'query-status', 'query-name')]);
    expect(JSON.parse(end.stdout)).to.deep.include({
      commands: 2,
      told: [{ kind: 'unknown', command: 'query-name', count: 1, reason: 'no recording answers query-name' }],
    });
    expect(end.stderr).to.include('"status": "running"');
  });

  async function listening(words: readonly string[]): Promise<RunningCommand> {
    const running = startCommand(['serve', ...words, '--listen', `unix:${dir}/q.sock`]);
    for (let text = ''; !text.includes('listening at');)
      text += String((await once(running.child.stderr ?? running.child, 'data'))[0]);
    return running;
  }

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends in order by ${name}, while a client is there`, async () => {
      const running = await listening([file()]);
      const stream = connect(join(dir, 'q.sock'));
      stream.on('error', () => undefined);
      await once(stream, 'data');
      running.child.kill(name);
      const end = await running.ended;
      expect(end).to.include({ code: 0, signal: null });
      expect(end.stderr).to.include('1 connections, 0 commands');
      expect(existsSync(join(dir, 'q.sock'))).to.equal(false);
      stream.destroy();
    });
  }

  it('ends when the last client has left, where it is told to', async () => {
    const running = await listening([file(), '--once']);
    const stream = connect(join(dir, 'q.sock'));
    await once(stream, 'data');
    stream.end();
    expect((await running.ended).code).to.equal(0);
  });

  const WRONG: readonly (readonly [title: string, words: readonly string[], code: number, words: string])[] =
    [
      ['no place to listen', ['FILE'], 2, 'expected --listen, or a command line behind --'],
      ['a file that is not there', ['none.qmp', '--listen', 'tcp:localhost:0'], 2, 'none.qmp: not there'],
      ['a release that there is not', ['99.0', '--', 'true'], 2, "no schema of release '99.0'"],
      ['two releases', ['10.0', '9.0', '--', 'true'], 2, 'releases 10.0 and 9.0; expected at most one'],
      ['a client that is not there', ['FILE', '--', 'no-such-client'], 2, 'no-such-client: no such program'],
      [
        'an order of many',
        ['10.0', '--strict', '--', 'true'],
        2,
        '--strict keeps to the order of one recording',
      ],
      [
        'an order and inventions',
        ['FILE', '--strict', '--generate', '--', 'true'],
        2,
        'expected one of them',
      ],
      ['no clients', ['FILE', '--clients', '0', '--', 'true'], 2, 'expected a whole number from 1'],
      ['an address of another form', ['FILE', '--listen', 'q.sock'], 2, 'unix:PATH or tcp:HOST:PORT'],
      ['a place that something has', ['FILE', '--listen', 'unix:FILE'], 2, 'something else stands there'],
      ['a place that there is not', ['FILE', '--listen', 'unix:/no/q.sock'], 3, 'no such folder'],
      ['a recording without commands', ['EMPTY', '--', 'true'], 2, 'no command that is answered'],
      ['a file that is no recording', ['FOREIGN', '--', 'true'], 2, 'foreign.qmp:1:1: no front matter'],
    ];
  for (const [title, words, code, told] of WRONG) {
    it(`refuses ${title}`, async () => {
      writeFileSync(join(dir, 'empty.qmp'), '---\nid: wire/empty\n---\n<- {"return": {}}\n');
      writeFileSync(join(dir, 'foreign.qmp'), '{"return": {}}\n');
      const files = { FILE: file(), EMPTY: join(dir, 'empty.qmp'), FOREIGN: join(dir, 'foreign.qmp') };
      const given = words.map((word) =>
        Object.entries(files).reduce(
          (text, [name, path]) => text.replace(new RegExp(`(^|:)${name}$`), `$1${path}`),
          word,
        ),
      );
      const end = await runCommand(['serve', ...given]);
      expect(end.stderr).to.include(told);
      expect(end.stderr).not.to.match(/^ {4}at /m);
      expect(end.code).to.equal(code);
    });
  }
});

/** Where QEMU's own schemas depart from the specification, and so a server that shows them. */
const DEPARTURES = ['protocol/R32/experimental-members/endpoint'];

describe('a release that is served', function () {
  this.timeout(60_000);

  for (const release of ['10.0', '7.2']) {
    it(`does all that the specification demands: ${release}`, async () => {
      const documented = await readRecordings();
      const server = await serveRecordings(readSources({ captures: [], release, documented }), {
        address: 'tcp:127.0.0.1:0',
      });
      const failed: string[] = [];
      let passed = 0;
      try {
        for (const batch of planProtocol({
          target: { kind: 'endpoint', address: server.address },
          level: 'may',
        })) {
          await batch.perform(
            batch.rows,
            (row, { verdict, reason = '' }) => {
              if (verdict === 'pass') passed++;
              else if (verdict !== 'not-applicable') failed.push(`${row}: ${verdict} ${reason}`);
              return Promise.resolve();
            },
            new AbortController().signal,
          );
        }
      } finally {
        await server.close();
      }
      expect(failed.map((line) => line.split(':')[0])).to.deep.equal(DEPARTURES);
      expect(passed).to.be.above(200);
    });
  }
});
