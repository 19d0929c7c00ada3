import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import koffi from 'koffi';
import { ConnectionClosed, DeadlineExceeded } from './connection-errors.ts';
import {
  EAGAIN,
  makeSocketPair,
  sendWithRights,
  SystemCallError,
  type SocketPair,
} from './native-sockets.ts';
import { sendWithDescriptor } from './send-with-descriptor.ts';

/** Takes what lies at a socket, and the descriptor that came with it. */
function receive(socket: number): { readonly text: string; readonly descriptor: number | undefined } {
  const [bytes, control] = [Buffer.alloc(65_536), Buffer.alloc(64)];
  // As <sys/socket.h> lays out iovec and msghdr, in words of 8 bytes.
  const vector = Buffer.from(new BigUint64Array([koffi.address(bytes), BigInt(bytes.length)]).buffer);
  const message = new BigUint64Array([0n, 0n, koffi.address(vector), 1n, koffi.address(control), 64n, 0n]);
  const recvmsg = koffi.load(null).func('recvmsg', 'long', ['int', 'void *', 'int']) as (
    ...args: readonly [number, Uint8Array, number]
  ) => number;
  const length = recvmsg(socket, Buffer.from(message.buffer), 0x40);
  const came = control.readUInt32LE(0) === 20;
  return {
    text: bytes.subarray(0, Math.max(length, 0)).toString(),
    descriptor: came ? control.readInt32LE(16) : undefined,
  };
}

describe('native sockets', () => {
  let dir: string;
  let pair: SocketPair;
  let file: number;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
    pair = makeSocketPair();
    file = openSync(join(dir, 'file'), 'w+');
  });

  afterEach(() => {
    pair.close();
    closeSync(file);
    rmSync(dir, { recursive: true });
  });

  it('connects both ends of a pair', () => {
    writeSync(pair.theirs, 'hello');
    const bytes = Buffer.alloc(5);
    readSync(pair.ours, bytes);
    expect(bytes.toString()).to.equal('hello');
  });

  it('hands a descriptor over', () => {
    expect(sendWithRights(pair.ours, Buffer.from('here'), file)).to.equal(4);
    const { text, descriptor = -1 } = receive(pair.theirs);
    expect(text).to.equal('here');
    expect(descriptor).not.to.equal(file);
    expect(fstatSync(descriptor).ino).to.equal(fstatSync(file).ino);
    closeSync(descriptor);
  });

  it('tells that there is no room instead of waiting', () => {
    const fill = (): void => {
      for (;;) sendWithRights(pair.ours, Buffer.alloc(100_000), file);
    };
    expect(fill).to.throw(SystemCallError).with.property('errno', EAGAIN);
  });

  const wrong: readonly (readonly [title: string, send: () => unknown, message: string])[] = [
    [
      'a descriptor that is not open',
      () => sendWithRights(pair.ours, Buffer.from('x'), 99_999),
      'sendmsg: EBADF: ',
    ],
    ['a file instead of a socket', () => sendWithRights(file, Buffer.from('x'), file), 'sendmsg: ENOTSOCK: '],
  ];
  for (const [title, send, message] of wrong) {
    it(`tells the error of the system for ${title}`, () => expect(send).to.throw(SystemCallError, message));
  }

  describe('below a stream', () => {
    const PATIENCE = 5_000;
    let stream: Socket;

    beforeEach(() => {
      const own = makeSocketPair();
      pair.close();
      stream = new Socket({ fd: own.ours });
      // The stream closes its end itself.
      pair = { ...own, close: () => closeSync(own.theirs) };
    });

    afterEach(() => stream.destroy());

    it('sends first what the stream was given before', async () => {
      stream.write('first ');
      const rest = await sendWithDescriptor(stream, Buffer.from('second'), file, PATIENCE);
      expect(rest).to.have.length(0);
      // A reader gets both at once, and the descriptor with them (unix(7)).
      const after = receive(pair.theirs);
      expect(after.text).to.equal('first second');
      expect(fstatSync(after.descriptor ?? -1).ino).to.equal(fstatSync(file).ino);
      closeSync(after.descriptor ?? -1);
    });

    it('gives back what there was no room for', async () => {
      const bytes = Buffer.alloc(4_000_000, 'x');
      const rest = await sendWithDescriptor(stream, bytes, file, PATIENCE);
      expect(rest.length).to.be.within(1, bytes.length - 1);
    });

    it('does not wait for ever for room', async () => {
      stream.write(Buffer.alloc(4_000_000));
      const error: unknown = await sendWithDescriptor(stream, Buffer.from('x'), file, 30).catch(
        (e: unknown) => e,
      );
      expect(error).instanceOf(DeadlineExceeded);
    });

    it('tells of a peer that is gone', async () => {
      closeSync(pair.theirs);
      pair = makeSocketPair();
      const error: unknown = await sendWithDescriptor(stream, Buffer.from('x'), file, PATIENCE).catch(
        (e: unknown) => e,
      );
      expect(error).instanceOf(ConnectionClosed);
    });

    it('refuses a stream of our own making', async () => {
      const error: unknown = await sendWithDescriptor(
        new PassThrough(),
        Buffer.from('x'),
        file,
        PATIENCE,
      ).catch((e: unknown) => e);
      expect(error).instanceOf(TypeError);
      expect(String(error)).to.contain('expected a unix socket');
    });
  });
});
