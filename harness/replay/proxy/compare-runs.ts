import { isJsonObject, type JsonValue } from '../../json/value.ts';
import { writeJson } from '../../json/write-json.ts';
import { figuresOf } from './delays.ts';
import { findDifferences } from './json-differences.ts';
import { type ConnectionLog, type LoggedMessage, type MessageLog } from './message-log.ts';
import type { ProxyFinding, ProxyReport } from './proxy-report.ts';
import type { WatchedConnections } from './watch-proxy.ts';

type Comparison = Pick<ProxyReport, 'findings' | 'respelled' | 'delays'>;

/**
 * Compares a dialogue through a proxy, at which only the client's end is seen, with the same dialogue directly, twice:
 * what differs between those two differs by itself.
 */
export function compareRuns(
  direct: WatchedConnections,
  again: WatchedConnections,
  through: WatchedConnections,
): Comparison {
  const findings: ProxyFinding[] = [];
  const delays: number[] = [];
  for (const [connection, log] of direct.client) {
    const twin = again.client.get(connection);
    const proxied = through.client.get(connection);
    if (proxied === undefined) {
      findings.push({ kind: 'closed', connection, direction: '<-' });
      continue;
    }
    const found = compareConnection(connection, log, twin ?? log, proxied);
    const isClosed = proxied.endedBy === 'server side' && log.endedBy !== 'server side';
    // What does not come over a connection that the proxy has ended is one thing with that.
    findings.push(...found.filter(({ kind }) => !isClosed || kind !== 'dropped'));
    if (isClosed) findings.push({ kind: 'closed', connection, direction: '<-' });
    delays.push(...longerWaits(log, proxied));
  }
  const toClient = figuresOf(delays);
  return { findings, respelled: 0, delays: { ...(toClient && { toClient }) } };
}

function compareConnection(
  connection: number,
  direct: ConnectionLog,
  again: ConnectionLog,
  through: ConnectionLog,
): readonly ProxyFinding[] {
  const common = { connection, direction: '<-' as const };
  const twins = byIdentity(again.toClient);
  const proxied = byIdentity(through.toClient);
  const findings: ProxyFinding[] = [];
  // Where the client came no further, what it had asked for then cannot come.
  const askedUntil = direct.toServer.messages[through.toServer.messages.length]?.at ?? Infinity;
  for (const [identity, { message }] of byIdentity(direct.toClient)) {
    const { text, value = null } = message;
    if (message.at >= askedUntil) continue;
    const came = proxied.get(identity);
    const twin = twins.get(identity);
    // What does not come each time without a proxy says nothing of the proxy.
    if (came === undefined && twin !== undefined) findings.push({ ...common, kind: 'dropped', text });
    if (came === undefined) continue;
    const volatile = new Set(
      findDifferences(value, twin?.message.value ?? value).map(({ pointer }) => pointer),
    );
    const differences = findDifferences(value, came.message.value ?? null).filter(
      ({ pointer }) => !volatile.has(pointer) && !pointer.startsWith('/timestamp'),
    );
    if (differences.length > 0) findings.push({ ...common, kind: 'rewritten', text, differences });
  }
  const known = byIdentity(direct.toClient);
  for (const [identity, { message }] of proxied)
    if (!known.has(identity) && !twins.has(identity))
      findings.push({ ...common, kind: 'added', text: message.text });
  for (const text of findReordered(direct.toClient, through.toClient))
    findings.push({ ...common, kind: 'reordered', text });
  return findings;
}

interface Identified {
  readonly message: LoggedMessage;
}

/** The n-th response with an id, or without; the n-th event of a name; the greeting. */
function byIdentity({ messages }: MessageLog): ReadonlyMap<string, Identified> {
  const counts = new Map<string, number>();
  const found = new Map<string, Identified>();
  for (const message of messages) {
    const name = nameOf(message.value);
    const nth = counts.get(name) ?? 0;
    counts.set(name, nth + 1);
    found.set(`${name} ${nth}`, { message });
  }
  return found;
}

function nameOf(value: JsonValue | undefined): string {
  if (!isJsonObject(value)) return 'no JSON';
  if (value['event'] !== undefined) return `event ${writeJson(value['event'])}`;
  if (Object.hasOwn(value, 'QMP')) return 'greeting';
  return `response ${value['id'] === undefined ? '' : writeJson(value['id'])}`;
}

/** Responses that come in another order. Events may come before or after them, with a proxy or without. */
function findReordered(direct: MessageLog, through: MessageLog): readonly string[] {
  const order = [...byIdentity(direct).keys()].filter((identity) => identity.startsWith('response'));
  const places = new Map(order.map((identity, at) => [identity, at]));
  let last = -1;
  return [...byIdentity(through)].flatMap(([identity, { message }]) => {
    const place = places.get(identity);
    if (place === undefined) return [];
    const isBehind = place < last;
    last = Math.max(last, place);
    return isBehind ? [message.text] : [];
  });
}

/** How much longer each response took, counted from the client's last message before it. */
function longerWaits(direct: ConnectionLog, through: ConnectionLog): readonly number[] {
  const before = waitsOf(direct);
  return [...waitsOf(through)].flatMap(([identity, wait]) => {
    const usual = before.get(identity);
    return usual === undefined ? [] : [Math.max(0, wait - usual)];
  });
}

function waitsOf({ toServer, toClient }: ConnectionLog): ReadonlyMap<string, number> {
  const responses = [...byIdentity(toClient)].filter(([identity]) => identity.startsWith('response'));
  return new Map(
    responses.flatMap(([identity, { message }]) => {
      const asked = toServer.messages.findLast(({ at }) => at <= message.at);
      return asked === undefined ? [] : [[identity, message.at - asked.at] as const];
    }),
  );
}
