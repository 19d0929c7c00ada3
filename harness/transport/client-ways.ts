import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';
import { compareReleases } from '../release/compare-releases.ts';
import { IPV4 } from './socket-ways.ts';
import { waitFor } from './wait-for.ts';
import { MONITOR, plainWay, type Connect, type Offer, type Way } from './way.ts';
import type { RunningProcess } from '../target/server-process.ts';

/** A unix socket of ours, which the program connects to. */
export const UNIX_CLIENT: Way = slowWay('unix-client', 'socket', async ({ name, path, version }) => {
  // Through the folder's descriptor: a path of ours may be longer than the 107 bytes that an address holds.
  const folder = openSync(path, 'r');
  const listening = await listen({ path: `/proc/self/fd/${folder}/monitor.sock` });
  return clientOffer(listening, `path=${name}/monitor.sock`, version, () => closeSync(folder));
});

/** A TCP port of ours, which the program connects to. */
export const TCP_CLIENT: Way = slowWay('tcp-client', 'socket', async ({ version }) => {
  const listening = await listen({ host: IPV4, port: 0 });
  const { port } = listening.server.address() as AddressInfo;
  return clientOffer(listening, `host=${IPV4},port=${port}`, version);
});

/** A program before 9.2 comes again after a second at the earliest. */
function slowWay(name: string, backend: string, prepare: Way['prepare']): Way {
  return { ...plainWay(name, backend, prepare), slow: true };
}

interface Listening {
  readonly server: Server;
  /** Who has connected and was not taken, oldest first. */
  readonly waiting: Socket[];
}

async function listen(where: ListenOptions): Promise<Listening> {
  const waiting: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    waiting.push(socket);
    server.emit('waiting');
  });
  server.listen(where);
  await once(server, 'listening');
  return { server, waiting };
}

function clientOffer(
  { server, waiting }: Listening,
  address: string,
  version: string,
  close?: () => void,
): Offer {
  const open = (process: RunningProcess): Connect => {
    return (deadline) =>
      waitFor(process, deadline, 'connection from the program', async (signal) => {
        for (;;) {
          const socket = waiting.shift();
          if (socket !== undefined) return socket;
          await once(server, 'waiting', { signal });
        }
      });
  };
  return {
    chardevs: [`socket,id=${MONITOR},${address},server=off,${reconnectOption(version)}`],
    open,
    close: () => {
      for (const socket of waiting) socket.destroy();
      server.close();
      close?.();
    },
  };
}

/** Since 9.2 it is told in milliseconds, and since then deprecated in seconds (qapi/char.json, ChardevSocket). */
function reconnectOption(version: string): string {
  return version !== '' && compareReleases(version, '9.2.0') >= 0 ? 'reconnect-ms=10' : 'reconnect=1';
}
