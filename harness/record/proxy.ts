import type { Server, Socket } from 'node:net';
import type { Address } from '../target/connect-endpoint.ts';
import type { DataPlane } from './data-plane.ts';
import { listenAt, writeAddress, type Place } from './listen-place.ts';
import { reachServer } from './reach-server.ts';

/** A place where clients come, and the server that they want. */
export interface Route {
  readonly listen: Place;
  readonly connect: Address;
  /** The server may not be there yet when a client comes. */
  readonly early?: boolean;
}

/** A proxy that listens. */
export interface Proxy {
  /** Takes no more clients. Resolves when the sockets are gone. */
  readonly close: () => Promise<void>;
}

/**
 * Listens for clients, and connects each with its server. Connections are numbered from 0, in the order in which they
 * are made; the same numbers for all routes.
 * @param planeToBe clients that come before it is there wait
 * @param say told in one line when a client finds no server
 * @throws {InputError}
 * @throws {SetupError}
 */
export async function startProxy(
  routes: readonly Route[],
  planeToBe: Promise<DataPlane>,
  say: (line: string) => void,
): Promise<Proxy> {
  const over = new AbortController();
  const servers: Server[] = [];
  let connections = 0;
  const accept = async (route: Route, client: Socket): Promise<void> => {
    client.on('error', () => undefined);
    if (route.listen.kind === 'tcp') client.setNoDelay();
    const plane = await planeToBe;
    const server = await reachServer(route.connect, route.early === true, over.signal);
    // A socket that was left to us is a unix socket in practice; with any other, there is nothing to hand over.
    const rights = { client: route.listen.kind !== 'tcp', server: route.connect.kind === 'unix' };
    if (server !== undefined) {
      plane.add({ connection: connections++, client, server, rights });
      return;
    }
    client.destroy();
    if (over.signal.aborted) return;
    plane.refuse(connections++);
    say(`${writeAddress(route.connect)}: nothing answers there; the client's connection was closed`);
  };
  const close = async (): Promise<void> => {
    over.abort();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  try {
    for (const route of routes)
      servers.push(
        await listenAt(route.listen, (client) => void accept(route, client).catch(() => client.destroy())),
      );
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}
