import koffi, { type KoffiFunc } from 'koffi';
import { controlMessage, descriptorsOf, EAGAIN, SystemCallError } from './native-sockets.ts';

/** <poll.h> of Linux. */
export const POLLIN = 0x1;
export const POLLOUT = 0x4;
export const POLLHUP = 0x10;

/** errno(3): the other end of a connection is gone. */
export const EPIPE = 32;
export const ECONNRESET = 104;

const EINTR = 4;

/** <sys/socket.h> and <fcntl.h> of Linux, the same on all its architectures that QEMU's hosts are of (but MIPS and SPARC). */
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x40000000;
const SHUT_WR = 1;
const F_DUPFD_CLOEXEC = 1030;

/** As many descriptors as the kernel hands over at a time (SCM_MAX_FD of unix(7)). */
const MAX_DESCRIPTORS = 253;

interface Native {
  readonly wordSize: number;
  readonly poll: KoffiFunc<(list: Buffer, count: number, timeout: number) => number>;
  readonly recvmsg: KoffiFunc<(socket: number, message: Buffer, flags: number) => number>;
  readonly send: KoffiFunc<(socket: number, bytes: Buffer, length: number, flags: number) => number>;
  readonly shutdown: KoffiFunc<(socket: number, how: number) => number>;
  readonly fcntl: KoffiFunc<(descriptor: number, command: number, type: 'int', value: number) => number>;
}

let loaded: Native | undefined;

function native(): Native {
  return (loaded ??= declareNative());
}

function declareNative(): Native {
  const library = koffi.load(null);
  // ssize_t is a long on Linux, nfds_t an unsigned long.
  return {
    wordSize: koffi.sizeof('size_t'),
    poll: library.func('int poll(void *list, unsigned long count, int timeout)') as Native['poll'],
    recvmsg: library.func('long recvmsg(int socket, void *message, int flags)') as Native['recvmsg'],
    send: library.func('long send(int socket, void *bytes, size_t length, int flags)') as Native['send'],
    shutdown: library.func('int shutdown(int socket, int how)') as Native['shutdown'],
    fcntl: library.func('int fcntl(int descriptor, int command, ...)') as Native['fcntl'],
  };
}

/** Calls until no signal comes between; returns -1 for EAGAIN. */
function retry(name: string, call: () => number): number {
  for (;;) {
    const result = call();
    if (result >= 0) return result;
    const errno = koffi.errno();
    if (errno === EAGAIN) return -1;
    if (errno !== EINTR) throw new SystemCallError(name, errno);
  }
}

/** A `struct pollfd`: descriptor, events that are waited for, events that came. */
const POLL_ENTRY = 8;
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** What a loop waits for, as poll(2) has it. Filled anew for each wait, in memory that is kept. */
export class PollList {
  private memory = Buffer.alloc(64 * POLL_ENTRY);
  private view = viewOf(this.memory);
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  /** Adds a descriptor. @returns its place, for {@link came} */
  add(descriptor: number, events: number): number {
    if ((this.count + 1) * POLL_ENTRY > this.memory.length) this.grow();
    const at = this.count * POLL_ENTRY;
    this.view.setInt32(at, descriptor, LITTLE_ENDIAN);
    this.view.setInt16(at + 4, events, LITTLE_ENDIAN);
    this.view.setInt16(at + 6, 0, LITTLE_ENDIAN);
    return this.count++;
  }

  /**
   * Waits until something of it comes, without end; the whole thread does.
   * @throws {SystemCallError}
   */
  wait(): void {
    retry('poll', () => native().poll(this.memory, this.count, -1));
  }

  /** The events that came to the descriptor at this place. */
  came(place: number): number {
    return this.view.getInt16(place * POLL_ENTRY + 6, LITTLE_ENDIAN);
  }

  private grow(): void {
    this.memory = Buffer.concat([this.memory, Buffer.alloc(this.memory.length)]);
    this.view = viewOf(this.memory);
  }
}

const one = Buffer.alloc(POLL_ENTRY);

/**
 * Waits until a socket has bytes, at most for `patience` milliseconds; the whole thread does.
 * @throws {SystemCallError}
 */
