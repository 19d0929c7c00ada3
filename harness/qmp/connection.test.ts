import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FrameLimitError } from '../json/frame-reader.ts';
import { isJsonObject } from '../json/value.ts';
import { ConnectionClosed, DeadlineExceeded, InboxFull, UnexpectedMessage } from './connection-errors.ts';
import { QmpConnection, type ConnectionOptions } from './connection.ts';

const GREETING =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "v7 "}, "capabilities": ["oob"]}}\r\n';
const PATIENCE = 5_000;
/** For waits that must run out; long enough for what is on its way on loopback, should there be anything. */
const SHORT = 30;

const event = (name: string, data = ''): string =>
  `{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "${name}"${data}}\r\n`;

describe('QmpConnection', () => {
  let dir: string;
  let server: Server;
  let connections: QmpConnection[];
  let sockets: Socket[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
    connections = [];
    sockets = [];
  });

  afterEach(() => {
    for (const connection of connections) connection.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(dir, { recursive: true });
  });

  /** A connection to a server that behaves as `serve` does. */
  async function connectTo(
    serve: (socket: Socket) => void,
    options?: ConnectionOptions,
  ): Promise<QmpConnection> {
    const path = join(dir, 'socket');
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      serve(socket);
    });
    server.listen(path);
    await once(server, 'listening');
    const connection = new QmpConnection(connect(path), options);
    connections.push(connection);
    return connection;
  }

  /** A server that greets, and answers each command's first id with what `respond` makes of it. */
  const answering =
    (respond: (id: string) => string) =>
    (socket: Socket): void => {
      socket.write(GREETING);
      socket.on('data', (bytes: Buffer) =>
        socket.write(respond(/"id":"([^"]*)"/.exec(bytes.toString())?.[1] ?? '')),
      );
    };

  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );

  describe('good peers', () => {
    it('reads the greeting', async () => {
      const connection = await connectTo((socket) => socket.write(GREETING));
      expect(await connection.waitForGreeting(PATIENCE)).to.deep.equal({
        version: '7.2.22',
        package: 'v7',
        capabilities: ['oob'],
      });
      expect(connection.greeting?.text).to.equal(GREETING.trim());
    });

    it('takes a pretty greeting that comes byte by byte', async () => {
      const pretty = JSON.stringify(JSON.parse(GREETING), undefined, 4);
      const connection = await connectTo((socket) => {
        socket.setNoDelay();
        for (const char of pretty) socket.write(char);
      });
      expect((await connection.waitForGreeting(PATIENCE)).version).to.equal('7.2.22');
    });

    it('finds the response among events and responses to others, and keeps those', async () => {
      const connection = await connectTo(
        answering(
          (id) => `${event('STOP')}{"return": 1}\r\n{"return": 2, "id": "${id}"}\r\n${event('RESUME')}`,
        ),
      );
      await connection.waitForGreeting(PATIENCE);
      const response = await connection.execute('query-status', undefined, PATIENCE);
      expect(isJsonObject(response.value) && response.value['return']).to.equal(2);
      const left = [
        await connection.next(PATIENCE),
        await connection.next(PATIENCE),
        await connection.next(PATIENCE),
      ];
      expect(left.map(({ kind }) => kind)).to.deep.equal(['event', 'success', 'event']);
    });

    it('keeps several commands in flight apart', async () => {
      const connection = await connectTo((socket) => {
        socket.write(GREETING);
        let seen = '';
        socket.on('data', (bytes: Buffer) => {
          seen += bytes.toString();
          const ids = [...seen.matchAll(/"id":"([^"]*)"/g)].map((match) => match[1]);
          // The later one first, as an out-of-band command may be.
          if (ids.length === 2)
            socket.write(`{"return": "b", "id": "${ids[1]}"}{"return": "a", "id": "${ids[0]}"}`);
        });
      });
      await connection.waitForGreeting(PATIENCE);
      const both = [
        connection.execute('a', undefined, PATIENCE),
        connection.execute('b', undefined, PATIENCE),
      ];
      expect((await Promise.all(both)).map(({ text }) => /"return": "(.)"/.exec(text)?.[1])).to.deep.equal([
        'a',
        'b',
      ]);
    });

    it('finds an event that came before it was waited for', async () => {
      const connection = await connectTo(
        answering((id) => `${event('A')}${event('B')}{"return": {}, "id": "${id}"}`),
      );
      await connection.waitForGreeting(PATIENCE);
      await connection.execute('x', undefined, PATIENCE);
      expect(connection.events).to.have.length(2);
      expect((await connection.waitForEvent('B', PATIENCE)).text).to.contain('"B"');
      const first = await connection.waitForEvent(({ text }) => text.includes('seconds'), PATIENCE);
      expect(first.text).to.contain('"A"');
      expect(connection.events).to.deep.equal([]);
    });

    it('drains what nobody took', async () => {
      const connection = await connectTo(answering((id) => `${event('A')}{"return": {}, "id": "${id}"}`));
      await connection.waitForGreeting(PATIENCE);
      await connection.execute('x', undefined, PATIENCE);
      expect(connection.drain().map(({ kind }) => kind)).to.deep.equal(['event']);
      expect(await failure(connection.next(SHORT))).to.be.instanceOf(DeadlineExceeded);
    });

    it('sends bytes exactly as given and shows both directions to the observer', async () => {
      const wire: string[] = [];
      const connection = await connectTo(
        answering(() => '{"return": {}}'),
        {
          observer: (direction, bytes, at) => {
            expect(at).to.be.closeTo(performance.now(), PATIENCE);
            wire.push(`${direction} ${bytes.toString('latin1')}`);
          },
        },
      );
      await connection.waitForGreeting(PATIENCE);
      await connection.send(Buffer.from([0xff, 0x7b, 0x7d, 0x00]));
      await connection.next(PATIENCE);
      expect(wire).to.deep.equal([`<- ${GREETING}`, '-> \u00ff{}\u0000', '<- {"return": {}}']);
    });

    it('keeps all digits of a uint64', async () => {
      const connection = await connectTo((socket) => socket.write('{"return": 18446744073709551615}'));
      expect((await connection.next(PATIENCE)).value).to.deep.equal({ return: 18446744073709551615n });
    });
  });

  describe('bad peers', () => {
    it('takes no other message for a greeting', async () => {
      const connection = await connectTo((socket) => socket.write('SSH-2.0-OpenSSH\r\n'));
      const error = await failure(connection.waitForGreeting(PATIENCE));
      expect(error).to.be.instanceOf(UnexpectedMessage);
      expect(String(error)).to.contain('garbage "SSH-2.0-OpenSSH"; expected a QMP greeting');
      expect(connection.greeting).to.equal(undefined);
    });

    it('gives up on a silent one', async () => {
      const connection = await connectTo(() => undefined);
      const error = await failure(connection.waitForGreeting(SHORT));
      expect(error).to.be.instanceOf(DeadlineExceeded);
      expect(String(error)).to.contain('no greeting within 30 ms');
    });

    it('gives up when a signal says so, also one that said so before', async () => {
      const connection = await connectTo(() => undefined);
      const stop = new AbortController();
      const waiting = failure(connection.next(stop.signal));
      stop.abort(new Error('enough'));
      expect(await waiting)
        .to.be.instanceOf(DeadlineExceeded)
        .with.nested.property('cause.message', 'enough');
      expect(await failure(connection.next(stop.signal))).to.be.instanceOf(DeadlineExceeded);
    });

    it('loses nothing to a wait that ran out', async () => {
      let answer = (): void => undefined;
      const connection = await connectTo((socket) => {
        answer = () => void socket.write('{"return": 1}');
        socket.write(GREETING);
      });
      await connection.waitForGreeting(PATIENCE);
      expect(await failure(connection.next(SHORT))).to.be.instanceOf(DeadlineExceeded);
      answer();
      expect((await connection.next(PATIENCE)).kind).to.equal('success');
    });

    it('tells everybody who waits when it closes', async () => {
      const connection = await connectTo((socket) =>
        socket.once('data', () => socket.end(event('SHUTDOWN'))),
      );
      const waits = [
        failure(connection.waitForEvent('STOP', PATIENCE)),
        failure(connection.execute('quit', undefined, PATIENCE)),
      ];
      for (const error of await Promise.all(waits)) expect(error).to.be.instanceOf(ConnectionClosed);
      expect((await connection.next(PATIENCE)).kind, 'what came before the end').to.equal('event');
      expect(await failure(connection.next(PATIENCE))).to.be.instanceOf(ConnectionClosed);
    });

    it('says so when it closes at once, and for every send after', async () => {
      const connection = await connectTo((socket) => socket.destroy());
      expect(await failure(connection.waitForGreeting(PATIENCE))).to.be.instanceOf(ConnectionClosed);
      await connection.closed;
      expect(await failure(connection.send('{}'))).to.be.instanceOf(ConnectionClosed);
      expect(await failure(connection.execute('query-status'))).to.be.instanceOf(ConnectionClosed);
    });

    it('delivers half a message that the end cut off', async () => {
      const connection = await connectTo((socket) => socket.end('{"return": {"a": '));
      expect(await connection.next(PATIENCE)).to.include({ kind: 'garbage', text: '{"return": {"a": ' });
    });

    it('delivers garbage and what follows it', async () => {
      const connection = await connectTo((socket) => socket.write(`\u0000\u0001 %%% ${GREETING}`));
      const kinds = [];
      for (let i = 0; i < 3; i++) kinds.push((await connection.next(PATIENCE)).kind);
      expect(kinds).to.deep.equal(['garbage', 'garbage', 'greeting']);
    });

    it('takes a response of megabytes', async () => {
      const long = 'x'.repeat(8 * 1024 * 1024);
      const connection = await connectTo(answering((id) => `{"return": "${long}", "id": "${id}"}\r\n`));
      await connection.waitForGreeting(PATIENCE);
      const { text } = await connection.execute('query-version', undefined, PATIENCE);
      expect(text.length).to.be.greaterThan(long.length);
    });

    it('hangs up on a message that is too long', async () => {
      const connection = await connectTo((socket) => socket.write(`{"return": "${'x'.repeat(200_000)}`), {
        maxMessageBytes: 100_000,
      });
      const error = await failure(connection.next(PATIENCE));
      expect(error)
        .to.be.instanceOf(ConnectionClosed)
        .with.property('cause')
        .that.is.instanceOf(FrameLimitError);
    });

    it('hangs up on a message that is too deep', async () => {
      const connection = await connectTo((socket) => socket.write('['.repeat(5_000)));
      expect(await failure(connection.next(PATIENCE))).to.be.instanceOf(ConnectionClosed);
    });

    it('stops reading when nobody takes, and loses nothing', async () => {
      const total = 20_000;
      let read = 0;
      const limits = { messages: 100, characters: 1_000_000 };
      const connection = await connectTo(
        (socket) => socket.write(GREETING + Array.from({ length: total }, (_, i) => event(`E${i}`)).join('')),
        { limits, observer: (_, bytes) => (read += bytes.length) },
      );
      await connection.waitForGreeting(PATIENCE);
      expect(await failure(connection.waitForEvent('NEVER', PATIENCE))).to.be.instanceOf(InboxFull);
      const readWhenFull = read;
      expect(await failure(connection.waitForEvent('NEVER', PATIENCE)), 'and again').to.be.instanceOf(
        InboxFull,
      );
      expect(read, 'bytes read while it is full').to.equal(readWhenFull);
      for (let i = 0; i < total; i++) expect((await connection.next(PATIENCE)).text).to.contain(`"E${i}"`);
    });

    it('does not wait for ever for one that does not read', async () => {
      const connection = await connectTo((socket) => {
        socket.pause();
        socket.write(GREETING);
      });
      await connection.waitForGreeting(PATIENCE);
      const error = await failure(connection.send(Buffer.alloc(16 * 1024 * 1024, ' '), SHORT));
      expect(error).to.be.instanceOf(DeadlineExceeded);
    });

    it('refuses negotiation that the server refuses', async () => {
      const connection = await connectTo(
        answering((id) => `{"error": {"class": "CommandNotFound", "desc": "no"}, "id": "${id}"}`),
      );
      await connection.waitForGreeting(PATIENCE);
      const error = await failure(connection.negotiate(['oob'], PATIENCE));
      expect(error).to.be.instanceOf(UnexpectedMessage).with.nested.property('incoming.kind', 'error');
    });

    it('ends from our side', async () => {
      const connection = await connectTo((socket) => socket.write(GREETING));
      const waiting = failure(connection.waitForEvent('STOP', PATIENCE));
      connection.close();
      expect(await waiting).to.be.instanceOf(ConnectionClosed);
      await connection.closed;
    });
  });
});
