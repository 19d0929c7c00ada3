import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SetupError } from '../errors.ts';
import type { RunningProcess } from '../target/server-process.ts';
import { TransportMissing } from './transport-errors.ts';
import { connectTo } from './wait-for.ts';
import { MONITOR, plainWay, type Offer, type Place, type Way } from './way.ts';

/** A unix socket that the program listens at. */
export const UNIX = plainWay('unix', 'socket', (place) => unixOffer(place));

/** A unix socket without a file: a name in the abstract namespace of unix(7). */
export const UNIX_ABSTRACT = plainWay('unix-abstract', 'socket', () => {
  const name = `qmp-conformance-${randomUUID()}`.padEnd(NAME_BYTES, '-');
  return {
    chardevs: [`socket,id=${MONITOR},path=${name},abstract=on,tight=on,server=on,wait=off`],
    afterStart: true,
    open: (process) => (deadline) => connectTo(process, { path: `\0${name}` }, deadline),
  };
});

/**
 * Some versions of Node pad an abstract name with zeros, which count (unix(7)), and some do not: only a name that fills
 * its 108 bytes, after the zero that it begins with, is the same for both.
 */
const NAME_BYTES = 107;

/** A socket pair, whose other end the program got as a descriptor. */
export const FD: Way = {
  ...plainWay('fd', 'socket', () => ({
    chardevs: [`socket,id=${MONITOR},fd=3`],
    socketPairs: 1,
    open: (process) => () => firstStream(process),
  })),
  reconnects: false,
};

/** TCP over IPv4. */
export const TCP = plainWay('tcp', 'socket', () => tcpOffer(IPV4, '', (socket) => socket));

/** TCP over IPv6. */
export const TCP6 = plainWay('tcp6', 'socket', () => {
  const addresses = Object.values(networkInterfaces()).flat();
  if (!addresses.some((address) => address?.address === IPV6))
    throw new TransportMissing('tcp6', `no network interface has the address ${IPV6}`);
  return tcpOffer(IPV6, ',ipv6=on', (socket) => socket);
});

const IPV6 = '::1';

/** What a program listens at; port 0 has the system choose one that is free. */
export const IPV4 = '127.0.0.1';

/**
 * @param host an address of this machine
 * @param options further options of the character device, each behind a comma
 * @param wrap takes the bytes of the transport's own protocol off
 * @remarks `delay=off` and not `nodelay=on`: all releases read it, and 5.2 does not know the other.
 */
export function tcpOffer(
  host: string,
  options: string,
  wrap: (socket: Socket, process: RunningProcess, deadline: number) => Promise<Duplex> | Duplex,
): Offer {
  return {
    chardevs: [`socket,id=${MONITOR},host=${host},port=0,server=on,wait=off,delay=off${options}`],
    afterStart: true,
    open: (process, _patience, filename) => {
      const port = portIn(filename);
      return async (deadline) => {
        const until = performance.now() + deadline;
        const socket = await connectTo(process, { host, port, noDelay: true }, deadline);
        return wrap(socket, process, until - performance.now());
      };
    },
  };
}

function portIn(filename: string): number {
  const port = /:(\d+),server/.exec(filename)?.[1];
  if (port === undefined)
    throw new SetupError(`${filename}: a character device; expected a port in its name`);
  return Number(port);
}

/** @param options further options of the character device, each behind a comma */
export function unixOffer({ name }: Place, options = ''): Offer {
  const path = `${name}/monitor.sock`;
  return {
    chardevs: [`socket,id=${MONITOR},path=${path},server=on,wait=off${options}`],
    afterStart: true,
    // Through its working folder: a path of ours may be longer than the 107 bytes that an address holds.
    open: (process) => (deadline) =>
      connectTo(process, { path: `/proc/${process.pid ?? 0}/cwd/${path}` }, deadline),
  };
}

function firstStream(process: RunningProcess): Duplex {
  const [stream] = process.streams;
  if (stream === undefined) throw new SetupError('the program could not be started');
  return stream;
}
