import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { GREETING, recordingOf, withServer } from './fixture-server.ts';
import { serveRecordings } from './serve.ts';

const LARGE = 'x'.repeat(200_000);
const RECORDING = recordingOf(`${GREETING}-> {"execute": "query-name"}
<- {"return": {"name": "${LARGE}"}}
-> {"execute": "query-status"}
<- {"return": {"status": "running", "running": true}}
`);

describe('serveRecordings, with clients that do not behave', () => {
  it('holds one answer for a client that asks and never reads', () =>
    withServer([RECORDING], async ({ socket, server }) => {
      const stream = await socket();
      stream.pause();
      const before = process.memoryUsage().rss;
      const asked = Buffer.from(
        `{"execute": "qmp_capabilities"}${'{"execute": "query-name"}'.repeat(20_000)}`,
      );
      // 4 GB of answers, if all were made.
      stream.write(asked);
      await once(stream, 'readable');
      await quiet(() => server.summary().commands);
      expect(server.summary().commands).to.be.below(20);
      expect(process.memoryUsage().rss - before).to.be.below(100e6);
    }));

  it('serves the next client when one leaves with half a message', () =>
    withServer([RECORDING], async ({ socket, client }) => {
      const stream = await socket();
      stream.write('{"execute": "qmp_capabilities"}{"execute": "query-st');
      await once(stream, 'data');
      stream.destroy();
      const { text } = await (await client()).execute('query-status');
      expect(text).to.include('running');
    }));

  it('survives garbage, and answers behind it', () =>
    withServer([RECORDING], async ({ client }) => {
      const connection = await client();
      const garbage = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 256));
      void connection.send(garbage).catch(() => undefined);
      await connection.send(
        Buffer.concat([Buffer.of(0xff), Buffer.from('{"execute": "query-status", "id": "behind"}')]),
      );
      for (;;) {
        const { text } = await connection.next(5000);
        if (text.includes('"behind"')) break;
      }
    }));

  it('lets many clients wait, and turns away what is more', () =>
    withServer([RECORDING], async ({ socket, server }) => {
      const sockets: Socket[] = [];
      for (let at = 0; at < 300; at++) sockets.push(await socket());
      // One is served, 256 wait.
      for (const one of sockets.slice(257).map((turnedAway) => turnedAway.resume()))
        if (!one.closed) await once(one, 'close');
      expect(server.summary().connections).to.equal(1);
      const [first, second] = sockets;
      if (first === undefined || second === undefined) throw new Error('no sockets');
      first.destroy();
      await once(second, 'data');
      expect(server.summary().connections).to.equal(2);
    }));

  it('serves several at a time where it is told to', () =>
    withServer(
      [RECORDING],
      async ({ client }) => {
        const clients = [await client(), await client(), await client()];
        const answers = await Promise.all(clients.map((one) => one.execute('query-status')));
        expect(answers.map(({ kind }) => kind)).to.deep.equal(['success', 'success', 'success']);
      },
      { clients: 3 },
    ));

  it('answers a client that has ended its side before it reads', () =>
    withServer([RECORDING], async ({ socket }) => {
      const stream = await socket();
      stream.end('{"execute": "qmp_capabilities"}{"execute": "query-status", "id": 1}');
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
      expect(text).to.include('"id": 1}');
    }));

  it('runs a command out of band while one in band takes its time', () => {
    const slow = recordingOf(`${GREETING.replace('<-', '@0 <-')}@1 -> {"execute": "query-status"}
@3601 <- {"return": {"status": "running", "running": true}}
@3602 -> {"exec-oob": "query-yank"}
@3602 <- {"return": []}
`);
    return withServer(
      [slow],
      async ({ client }) => {
        const connection = await client(['oob']);
        await connection.send('{"execute": "query-status", "id": 1}{"exec-oob": "query-yank", "id": 2}');
        expect((await connection.next(1000)).text).to.equal('{"return": [], "id": 2}');
      },
      { recordedTiming: true },
    );
  });

  it('lets an answer take the time that it took', () => {
    const timed = recordingOf(`@0 -> {"execute": "query-status"}
@0.2 <- {"return": {"status": "running", "running": true}}
`);
    return withServer(
      [timed],
      async ({ client }) => {
        const connection = await client();
        const start = performance.now();
        await connection.execute('query-status');
        expect(performance.now() - start).to.be.within(190, 5000);
      },
      { recordedTiming: true },
    );
  });
});

/** Waits until a figure has not changed for a while: of nothing that happens there is no event. */
async function quiet(figure: () => number): Promise<void> {
  for (let before = -1, same = 0; same < 20; before = figure()) {
    same = figure() === before ? same + 1 : 0;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('serveRecordings, on its address', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-listen-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const sources = { dialogues: [], release: undefined };

  it('listens on a free port, and says which', async () => {
    const server = await serveRecordings(sources, { address: 'tcp:127.0.0.1:0' });
    try {
      expect(server.address).to.match(/^tcp:127\.0\.0\.1:[1-9][0-9]*$/);
      const error: unknown = await serveRecordings(sources, { address: server.address }).catch(
        (one: unknown) => one,
      );
      expect(error)
        .to.be.instanceOf(SetupError)
        .with.property('message')
        .that.includes('another server listens there');
    } finally {
      await server.close();
    }
  });

  it('replaces a socket that was left', async () => {
    const path = join(dir, 'left.sock');
    const left = createServer().listen(path);
    await once(left, 'listening');
    // What a server leaves that is killed: the name stays, and nobody listens.
    const { renameSync } = await import('node:fs');
    renameSync(path, `${path}.kept`);
    left.close();
    await once(left, 'close');
    renameSync(`${path}.kept`, path);
    const server = await serveRecordings(sources, { address: `unix:${path}` });
    await server.close();
  });

  it('removes its socket', async () => {
    const path = join(dir, 'a.sock');
    await (await serveRecordings(sources, { address: `unix:${path}` })).close();
    const { existsSync } = await import('node:fs');
    expect(existsSync(path)).to.equal(false);
  });

  const refused: readonly (readonly [
    title: string,
    address: (dir: string) => string,
    kind: typeof InputError | typeof SetupError,
    words: string,
  ])[] = [
    [
      'a file that is no socket',
      (folder) => `unix:${folder}/file`,
      InputError,
      'something else stands there',
    ],
    [
      'a socket behind which somebody listens',
      (folder) => `unix:${folder}/taken.sock`,
      SetupError,
      'another server',
    ],
    ['a folder that is not there', (folder) => `unix:${folder}/no/a.sock`, SetupError, 'no such folder'],
    [
      'a path that is too long',
      (folder) => `unix:${folder}/${'x'.repeat(120)}`,
      InputError,
      'over 107 bytes',
    ],
    ['an address of another form', () => 'http:localhost', InputError, 'unix:PATH or tcp:HOST:PORT'],
    ['a port beyond all', () => 'tcp:localhost:99999', InputError, 'unix:PATH or tcp:HOST:PORT'],
    ['an address of another machine', () => 'tcp:192.0.2.1:0', SetupError, 'no such address'],
  ];
  for (const [title, address, kind, words] of refused) {
    it(`refuses ${title}`, async () => {
      writeFileSync(join(dir, 'file'), 'kept');
      const taken = createServer().listen(join(dir, 'taken.sock'));
      await once(taken, 'listening');
      try {
        const error: unknown = await serveRecordings(sources, { address: address(dir) }).catch(
          (one: unknown) => one,
        );
        expect(error).to.be.instanceOf(kind).with.property('message').that.includes(words);
      } finally {
        taken.close();
      }
    });
  }
});
