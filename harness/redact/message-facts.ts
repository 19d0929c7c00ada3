import { readJson } from '../json/read-json.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { memberOf } from './match-rules.ts';
import { readSpans, type SpanNode } from './span-tree.ts';

/** What must be known of every message of a recording. */
export interface MessageFacts {
  /** The command that it executes; '' where it is no command. */
  readonly command: string;
  readonly isOutOfBand: boolean;
  readonly isResponse: boolean;
  /** Whether it is a message of a server that has no members but those of the protocol. */
  readonly isPlain: boolean;
  /** As JSON. */
  readonly id: string | undefined;
}

/** Reads what a message is; `undefined` where it is no JSON object. Documents may elide parts of it. */
export function readFacts(text: string, singleQuotes: boolean): MessageFacts | undefined {
  const whole = tryRead(() => readJson(text, { singleQuotes }));
  if (whole !== undefined) return isJsonObject(whole) ? factsOf(whole) : undefined;
  const node = trySpans(text, singleQuotes);
  if (node?.kind !== 'object') return undefined;
  return factsOf(Object.fromEntries(node.members.map(({ name, value }) => [name, valueOf(value, text)])));
}

/** Enough of a value to tell what it is: a string itself, anything else as it is written. */
function valueOf(node: SpanNode, text: string): JsonValue {
  return node.kind === 'string' ? node.value : [text.slice(node.start, node.end)];
}

/** One of these tells what a server's message is, the others may stand beside it (qmp-spec, Server Greeting ff.). */
const TELLING: ReadonlySet<string> = new Set(['QMP', 'return', 'error', 'event']);
const FURTHER: ReadonlySet<string> = new Set(['id', 'data', 'timestamp']);

function isPlain(members: readonly string[]): boolean {
  const isKnown = (member: string): boolean => TELLING.has(member) || FURTHER.has(member);
  return members.some((member) => TELLING.has(member)) && members.every(isKnown);
}

function factsOf(message: JsonObject): MessageFacts {
  const { id, execute } = message;
  const name = execute ?? message['exec-oob'];
  return {
    command: typeof name === 'string' ? name : '',
    isOutOfBand: execute === undefined && name !== undefined,
    isPlain: isPlain(Object.keys(message)),
    isResponse: message['return'] !== undefined || message['error'] !== undefined,
    id: id === undefined ? undefined : writeJson(id),
  };
}

/** The message with the places of its values; `undefined` where it is no JSON. */
export function trySpans(text: string, singleQuotes: boolean): SpanNode | undefined {
  return tryRead(() => readSpans(text, singleQuotes));
}

function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** The value of a string member; '' where there is none. */
export function stringMember(node: SpanNode, name: string): string {
  const member = node.kind === 'object' ? memberOf(node, name) : undefined;
  return member?.kind === 'string' ? member.value : '';
}
