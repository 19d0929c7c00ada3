import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import type { RunningProcess } from '../target/server-process.ts';
import { IPV4 } from './socket-ways.ts';
import { MONITOR, type Way } from './way.ts';

/**
 * UDP over IPv4, between two ports that are told. The program sends its greeting when it starts, or never: before 11 a
 * monitor over it is none that a client has connected to.
 */
export const UDP: Way = {
  name: 'udp',
  backends: ['udp'],
  // Nobody tells the program that a client has gone.
  reconnects: false,
  alters: ['datagrams'],
  prepare: async () => {
    const socket = await bindSocket();
    const port = await findPort();
    const stream = new DatagramStream(socket, port);
    stream.on('error', () => undefined);
    const ours = `host=${IPV4},port=${socket.address().port}`;
    return {
      chardevs: [`udp,id=${MONITOR},${ours},localaddr=${IPV4},localport=${port}`],
      open: (process: RunningProcess) => {
        void process.exited.then(() => stream.peerEnded());
        return () => stream;
      },
      close: () => stream.destroy(),
    };
  },
};

async function bindSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, IPV4);
  await once(socket, 'listening');
  return socket;
}

/** A port that is free, and that the system will not soon give to anybody who asks for any. */
async function findPort(): Promise<number> {
  const socket = await bindSocket();
  const { port } = socket.address();
  socket.close();
  return port;
}

/** The program reads so many bytes of a datagram, and loses the rest (chardev/char-udp.c, since 2.8 at the latest). */
const MAX_DATAGRAM = 4096;

/** Datagrams of one peer, as bytes: each write is one, or several where the program could not take it whole. */
class DatagramStream extends Duplex {
  constructor(
    private readonly socket: Socket,
    private readonly port: number,
  ) {
    super();
    socket.on('message', (message, from) => {
      if (from.port === port && !this.readableEnded) this.push(message);
    });
    socket.on('error', (error) => this.destroy(error));
  }

  /** Nothing more will come. */
  peerEnded(): void {
    if (!this.destroyed) this.push(null);
  }

  override _read(): void {
    // Datagrams come unasked.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const rest = chunk.subarray(MAX_DATAGRAM);
    this.socket.send(chunk.subarray(0, MAX_DATAGRAM), this.port, IPV4, (error) => {
      if (error !== null || rest.length === 0) done(error);
      else this._write(rest, _encoding, done);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.close();
    done(error);
  }
}
