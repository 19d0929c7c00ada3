import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { WireObserver } from '../../qmp/connection.ts';
import type { DialogueWatcher } from '../dialogue-watcher.ts';
import type { Between, Dial } from '../run-plan.ts';
import { createConnectionLog, noteEnd, type ConnectionLog } from './message-log.ts';
import { ProxyProcess, type ProxyCommand } from './proxy-process.ts';

/** What was seen of the connections of a replay at both ends of a proxy. */
export interface WatchedConnections {
  /** Between the client and the proxy, by number of the connection. */
  readonly client: ReadonlyMap<number, ConnectionLog>;
  /** Between the proxy and the server, by monitor, in the order in which the proxy has made them. */
  readonly server: ReadonlyMap<number, readonly ConnectionLog[]>;
  /** The connections of each monitor, in the order in which they were made. */
  readonly order: ReadonlyMap<number, readonly number[]>;
  /** Connections that the proxy ended although the other side had not. */
  readonly earlyEnds: readonly EarlyEnd[];
}

/** A connection that a proxy ended (`->`: its own to the server) although the other side had not. */
export interface EarlyEnd {
  readonly connection: number;
  readonly direction: '->' | '<-';
}

/** Something between a capture's connections and its monitors that keeps what it sees. */
export interface WatchingBetween extends Between {
  readonly seen: WatchedConnections;
  /** Is to be told what happens. */
  readonly watch: DialogueWatcher;
}

interface Watching {
  readonly client: Map<number, ConnectionLog>;
  readonly server: Map<number, ConnectionLog[]>;
  readonly order: Map<number, number[]>;
  readonly earlyEnds: EarlyEnd[];
}

function beginWatching(): Watching {
  return { client: new Map(), server: new Map(), order: new Map(), earlyEnds: [] };
}

/** Watches connections that go to the server directly, or to what `dial` says instead. */
export function watchDirectly(dial?: Dial): WatchingBetween {
  const seen = beginWatching();
  return {
    seen,
    watch: watchEnds(seen),
    open: (_, direct) => Promise.resolve(dial ?? direct),
    close: () => Promise.resolve(),
    settle: () => Promise.resolve(),
    observe: observeInto(seen),
  };
}

/**
 * Starts a proxy for each monitor, and stands between it and the server, to see both what goes into it and what comes
 * out of it.
 */
export function watchProxy(command: ProxyCommand, patience: number): WatchingBetween {
  const seen = beginWatching();
  const proxies = new Map<number, Promise<ProxyProcess>>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const begin = async (dir: string, direct: Dial, monitor: number): Promise<ProxyProcess> => {
    const path = join(dir, `tap-${monitor}.sock`);
    const logs: ConnectionLog[] = [];
    seen.server.set(monitor, logs);
    const server = createServer((socket) => void tap(socket, () => direct(monitor), logs, sockets));
    servers.push(server);
    server.listen(path);
    await once(server, 'listening');
    return new ProxyProcess(
      command.replaceAll('{monitor}', String(monitor)),
      join(dir, `proxy-${monitor}.sock`),
      path,
      patience,
    );
  };
  return {
    seen,
    watch: watchEnds(seen),
    observe: observeInto(seen),
    settle: (connection) => settle(seen, connection, Math.min(patience, MAX_SETTLING)),
    open: (dir, direct) =>
      Promise.resolve(async (monitor: number) => {
        const proxy = proxies.get(monitor) ?? begin(dir, direct, monitor);
        proxies.set(monitor, proxy);
        return (await proxy).dial();
      }),
    close: async () => {
      // Before anything of ours ends: from then on the proxy has reason to end its connections.
      seen.earlyEnds.push(...findEarlyEnds(seen));
      await Promise.all([...proxies.values()].map(async (proxy) => (await proxy).close()));
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

/** How long messages may be under way when a connection is to be closed, in milliseconds. */
const MAX_SETTLING = 2000;
const LOOK_DISTANCE = 2;

/** Waits until both ends of a connection have seen equally many messages. */
async function settle(seen: Watching, connection: number, limit: number): Promise<void> {
  const ours = seen.client.get(connection);
  const theirs = partnerOf(seen, connection);
  const began = performance.now();
  if (ours === undefined) return;
  ours.settledAt = began;
  if (theirs === undefined) return;
  const isEven = (): boolean =>
    theirs.toServer.messages.length >= ours.toServer.messages.length &&
    theirs.toClient.messages.filter(({ at }) => at <= began).length <= ours.toClient.messages.length;
  while (!isEven() && performance.now() - began < limit) await delay(LOOK_DISTANCE);
}

/** What was seen of a connection between the proxy and the server: proxies make theirs in the order of ours. */
function partnerOf({ order, server }: WatchedConnections, connection: number): ConnectionLog | undefined {
  for (const [monitor, connections] of order) {
    const at = connections.indexOf(connection);
    if (at >= 0) return server.get(monitor)?.[at];
  }
  return undefined;
}

/** A proxy ends a connection when the other side has, and not before. */
function findEarlyEnds(seen: Watching): readonly EarlyEnd[] {
  return [...seen.client].flatMap(([connection, ours]): EarlyEnd[] => {
    const theirs = partnerOf(seen, connection);
    if (ours.endedBy === 'server side' && theirs?.endedBy !== 'server side')
      return [{ connection, direction: '<-' }];
    if (theirs?.endedBy === 'client side' && theirs.endedAt < ours.endedAt)
      return [{ connection, direction: '->' }];
    return [];
  });
}

function watchEnds({ client }: Watching): DialogueWatcher {
  return {
    closed: (connection, by, at) => {
      const log = client.get(connection);
      if (log !== undefined) noteEnd(log, `${by} side`, at);
    },
  };
}

function observeInto(seen: Watching): Between['observe'] {
  return (connection, monitor): WireObserver => {
    const log = createConnectionLog();
    seen.client.set(connection, log);
    seen.order.set(monitor, [...(seen.order.get(monitor) ?? []), connection]);
    return (direction, bytes, at) => (direction === '->' ? log.toServer : log.toClient).push(bytes, at);
  };
}

/** Passes on what goes over a connection from the proxy to the server, byte by byte, and keeps it. */
async function tap(
  fromProxy: Socket,
  dial: () => Promise<Socket>,
  logs: ConnectionLog[],
  sockets: Set<Socket>,
): Promise<void> {
  const log = createConnectionLog();
  logs.push(log);
  sockets.add(fromProxy);
  fromProxy.on('error', () => undefined);
  fromProxy.pause();
  const server = await dial().catch(() => undefined);
  if (server === undefined || fromProxy.destroyed) {
    fromProxy.destroy();
    server?.destroy();
    return;
  }
  sockets.add(server);
  server.on('error', () => undefined);
  pass(fromProxy, server, (chunk) => log.toServer.push(chunk, performance.now()));
  pass(server, fromProxy, (chunk) => log.toClient.push(chunk, performance.now()));
  for (const event of ['end', 'close']) {
    server.once(event, () => noteEnd(log, 'server side', performance.now()));
    fromProxy.once(event, () => noteEnd(log, 'client side', performance.now()));
  }
}

function pass(from: Socket, to: Socket, see: (chunk: Buffer) => void): void {
  from.on('data', (chunk: Buffer) => {
    see(chunk);
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.once('close', () => to.destroy());
  from.once('end', () => to.end());
  from.resume();
}
