import type { Direction } from '../transcript/transcript.ts';

/** The logs that can be read. */
export const LOG_FORMATS = ['libvirt-replies', 'chardev-log', 'trace', 'qmp-shell'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A message that a log shows. */
export interface LogMessage {
  readonly direction: Direction;
  /** From 0, in the order in which they were opened. */
  readonly connection: number;
  /** Seconds since the first message; where the log has times. */
  readonly offset?: string;
  /** JSON on one line, spelled as in the log. */
  readonly text: string;
}

/** What a log holds. */
export interface ReadLog {
  readonly messages: readonly LogMessage[];
  /** What the log does not show, in words for its user. */
  readonly notes: readonly string[];
}

/**
 * Reads a log.
 * @param file its path, for places in errors
 * @throws {InputError} `file:line:column: what; expected what`
 */
export type LogReader = (text: string, file: string) => ReadLog;

/** What a message is, by the names of its members (qmp-spec, Issuing Commands to Asynchronous events). */
export type MessageKind = 'command' | 'greeting' | 'response' | 'event' | 'merged' | 'other';

/** Tells what a message is. `merged`: a command and its response in one object. */
export function kindOfMembers(names: ReadonlySet<string>): MessageKind {
  const isCommand = names.has('execute') || names.has('exec-oob');
  const isResponse = names.has('return') || names.has('error');
  if (isCommand) return isResponse ? 'merged' : 'command';
  if (isResponse) return 'response';
  if (names.has('QMP')) return 'greeting';
  return names.has('event') ? 'event' : 'other';
}
