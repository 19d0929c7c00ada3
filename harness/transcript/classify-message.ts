import type { Pattern, TranscriptMessage } from './transcript.ts';

/** What a message is, in the words of the specification; `other`: JSON, and none of these. */
export type MessageClass =
  'greeting' | 'command' | 'success' | 'error' | 'event' | 'malformed' | 'bytes' | 'other';

/** The member that makes a server's message what it is (qmp-spec, Server Greeting to Asynchronous events). */
const SERVER_MEMBERS: readonly (readonly [string, MessageClass])[] = [
  ['QMP', 'greeting'],
  ['return', 'success'],
  ['error', 'error'],
  ['event', 'event'],
];

/** Tells what a message is by its direction and the names of its members, whatever their values. */
export function classifyMessage(message: TranscriptMessage): MessageClass {
  const { body } = message;
  if (body.kind !== 'pattern') return body.kind;
  if (message.direction === '<-')
    return SERVER_MEMBERS.find(([name]) => has(body.pattern, name))?.[1] ?? 'other';
  return has(body.pattern, 'execute') || has(body.pattern, 'exec-oob') ? 'command' : 'other';
}

function has(pattern: Pattern, name: string): boolean {
  return pattern.kind === 'object' && pattern.members.has(name);
}
