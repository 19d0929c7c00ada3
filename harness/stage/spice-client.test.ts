import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SetupError } from '../errors.ts';
import { linkSpiceClient, type SpiceClient } from './spice-client.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 1024 });

/** A reply to the link message: an error code, the server's key, and no capabilities. */
function reply(error = 0): Buffer {
  const message = Buffer.alloc(16 + 178);
  message.write('REDQ');
  message.writeUInt32LE(2, 4);
  message.writeUInt32LE(2, 8);
  message.writeUInt32LE(178, 12);
  message.writeUInt32LE(error, 16);
  keys.publicKey.export({ format: 'der', type: 'spki' }).copy(message, 20);
  return message;
}

const result = (error: number): Buffer => Buffer.from(new Uint32Array([error]).buffer);

describe('linkSpiceClient', () => {
  let dir: string;
  let server: Server;
  let sockets: Socket[];
  let client: SpiceClient | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmpc-spice-'));
    sockets = [];
    client = undefined;
  });

  afterEach(() => {
    client?.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(dir, { recursive: true });
  });

  /** A client of a server that says one thing after another, each when something has come. */
  async function link(answers: readonly Buffer[], patience = 5_000): Promise<readonly Buffer[]> {
    const came: Buffer[] = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (chunk) => {
        const answer = answers[came.push(chunk) - 1];
        if (answer !== undefined) socket.write(answer);
        else if (came.length > answers.length) socket.destroy();
      });
    });
    const path = join(dir, 's');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    client = await linkSpiceClient(path, patience);
    return came;
  }

  it('asks for the main channel of a new connection, and gives an empty password', async () => {
    const [message, ticket = Buffer.alloc(0)] = await link([reply(), result(0)]);
    expect(message?.toString('hex')).to.equal(
      `${Buffer.from('REDQ').toString('hex')}020000000200000012000000000000000100${'00'.repeat(8)}12000000`,
    );
    const password = privateDecrypt(
      { key: keys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
      ticket,
    );
    expect([...password]).to.deep.equal([0]);
  });

  it('reads what comes in pieces', async () => {
    const whole = Buffer.concat([reply(), result(0)]);
    expect(await link([whole])).to.have.length.at.least(1);
  });

  const wrong: readonly (readonly [
    title: string,
    answers: readonly Buffer[],
    message: string,
    patience?: number,
  ])[] = [
    ['a server of another protocol', [Buffer.from('RFB 003.008\n1234')], 'what came is no SPICE'],
    [
      'a reply without end',
      [Buffer.concat([reply().subarray(0, 12), result(2 ** 31)])],
      'what came is no SPICE',
    ],
    [
      'a reply without key',
      [Buffer.concat([reply().subarray(0, 12), result(4), result(0)])],
      'what came is no SPICE',
    ],
    ['a link that is refused', [reply(9)], 'the server refuses with code 9'],
    ['a password that is refused', [reply(), result(7)], 'the server refuses with code 7'],
    ['a server that hangs up', [], 'the server has hung up'],
    ['a server that hangs up later', [reply()], 'the server has hung up'],
    ['a server that says nothing', [Buffer.alloc(0)], 'no link within 0.05 s', 50],
  ];
  for (const [title, answers, message, patience] of wrong) {
    it(`tells of ${title}`, async () => {
      const error: unknown = await link(answers, patience).catch((e: unknown) => e);
      expect(error).instanceOf(SetupError);
      expect(String(error)).to.contain(message);
    });
  }

  it('tells of a socket that is not there', async () => {
    server = createServer();
    const error: unknown = await linkSpiceClient(join(dir, 'none'), 5_000).catch((e: unknown) => e);
    expect(String(error)).to.contain('ENOENT').and.to.contain('expected a link');
  });
});
