import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { Exchanges } from './exchanges.ts';
import { countReceived, countSent, type Tally } from './tally.ts';

/** Counts what recordings show: of each message that the schema accepts, what is written there and not elided. */
export function countRecordings(tally: Tally, transcripts: readonly Transcript[]): void {
  for (const { messages, head } of transcripts) {
    const connections = new Map<number, Exchanges>();
    messages.forEach(({ body, direction, connection }, at) => {
      const exchanges = connections.get(connection) ?? new Exchanges();
      connections.set(connection, exchanges);
      const asked = head.asks?.find((ask) => ask.at === `/${at}`);
      if (asked !== undefined) exchanges.sent({ command: asked.execute, valid: true }, undefined);
      if (body.kind !== 'pattern') {
        if (direction === '->') exchanges.sentGarbage();
        return;
      }
      const { value, open } = valueOfPattern(body.pattern);
      if (direction === '->') countSent(tally, exchanges, value, open);
      else countReceived(tally, exchanges, value, open);
    });
  }
}

/** The recordings that are about each command: those that send it, and those that stand in its documentation. */
export function rowsOfCommands(transcripts: readonly Transcript[]): ReadonlyMap<string, readonly string[]> {
  const rows = new Map<string, Set<string>>();
  for (const { head, messages } of transcripts) {
    const names = [
      ...head.source.map(({ definition }) => definition),
      ...(head.asks ?? []).map(({ execute }) => execute),
      ...messages.map(({ body }) => (body.kind === 'pattern' ? commandIn(body.pattern) : '')),
    ];
    for (const name of names) {
      if (name === '') continue;
      const known = rows.get(name);
      if (known === undefined) rows.set(name, new Set([head.id]));
      else known.add(head.id);
    }
  }
  return new Map([...rows].map(([name, ids]) => [name, [...ids]]));
}

type PatternOf = Extract<Transcript['messages'][number]['body'], { readonly kind: 'pattern' }>['pattern'];

function commandIn(pattern: PatternOf): string {
  if (pattern.kind !== 'object') return '';
  const name = pattern.members.get('execute') ?? pattern.members.get('exec-oob');
  return name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : '';
}
