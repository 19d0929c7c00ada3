import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeSocketPair, sendWithRights, SystemCallError, type SocketPair } from './native-sockets.ts';
import {
  duplicateDescriptor,
  endSending,
  hasNativeStreams,
  POLLHUP,
  POLLIN,
  PollList,
  POLLOUT,
  Receiver,
  sendBytes,
  waitForBytes,
} from './native-stream.ts';

describe('native streams', () => {
  let dir: string;
  let pair: SocketPair;
  let file: number;
  const buffer = Buffer.alloc(65_536);

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

  it('are there', () => expect(hasNativeStreams()).to.equal(process.platform === 'linux'));

  it('give what was sent, once, and then the end', () => {
    const receiver = new Receiver();
    expect(receiver.receive(pair.theirs, buffer)).to.deep.equal({ length: -1, descriptors: [] });
    expect(sendBytes(pair.ours, Buffer.from('hello'))).to.equal(5);
    expect(receiver.receive(pair.theirs, buffer.subarray(0, 3)).length).to.equal(3);
    expect(receiver.receive(pair.theirs, buffer.subarray(3)).length).to.equal(2);
    expect(buffer.toString('utf8', 0, 5)).to.equal('hello');
    endSending(pair.ours);
    expect(receiver.receive(pair.theirs, buffer).length).to.equal(0);
  });

  for (const count of [1, 2, 253]) {
    it(`give ${count} descriptors that came together`, () => {
      const handed = Array.from({ length: count }, () => file);
      expect(sendWithRights(pair.ours, Buffer.from('x'), ...handed)).to.equal(1);
      const { length, descriptors } = new Receiver().receive(pair.theirs, buffer);
      expect(length).to.equal(1);
      expect(descriptors).to.have.lengthOf(count);
      for (const descriptor of descriptors) {
        expect(fstatSync(descriptor).ino).to.equal(fstatSync(file).ino);
        closeSync(descriptor);
      }
    });
  }

  it('tell that there is no room instead of waiting', () => {
    for (let left = 100; left > 0 && sendBytes(pair.ours, Buffer.alloc(100_000)) > 0;) left--;
    expect(sendBytes(pair.ours, Buffer.from('x'))).to.equal(0);
  });

  it('wait until something comes, and tell for each what it is', () => {
    const list = new PollList();
    const [quiet, busy] = [list.add(pair.ours, POLLIN), list.add(pair.theirs, POLLIN | POLLOUT)];
    const nobody = list.add(-1, POLLIN);
    sendBytes(pair.ours, Buffer.from('x'));
    list.wait();
    expect([quiet, busy, nobody].map((place) => list.came(place))).to.deep.equal([0, POLLIN | POLLOUT, 0]);
  });

  it('wait for more than a list has room for at first', () => {
    const list = new PollList();
    for (let round = 0; round < 2; round++) {
      list.clear();
      const places = Array.from({ length: 200 }, () => list.add(pair.theirs, POLLOUT));
      list.wait();
      expect(places.every((place) => list.came(place) === POLLOUT)).to.equal(true);
    }
  });

  it('tell of a peer that is gone', () => {
    const other = makeSocketPair();
    closeSync(other.theirs);
    const list = new PollList();
    const place = list.add(other.ours, POLLIN);
    list.wait();
    expect(list.came(place)).to.equal(POLLIN | POLLHUP);
    closeSync(other.ours);
  });

  it('wait no longer than they are told', () => {
    const began = performance.now();
    waitForBytes(pair.ours, 20);
    expect(performance.now() - began).to.be.within(15, 2000);
    writeSync(pair.theirs, 'x');
    waitForBytes(pair.ours, 60_000);
  });

  it('make a second descriptor, which lives on', () => {
    const other = makeSocketPair();
    const copy = duplicateDescriptor(other.ours);
    closeSync(other.ours);
    expect(sendBytes(copy, Buffer.from('x'))).to.equal(1);
    closeSync(copy);
    closeSync(other.theirs);
  });

  const wrong: readonly (readonly [what: string, call: () => unknown, message: string])[] = [
    ['reading what is no socket', () => new Receiver().receive(file, buffer), 'recvmsg: ENOTSOCK: '],
    ['sending to what is no socket', () => sendBytes(file, buffer), 'send: ENOTSOCK: '],
    ['ending what is no socket', () => endSending(file), 'shutdown: ENOTSOCK: '],
    ['a second of a descriptor that is not open', () => duplicateDescriptor(99_999), 'fcntl: EBADF: '],
  ];
  for (const [what, call, message] of wrong) {
    it(`tell the error of the system for ${what}`, () => expect(call).to.throw(SystemCallError, message));
  }
});
