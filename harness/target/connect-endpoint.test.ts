import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import { connectEndpoint, readAddress, type Address } from './connect-endpoint.ts';
import { findQemus } from './find-qemus.ts';
import { baseArguments, startQemu } from './start-qemu.ts';
import { askMachine, factsOfEndpoint } from './target-facts.ts';

const PATIENCE = 5_000;
const SHORT = 30;

describe('readAddress', () => {
  const rows: [string, Address | undefined][] = [
    ['unix:/run/q.sock', { kind: 'unix', path: '/run/q.sock' }],
    ['unix:a:b c', { kind: 'unix', path: 'a:b c' }],
    ['tcp:host.example:4444', { kind: 'tcp', host: 'host.example', port: 4444 }],
    ['tcp::4444', { kind: 'tcp', host: 'localhost', port: 4444 }],
    ['tcp:[::1]:4444', { kind: 'tcp', host: '::1', port: 4444 }],
    ['unix:', undefined],
    ['tcp:host', undefined],
    ['tcp:host:', undefined],
    ['tcp:host:0', undefined],
    ['tcp:host:65536', undefined],
    ['tcp:::1:4444', undefined],
    ['tcp:host:4444,server', undefined],
    ['/run/q.sock', undefined],
    ['localhost:4444', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of rows) {
    it(`${expected === undefined ? 'refuses' : 'reads'} '${text}'`, () => {
      if (expected === undefined) expect(() => readAddress(text)).to.throw(InputError, 'expected unix:PATH');
      else expect(readAddress(text)).to.deep.equal(expected);
    });
  }
});

describe('connectEndpoint', () => {
  let dir: string;
  let address: string;
  let server: Server | undefined;
  let sockets: Socket[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'endpoint-'));
    address = `unix:${dir}/s`;
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server?.close();
    server = undefined;
    rmSync(dir, { recursive: true });
  });

  async function serve(behave: (socket: Socket) => void): Promise<void> {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      behave(socket);
    });
    server.listen(join(dir, 's'));
    await once(server, 'listening');
  }

  const failure = (deadline = PATIENCE): Promise<unknown> =>
    connectEndpoint(address, deadline).catch((e: unknown) => e);

  const servers: { what: string; behave: (socket: Socket) => void; says: RegExp; deadline?: number }[] = [
    {
      what: 'closes at once',
      behave: (socket) => socket.destroy(),
      says: /closed the connection before it greeted/,
    },
    { what: 'says nothing', behave: () => undefined, says: /says nothing .*within 30 ms/, deadline: SHORT },
    {
      what: 'speaks HTTP',
      behave: (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n'),
      says: /not greet as a QMP/,
    },
    {
      what: 'greets without version',
      behave: (socket) => socket.write('{"QMP": {}}'),
      says: /not greet as a QMP/,
    },
    {
      what: 'speaks SSH',
      behave: (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
      says: /not greet as a QMP server does: garbage "SSH-2.0/,
    },
    {
      what: 'speaks TLS',
      behave: (socket) => socket.write(Buffer.from('15030300020250', 'hex')),
      says: /says nothing|not greet as a QMP/,
      deadline: SHORT,
    },
    {
      what: 'sends other JSON',
      behave: (socket) => socket.write('{"return": {}}\r\n'),
      says: /not greet as a QMP server does: success/,
    },
    {
      what: 'sends brackets without end',
      behave: (socket) => flood(socket, '['.repeat(65_536)),
      says: /not greet as a QMP server does: it sends nesting of over/,
    },
    {
      what: 'sends an object without end',
      behave: (socket) => {
        socket.write('{"QMP": "');
        flood(socket, 'x'.repeat(65_536));
      },
      says: /not greet as a QMP server does: it sends over 256 kB/,
    },
    {
      what: 'sends garbage without end',
      behave: (socket) => flood(socket, 'x'.repeat(65_536)),
      says: /not greet as a QMP server does: it sends over 256 kB/,
    },
    {
      what: 'sends white space without end',
      behave: (socket) => flood(socket, ' '.repeat(65_536)),
      says: /not greet as a QMP server does: it sends over 256 kB/,
    },
    {
      what: 'sends words without end',
      behave: (socket) => flood(socket, 'word '.repeat(13_000)),
      says: /not greet as a QMP server does: garbage "word"/,
    },
  ];
  for (const { what, behave, says, deadline } of servers) {
    it(`complains in one line about a server that ${what}`, async () => {
      await serve(behave);
      const error = await failure(deadline);
      expect(error).to.be.instanceOf(SetupError);
      expect(String(error)).to.match(says).and.to.contain(address).and.not.to.contain('\n');
    });
  }

  it('complains where nothing listens', async () => {
    expect(String(await failure())).to.match(/nothing answers there \(.*ENOENT/);
    writeFileSync(join(dir, 's'), '');
    expect(String(await failure())).to.match(/nothing answers there \(.*ECONNREFUSED/);
  });

  it('talks to a QEMU that somebody else started', async () => {
    const { binaries } = await findQemus();
    expect(binaries, 'no QEMU is here; run qmp-conformance qemu install').not.to.deep.equal([]);
    for (const binary of binaries) {
      const path = join(dir, `${binary.version}.sock`);
      const args = [...baseArguments('tcg'), '-machine', 'none', '-qmp', `unix:${path},server=on,wait=off`];
      const qemu = await startQemu(binary, args, { dir });
      try {
        const endpoint = await connectEndpoint(`unix:${path}`, PATIENCE);
        await endpoint.connection.negotiate([], PATIENCE);
        const facts = factsOfEndpoint(endpoint, await askMachine(endpoint.connection), '7.2');
        expect(facts).to.deep.equal({
          name: `${binary.version} x86_64 tcg`,
          kind: 'endpoint',
          version: binary.version,
          package: binary.package,
          architecture: 'x86_64',
          accelerator: 'tcg',
          where: `unix:${path}`,
          schema: '7.2',
        });
        endpoint.connection.close();
      } finally {
        await qemu.kill();
      }
    }
  });
});

/** Sends a text again and again, as long as somebody takes it. */
function flood(socket: Socket, text: string): void {
  if (!socket.destroyed) socket.write(text, (error) => (error ? undefined : flood(socket, text)));
}
