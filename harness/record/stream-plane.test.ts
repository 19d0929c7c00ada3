import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { DataPlane } from './data-plane.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { startStreamPlane } from './stream-plane.ts';

const HEAD = '---\nid: wire/test\n---\n';

describe("carrying by Node's own streams", () => {
  let dir: string;
  let descriptor: number;
  let plane: DataPlane;
  let proxy: Proxy;
  let server: Server;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
    descriptor = openSync(join(dir, 'a.qmp'), 'w+');
    writeSync(descriptor, HEAD);
    server = createServer({ allowHalfOpen: true }).listen(join(dir, 'server'));
    await once(server, 'listening');
    plane = startStreamPlane(descriptor, HEAD.length, undefined, { ends: () => undefined });
    const [listen, to] = [join(dir, 'client'), join(dir, 'server')];
    const route = { listen: { kind: 'unix', path: listen }, connect: { kind: 'unix', path: to } } as const;
    proxy = await startProxy([route], Promise.resolve(plane), () => undefined);
  });
  afterEach(async () => {
    const closed = proxy.close();
    await plane.stop();
    await closed;
    server.close();
    closeSync(descriptor);
    rmSync(dir, { recursive: true });
  });

  const open = async (): Promise<readonly [client: Socket, server: Socket]> => {
    const client = connect({ path: join(dir, 'client'), allowHalfOpen: true });
    const [accepted] = (await once(server, 'connection')) as [Socket];
    accepted.on('error', () => undefined);
    client.on('error', () => undefined);
    return [client, accepted];
  };
  const all = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => (text += more));
    await once(socket, 'end');
    return text;
  };
  const body = (): string =>
    readFileSync(join(dir, 'a.qmp'), 'utf8')
      .slice(HEAD.length)
      .replaceAll(/^@[0-9.]+ /gm, '');

  it('carries both ways, and ends as its sides do', async () => {
    const [client, accepted] = await open();
    client.end('{"a": 1}{"half');
    expect(await all(accepted)).to.equal('{"a": 1}{"half');
    accepted.end('{"b": 2}\r\n');
    expect(await all(client)).to.equal('{"b": 2}\r\n');
    client.destroy();
    await plane.stop();
    expect(body()).to.match(
      /^-- opened\n-> \{"a": 1\}\n<- \{"b": 2\}\n->\? \{"half\n-- closed by the client\n$/,
    );
  });

  it('carries more than sockets hold', async () => {
    const [client, accepted] = await open();
    const text = `{"long": "${'x'.repeat(5_000_000)}"}`;
    accepted.end(text);
    expect(await all(client)).to.equal(text);
    client.end();
    expect(await all(accepted)).to.equal('');
  });

  it('closes the client when the server is gone', async () => {
    const [client, accepted] = await open();
    accepted.destroy();
    expect(await all(client)).to.equal('');
    client.destroy();
  });

  it('notes a client for whom there is no server', async () => {
    server.close();
    const client = connect(join(dir, 'client'));
    client.on('error', () => undefined);
    await once(client.resume(), 'close');
    expect(body()).to.equal('-- opened\n-- closed by the server\n');
  });
});
