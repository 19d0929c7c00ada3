import { oneLine } from '../../reports/text.ts';
import type { DialogueWatcher } from '../replay/dialogue-watcher.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import type { DelayFigures } from '../replay/proxy/delays.ts';
import { isTransparent, type ProxyFinding, type ProxyReport } from '../replay/proxy/proxy-report.ts';
import { replayThrough } from '../replay/proxy/replay-through.ts';
import { exitCodeOf } from '../results/exit-code.ts';
import { verdictLines } from './dialogue-view.ts';

/**
 * Performs a transcript directly and through a proxy, and tells what the proxy did.
 * @returns the exit code: 1 for a proxy that is not transparent
 */
export async function showThrough(
  replay: PlannedReplay,
  proxy: string,
  {
    json,
    write,
    watch,
    signal,
  }: {
    readonly json: boolean;
    readonly write: (text: string) => void;
    readonly watch: DialogueWatcher;
    readonly signal: AbortSignal;
  },
): Promise<0 | 1 | 3> {
  const report = await replayThrough(replay, proxy, { watch, signal });
  if (signal.aborted) return 3;
  const lines = json ? [JSON.stringify(jsonOf(replay, report))] : reportLines(replay, report);
  write(lines.map((line) => `${line}\n`).join(''));
  const verdicts = [report.direct, report.through].map(({ performance }) => performance.verdict);
  const code = exitCodeOf(Object.fromEntries(verdicts.map((verdict) => [verdict, 1])));
  return isTransparent(report) ? code : 1;
}

function jsonOf({ transcript, target }: PlannedReplay, report: ProxyReport): object {
  const { direct, through, findings, respelled, delays } = report;
  return {
    type: 'proxy',
    id: transcript.head.id,
    target: target.facts.name,
    direct: direct.performance.verdict,
    through: through.performance.verdict,
    transparent: isTransparent(report),
    findings,
    respelled,
    delays,
  };
}

/** What is shown of a proxy. */
export function reportLines(replay: PlannedReplay, report: ProxyReport): readonly string[] {
  const { direct, through, findings, respelled, delays } = report;
  const { verdict } = direct.performance;
  const lines = [
    ...labelled('directly', verdictLines(replay, direct)),
    ...labelled('through the proxy', verdictLines(replay, through)),
    ...findings.slice(0, MAX_SHOWN).flatMap(describeFinding),
    ...(findings.length > MAX_SHOWN ? [`and ${findings.length - MAX_SHOWN} more`] : []),
    ...(respelled === 0
      ? []
      : [`respelled: ${respelled} messages that say the same (order of members, spacing)`]),
    ...describeDelay('delay to the server', delays.toServer),
    ...describeDelay('delay to the client', delays.toClient),
    isTransparent(report)
      ? 'transparent'
      : `not transparent: ${describeCounts(findings) || `${verdict} directly, ${through.performance.verdict} through it`}`,
  ];
  return lines.map(oneLine);
}

const MAX_SHOWN = 50;

function labelled(label: string, [first = '', ...rest]: readonly string[]): readonly string[] {
  return [`${label}: ${first}`, ...rest];
}

function describeFinding(finding: ProxyFinding): readonly string[] {
  const where = `${finding.kind.padEnd(9)} ${finding.connection < 0 ? '' : finding.connection}${finding.direction}`;
  switch (finding.kind) {
    case 'closed':
      return [
        `${where} the connection, which the ${finding.direction === '<-' ? 'server' : 'client'} had not closed`,
      ];
    case 'dropped':
    case 'added':
    case 'reordered':
      return [`${where} ${shorten(finding.text)}`];
    case 'rewritten':
      return [
        `${where} ${shorten(finding.text)}`,
        ...finding.differences
          .slice(0, 5)
          .map(
            ({ pointer, before, after }) =>
              `  ${pointer}: ${shorten(before ?? 'nothing')} became ${shorten(after ?? 'nothing')}`,
          ),
      ];
  }
}

function describeCounts(findings: readonly ProxyFinding[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}

function describeDelay(label: string, figures: DelayFigures | undefined): readonly string[] {
  if (figures === undefined) return [];
  const { messages, median, p99, worst } = figures;
  const words = [`median ${inWords(median)}`, `p99 ${inWords(p99)}`, `worst ${inWords(worst)}`];
  return [`${label}: ${words.join(', ')} (${messages} messages)`];
}

function inWords(milliseconds: number): string {
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} µs` : `${milliseconds.toFixed(1)} ms`;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
