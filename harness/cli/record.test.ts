import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { Direction } from '../transcript/transcript.ts';
import { soak } from './record-soak.ts';
import { useRecordBench } from './testing-record-bench.ts';
import { dial, startRecord, take, takeAll, type RunningRecord } from './testing-record.ts';

describe('qmp-conformance record, between any client and any server', function () {
  this.timeout(60_000);
  const { dir, path, file, read, marks, serve, route, start, keep } = useRecordBench();

  /** All that went one way over a connection, without the white space between messages. */
  const recorded = (connection: number, direction: Direction): Buffer =>
    Buffer.concat(
      read()
        .messages.filter((one) => one.connection === connection && one.direction === direction)
        .map(({ body, text }) => (body.kind === 'bytes' ? body.bytes : Buffer.from(text))),
    );

  const freePort = async (): Promise<number> => {
    const { server, port } = await serve(0);
    server.close();
    return port;
  };

  for (const [listen, connects] of [
    ['unix', 'unix'],
    ['unix', 'tcp'],
    ['tcp', 'unix'],
    ['tcp', 'tcp'],
  ] as const) {
    it(`carries every byte from ${listen} to ${connects}, on several connections`, async () => {
      const { next, port } = await serve(connects === 'unix' ? path('server') : 0);
      const there = connects === 'unix' ? `unix:${path('server')}` : `tcp:127.0.0.1:${port}`;
      const listenPort = listen === 'unix' ? 0 : await freePort();
      const here = listen === 'unix' ? `unix:${path('client')}` : `tcp:127.0.0.1:${listenPort}`;
      const { stop } = await start(['--listen', here, '--connect', there]);
      for (let connection = 0; connection < 3; connection++) {
        const client = await dial(listen === 'unix' ? path('client') : listenPort);
        const server = await next();
        for (const bytes of [
          `{"a": ${connection}`,
          '}\n{"b"',
          ': "ä\u2028"}',
          'garbage\0\n',
          '\xff{"c": 1}\r\n',
        ]) {
          const raw = Buffer.from(bytes, bytes.includes('\xff') ? 'latin1' : 'utf8');
          client.write(raw);
          expect((await take(server, raw.length)).equals(raw)).to.equal(true);
          server.write(raw);
          expect((await take(client, raw.length)).equals(raw)).to.equal(true);
        }
        client.end();
        expect((await takeAll(server)).length).to.equal(0);
        server.end();
        await once(client, 'close');
      }
      expect((await stop()).code).to.equal(0);
      for (let connection = 0; connection < 3; connection++) {
        const expected = Buffer.concat([
          Buffer.from(`{"a": ${connection}}{"b": "ä\u2028"}garbage\0`),
          Buffer.from('\xff{"c": 1}', 'latin1'),
        ]);
        for (const direction of ['->', '<-'] as const)
          expect(recorded(connection, direction).toString('latin1')).to.equal(expected.toString('latin1'));
      }
      const of = (connection: number, what: string): string =>
        `${connection === 0 ? '' : String(connection)}-- ${what}`;
      expect(marks()).to.deep.equal(
        [0, 1, 2].flatMap((one) => [of(one, 'opened'), of(one, 'closed by the client')]),
      );
    });
  }

  it('carries on when one side has stopped sending, and closes when the other has, too', async () => {
    const { next } = await serve(path('server'));
    const { stop } = await start();
    const client = await dial(path('client'));
    client.end('{"execute": "quit"}\n');
    const server = await next();
    expect((await takeAll(server)).toString()).to.equal('{"execute": "quit"}\n');
    server.end('{"return": {}}\r\n');
    expect((await takeAll(client)).toString()).to.equal('{"return": {}}\r\n');
    await stop();
    expect(marks()).to.deep.equal(['-- opened', '-- closed by the client']);
  });

  it('closes the client as the server closed it', async () => {
    const { next } = await serve(path('server'));
    const { stop } = await start();
    const client = await dial(path('client'));
    (await next()).end('{"last": 1}\n').destroySoon();
    expect((await takeAll(client)).toString()).to.equal('{"last": 1}\n');
    client.destroy();
    await stop();
    expect(marks()).to.deep.equal(['-- opened', '-- closed by the server']);
  });

  it('reads no more from one side than the other takes, and holds nothing without bound', async () => {
    const { next } = await serve(path('server'));
    const { child, stop } = await start();
    const client = await dial(path('client'));
    const server = await next();
    const chunk = Buffer.alloc(1 << 20, 'x');
    // The client reads nothing: the server comes to a stop, long before it has sent all.
    for (let at = 0; at < 96; at++) server.write(chunk);
    // By the time that others have talked, all has moved that can.
    const other = await dial(path('client'));
    const otherServer = await next();
    for (let at = 0; at < 50; at++) {
      other.write('[1]');
      await take(otherServer, 3);
    }
    const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])).to.be.below(300_000);
    expect(server.writableLength).to.be.above(80 << 20);
    server.end();
    const all = await takeAll(client);
    client.end();
    other.end();
    expect(all.length).to.equal(96 << 20);
    expect(all.every((byte) => byte === 0x78)).to.equal(true);
    await stop();
  });

  it('has written what the peer got, when it is killed at any moment', async () => {
    const { next } = await serve(path('server'));
    for (let round = 0; round < 5; round++) {
      const { child, ended } = await start(['--force', ...route()]);
      const client = await dial(path('client'));
      const server = await next();
      const got: Buffer[] = [];
      server.on('data', (bytes: Buffer) => {
        got.push(bytes);
        // In the middle of what the client is sending.
        if (got.length === 10 + 7 * round) child.kill('SIGKILL');
      });
      const message = JSON.stringify({ execute: 'x', arguments: { text: 'y'.repeat(round * 999) } });
      const pump = (): void => {
        if (client.writable) client.write(message, () => setImmediate(pump));
      };
      pump();
      await Promise.all([ended, takeAll(server)]);
      client.destroy();
      const arrived = Buffer.concat(got);
      const written = recorded(0, '->');
      expect(
        written.subarray(0, arrived.length).equals(arrived),
        `${written.length} of ${arrived.length}`,
      ).to.equal(true);
    }
  });

  it('carries 20000 messages over 8 connections: none lost, reordered or altered', async () => {
    const result = await soak(20_000, dir());
    expect(result.arrived).to.equal(result.sent);
    expect(result.recorded).to.equal(result.sent);
    expect(result.messages).to.equal(20_000);
    expect(Math.max(...result.memory)).to.be.below(400);
  });

  describe('a file that cannot be written further', () => {
    const reply = `{"return": "${'x'.repeat(200_000)}"}\n`;

    const dialogue = async (listening: RunningRecord, next: () => Promise<Socket>): Promise<void> => {
      const client = await dial(path('client'));
      const server = await next();
      for (let at = 0; at < 20; at++) {
        client.write('{"execute": "x"}\n');
        await take(server, 17);
        server.write(reply);
        expect((await take(client, reply.length)).toString()).to.equal(reply);
      }
      client.destroy();
      const { code, stderr } = await listening.stop();
      expect(code).to.equal(3);
      expect(stderr.match(/the recording ends here/g)).to.have.lengthOf(1);
    };

    it('ends the recording at a whole message, not the dialogue', async () => {
      const { next } = await serve(path('server'));
      const listening = await startLimited([...route(), '-o', file()]);
      keep(listening);
      await dialogue(listening, next);
      const last = read().marks?.at(-1);
      expect(last?.what).to.deep.equal({ kind: 'ends', reason: 'file too large' });
      expect(read().messages.length).to.be.within(6, 20);
    });

    /** Files of ours may have 1 MB. */
    const startLimited = (words: readonly string[]): Promise<RunningRecord> =>
      startRecord(words, {}, ['bash', '-c', 'ulimit -f 1024 && exec "$@"', 'limited']);

    it('says so of a disk that is full', async function () {
      const inside = ['unshare', '--user', '--map-root-user', '--mount'];
      if (spawnSync(inside[0] ?? '', [...inside.slice(1), 'true']).status !== 0) this.skip();
      const { next } = await serve(path('server'));
      mkdirSync(path('small'));
      const script = `
        mount -t tmpfs -o size=300k none '${path('small')}'
        trap 'kill $child' INT
        "$@" & child=$!
        wait $child || wait $child; code=$?
        cp '${path('small')}'/a.qmp '${file()}'; exit $code`;
      const words = [...route(), '-o', path('small/a.qmp')];
      const listening = await startRecord(words, {}, [...inside, 'bash', '-c', script, 'small']);
      keep(listening);
      await dialogue(listening, next);
      expect(read().marks?.at(-1)?.what).to.deep.equal({ kind: 'ends', reason: 'no space left on device' });
      expect(read().messages.length).to.be.within(2, 4);
    });
  });
});
