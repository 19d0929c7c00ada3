import { closeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import koffi, { type KoffiFunc } from 'koffi';

/** A call of the system failed; the message has the name and the words of its errno. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError';

  constructor(
    call: string,
    /** As in errno(3), a positive number. */
    readonly errno: number,
  ) {
    const [name, words] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, 'no known error'];
    super(`${call}: ${name}: ${words}`);
  }
}

/** Two sockets that are connected with each other. */
export interface SocketPair {
  readonly ours: number;
  readonly theirs: number;
  readonly close: () => void;
}

/** errno(3) of a socket that has no room at present. */
export const EAGAIN = 11;

const EINTR = 4;

/** <sys/socket.h> of Linux, the same on all its architectures that QEMU's hosts are of (but MIPS and SPARC). */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

interface Native {
  readonly wordSize: number;
  readonly sendmsg: KoffiFunc<(socket: number, message: object, flags: number) => number>;
  readonly socketpair: KoffiFunc<
    (domain: number, type: number, protocol: number, ends: Int32Array) => number
  >;
}

let loaded: Native | undefined;

/** The library knows a type by its name once and for all, so they are declared once. */
function native(): Native {
  return (loaded ??= declareNative());
}

function declareNative(): Native {
  const iovec = koffi.struct({ iov_base: 'void *', iov_len: 'size_t' });
  const msghdr = koffi.struct({
    msg_name: 'void *',
    msg_namelen: 'size_t',
    msg_iov: koffi.pointer(iovec),
    msg_iovlen: 'size_t',
    msg_control: 'void *',
    msg_controllen: 'size_t',
    msg_flags: 'int',
  });
  const library = koffi.load(null);
  // ssize_t is a long on Linux.
  return {
    wordSize: koffi.sizeof('size_t'),
    sendmsg: library.func('sendmsg', 'long', ['int', koffi.pointer(msghdr), 'int']) as Native['sendmsg'],
    socketpair: library.func('socketpair', 'int', ['int', 'int', 'int', 'int *']) as Native['socketpair'],
  };
}

/**
 * Writes bytes to a unix socket, and hands over descriptors with the first of them. Does not wait for room.
 * @returns how many bytes were written, at least one
 * @throws {SystemCallError}
 */
export function sendWithRights(socket: number, bytes: Buffer, ...descriptors: readonly number[]): number {
  const { sendmsg } = native();
  const control = controlMessage(descriptors);
  const message = {
    msg_name: null,
    msg_namelen: 0,
    msg_iov: [{ iov_base: bytes, iov_len: bytes.length }],
    msg_iovlen: 1,
    msg_control: control,
    msg_controllen: control.length,
    msg_flags: 0,
  };
  for (;;) {
    const sent = sendmsg(socket, message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    const errno = koffi.errno();
    if (errno !== EINTR) throw new SystemCallError('sendmsg', errno);
  }
}

/** A `cmsghdr` with descriptors, padded to whole words (cmsg(3)). */
export function controlMessage(descriptors: readonly number[]): Buffer {
  const { wordSize } = native();
  const header = wordSize + 8;
  const length = header + 4 * descriptors.length;
  const control = Buffer.alloc(Math.ceil(length / wordSize) * wordSize);
  const numbers = new DataView(control.buffer, control.byteOffset, control.length);
  if (wordSize === 8) numbers.setBigUint64(0, BigInt(length), LITTLE_ENDIAN);
  else numbers.setUint32(0, length, LITTLE_ENDIAN);
  numbers.setInt32(wordSize, SOL_SOCKET, LITTLE_ENDIAN);
  numbers.setInt32(wordSize + 4, SCM_RIGHTS, LITTLE_ENDIAN);
  descriptors.forEach((descriptor, at) => numbers.setInt32(header + 4 * at, descriptor, LITTLE_ENDIAN));
  return control;
}

/** The descriptors of the `cmsghdr`s that lie one behind the other in `control`. */
export function descriptorsOf(control: Buffer): readonly number[] {
  const { wordSize } = native();
  const header = wordSize + 8;
  const numbers = new DataView(control.buffer, control.byteOffset, control.length);
  const descriptors: number[] = [];
  for (let at = 0; at + header <= control.length;) {
    const length =
      wordSize === 8 ? Number(numbers.getBigUint64(at, LITTLE_ENDIAN)) : numbers.getUint32(at, LITTLE_ENDIAN);
    const rights =
      numbers.getInt32(at + wordSize, LITTLE_ENDIAN) === SOL_SOCKET &&
      numbers.getInt32(at + wordSize + 4, LITTLE_ENDIAN) === SCM_RIGHTS;
    const end = Math.min(at + length, control.length);
    for (let one = at + header; rights && one + 4 <= end; one += 4)
      descriptors.push(numbers.getInt32(one, LITTLE_ENDIAN));
    if (length < header) break;
    at += Math.ceil(length / wordSize) * wordSize;
  }
  return descriptors;
}

/** Of this machine. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Makes a pair of connected stream sockets. Programs that we start do not inherit them.
 * @throws {SystemCallError}
 */
export function makeSocketPair(): SocketPair {
  const ends = new Int32Array(2);
  if (native().socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) !== 0)
    throw new SystemCallError('socketpair', koffi.errno());
  const [ours = -1, theirs = -1] = ends;
  return { ours, theirs, close: () => [ours, theirs].forEach((end) => closeSync(end)) };
}
