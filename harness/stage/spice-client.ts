import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { SetupError } from '../errors.ts';

/** A SPICE client whose main channel is linked. */
export interface SpiceClient {
  readonly close: () => void;
}

const MAGIC = 'REDQ';
const VERSION = [2, 2] as const;
const MAIN_CHANNEL = 1;
/** Magic, version and size of what follows (SPICE protocol, Link process). */
const HEADER_BYTES = 16;
/** A reply holds an error code, the server's RSA key of this length as SubjectPublicKeyInfo, and capabilities. */
const KEY_BYTES = 162;
const RESULT_BYTES = 4;
/** A server's capabilities take far less. */
const MAX_REPLY_BYTES = 4096;

/**
 * Links the main channel of a SPICE client, without a password, and reads on whatever the server says.
 * @param patience milliseconds
 * @throws {SetupError} when there is no server, or it refuses
 */
export async function linkSpiceClient(path: string, patience: number): Promise<SpiceClient> {
  const socket = connect(path);
  const timer = setTimeout(() => socket.destroy(new Error(`no link within ${patience / 1000} s`)), patience);
  try {
    await link(socket);
  } catch (error) {
    socket.destroy();
    throw new SetupError(`a SPICE client: ${String(error)}; expected a link`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
  // It goes away with its QEMU, whose end is told elsewhere.
  socket.on('error', () => undefined);
  socket.resume();
  return { close: () => void socket.destroy() };
}

async function link(socket: Socket): Promise<void> {
  const take = reader(socket);
  socket.write(linkMessage());
  const header = await take(HEADER_BYTES);
  const size = header.readUInt32LE(12);
  if (header.toString('latin1', 0, 4) !== MAGIC || size < 4 + KEY_BYTES || size > MAX_REPLY_BYTES)
    throw new Error('what came is no SPICE');
  const reply = await take(size);
  refuse(reply.readUInt32LE(0));
  socket.write(ticket(reply.subarray(4, 4 + KEY_BYTES)));
  refuse((await take(RESULT_BYTES)).readUInt32LE(0));
}

function linkMessage(): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + 18);
  message.write(MAGIC, 'latin1');
  message.writeUInt32LE(VERSION[0], 4);
  message.writeUInt32LE(VERSION[1], 8);
  message.writeUInt32LE(18, 12);
  // A new connection (id 0) and no capabilities, which would begin at the message's end.
  message.writeUInt8(MAIN_CHANNEL, HEADER_BYTES + 4);
  message.writeUInt32LE(18, HEADER_BYTES + 14);
  return message;
}

/** An empty password, encrypted for the server, which wants one even where it does not look at it. */
function ticket(der: Buffer): Buffer {
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, Buffer.alloc(1));
}

function refuse(error: number): void {
  if (error !== 0) throw new Error(`the server refuses with code ${error}`);
}

/** Gives a socket's bytes in pieces of the length that is asked for. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  let held = Buffer.alloc(0);
  return async (length) => {
    while (held.length < length) {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) await readable(socket);
      else held = Buffer.concat([held, chunk]);
    }
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
}

function readable(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      for (const event of ['readable', 'end', 'close', 'error'] as const) socket.removeAllListeners(event);
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.once('readable', () => finish());
    socket.once('error', finish);
    for (const event of ['end', 'close'] as const)
      socket.once(event, () => finish(new Error('the server has hung up')));
  });
}