export function waitForBytes(socket: number, patience: number): void {
  const view = viewOf(one);
  view.setInt32(0, socket, LITTLE_ENDIAN);
  view.setInt16(4, POLLIN, LITTLE_ENDIAN);
  retry('poll', () => native().poll(one, 1, patience));
}

function viewOf(memory: Buffer): DataView {
  return new DataView(memory.buffer, memory.byteOffset, memory.length);
}

/** What came over a socket. */
export interface Received {
  /** How many bytes lie in the buffer: 0 at the end of the stream, -1 where nothing has come. */
  readonly length: number;
  /** Descriptors that came with them. They are ours to close; programs that we start do not inherit them. */
  readonly descriptors: readonly number[];
}

const NONE: readonly number[] = [];

/** Receives into buffers of others, again and again, with a `struct msghdr` in memory that is kept. */
export class Receiver {
  private readonly wordSize = native().wordSize;
  private readonly control = controlMessage(Array.from({ length: MAX_DESCRIPTORS }, () => 0));
  /** Seven words: the second and the last are ints, which padding makes as long. */
  private readonly header = Buffer.alloc(7 * this.wordSize);
  /** A `struct iovec`. */
  private readonly vector = Buffer.alloc(2 * this.wordSize);

  constructor() {
    this.put(this.header, MSG_IOV, koffi.address(this.vector));
    this.put(this.header, MSG_IOVLEN, 1n);
    this.put(this.header, MSG_CONTROL, koffi.address(this.control));
  }

  /**
   * Takes what lies at a socket, and the descriptors that came with it. Does not wait.
   * @throws {SystemCallError}
   */
  receive(socket: number, into: Buffer): Received {
    this.put(this.vector, 0, koffi.address(into));
    this.put(this.vector, 1, BigInt(into.length));
    this.put(this.header, MSG_CONTROLLEN, BigInt(this.control.length));
    const length = retry('recvmsg', () =>
      native().recvmsg(socket, this.header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC),
    );
    const came = length < 0 ? 0 : this.get(this.header, MSG_CONTROLLEN);
    return { length, descriptors: came === 0 ? NONE : descriptorsOf(this.control.subarray(0, came)) };
  }

  private put(memory: Buffer, word: number, value: bigint): void {
    const view = viewOf(memory);
    if (this.wordSize === 8) view.setBigUint64(word * 8, value, LITTLE_ENDIAN);
    else view.setUint32(word * 4, Number(value), LITTLE_ENDIAN);
  }

  private get(memory: Buffer, word: number): number {
    const view = viewOf(memory);
    return this.wordSize === 8
      ? Number(view.getBigUint64(word * 8, LITTLE_ENDIAN))
      : view.getUint32(word * 4, LITTLE_ENDIAN);
  }
}

/** Members of `struct msghdr`, counted in words. */
const MSG_IOV = 2;
const MSG_IOVLEN = 3;
const MSG_CONTROL = 4;
const MSG_CONTROLLEN = 5;

/**
 * Writes bytes to a socket. Does not wait for room.
 * @returns how many bytes were written: 0 where there is no room
 * @throws {SystemCallError}
 */
export function sendBytes(socket: number, bytes: Buffer): number {
  return Math.max(
    0,
    retry('send', () => native().send(socket, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL)),
  );
}

/**
 * Tells the other end that nothing more will come; what it sends can still be read.
 * @throws {SystemCallError}
 */
export function endSending(socket: number): void {
  if (native().shutdown(socket, SHUT_WR) !== 0) throw new SystemCallError('shutdown', koffi.errno());
}

/**
 * Makes a second descriptor of the same file, which lives on when the first is closed.
 * @throws {SystemCallError}
 */
export function duplicateDescriptor(descriptor: number): number {
  const copy = native().fcntl(descriptor, F_DUPFD_CLOEXEC, 'int', 0);
  if (copy < 0) throw new SystemCallError('fcntl', koffi.errno());
  return copy;
}

/** Tells whether this machine has the calls of this file. */
export function hasNativeStreams(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    native();
    return true;
  } catch {
    return false;
  }
}
