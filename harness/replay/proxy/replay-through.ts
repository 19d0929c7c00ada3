import { InputError } from '../../errors.ts';
import { combineWatchers } from '../combine-watchers.ts';
import type { DialogueWatcher } from '../dialogue-watcher.ts';
import type { PlannedReplay } from '../plan-replay.ts';
import { replayTranscript, type Replayed } from '../replay-transcript.ts';
import { openEndpoint } from '../../target/connect-endpoint.ts';
import { captureOf } from './capture-of.ts';
import { compareLogs } from './compare-logs.ts';
import { compareRuns } from './compare-runs.ts';
import { figuresOf } from './delays.ts';
import type { ProxyFinding, ProxyReport } from './proxy-report.ts';
import { createConnectionLog } from './message-log.ts';
import { checkProxyCommand, isProxyCommand } from './proxy-process.ts';
import { watchDirectly, watchProxy, type WatchedConnections, type WatchingBetween } from './watch-proxy.ts';

/**
 * Performs a transcript directly and through a proxy, on a fresh target each.
 * @param proxy a command with `{listen}` and `{server}`, or the address of a proxy that stands before the endpoint
 * @throws {InputError} for a proxy that does not fit the target
 */
export async function replayThrough(
  { transcript, target, settings, safety }: PlannedReplay,
  proxy: string,
  hooks: { readonly watch?: DialogueWatcher; readonly signal?: AbortSignal } = {},
): Promise<ProxyReport> {
  const replay = { transcript: captureOf(transcript), target, settings, safety };
  if (transcript.marks?.some(({ what }) => what.kind === 'descriptor') === true)
    throw new InputError(
      `${transcript.file}:1:1: descriptors through a proxy; expected none: they cannot be watched on their way`,
    );
  if (isProxyCommand(proxy)) checkProxyCommand(proxy);
  else if (target.venue.kind !== 'endpoint')
    throw new InputError(
      `--through ${proxy} without --connect; expected the address of the server behind it`,
    );
  const { patience } = settings;
  const { signal, watch } = hooks;
  const perform = (between: WatchingBetween, watchers: readonly DialogueWatcher[]): Promise<Replayed> =>
    replayTranscript(replay, {
      between,
      watch: combineWatchers([between.watch, ...watchers]),
      ...(signal && { signal }),
    });
  const shown = watch === undefined ? [] : [watch];
  const first = watchDirectly();
  const direct = await perform(first, []);
  if (isProxyCommand(proxy)) {
    const between = watchProxy(proxy, patience);
    const through = await perform(between, shown);
    return { direct, through, ...compareEnds(between.seen) };
  }
  const second = watchDirectly();
  await perform(second, []);
  const third = watchDirectly(() => openEndpoint(proxy, patience));
  const through = await perform(third, shown);
  return { direct, through, ...compareRuns(first.seen, second.seen, third.seen) };
}

/** Compares what was seen at both ends of a proxy. */
function compareEnds({
  client,
  server,
  order,
  earlyEnds,
}: WatchedConnections): Pick<ProxyReport, 'findings' | 'respelled' | 'delays'> {
  const findings = earlyEnds.map((end): ProxyFinding => ({ kind: 'closed', ...end }));
  const delays: { readonly toServer: number[]; readonly toClient: number[] } = { toServer: [], toClient: [] };
  let respelled = 0;
  for (const [monitor, connections] of order) {
    const behind = server.get(monitor) ?? [];
    const count = Math.max(connections.length, behind.length);
    for (let at = 0; at < count; at++) {
      const connection = connections[at] ?? -1;
      const ours = client.get(connection) ?? createConnectionLog();
      const theirs = behind[at] ?? createConnectionLog();
      const to = compareLogs(ours.toServer.messages, theirs.toServer.messages);
      const from = compareLogs(theirs.toClient.messages, ours.toClient.messages, ours.settledAt);
      findings.push(...to.misdeeds.map((one) => ({ connection, direction: '->' as const, ...one })));
      findings.push(...from.misdeeds.map((one) => ({ connection, direction: '<-' as const, ...one })));
      delays.toServer.push(...to.delays);
      delays.toClient.push(...from.delays);
      respelled += to.respelled + from.respelled;
    }
  }
  // What was sent into a connection that the proxy had ended is one thing with that.
  const ended = new Set(earlyEnds.map(({ connection }) => connection));
  const told = findings.filter(({ kind, connection }) => kind !== 'dropped' || !ended.has(connection));
  const [toServer, toClient] = [figuresOf(delays.toServer), figuresOf(delays.toClient)];
  return {
    findings: told,
    respelled,
    delays: { ...(toServer && { toServer }), ...(toClient && { toClient }) },
  };
}
