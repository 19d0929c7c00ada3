import { createHash } from 'node:crypto';
import { commandName, isResponse, readMessage, type ReadMessage } from '../lint/judge-message.ts';
import { idOf, WaitingCommands, type WaitingCommand } from '../lint/waiting-commands.ts';
import { askedAt, isInvalidAt } from '../transcript/completed-messages.ts';
import type { MessageClass } from '../transcript/classify-message.ts';
import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import { levelOf, type MessageFinding } from './check-finding.ts';
import { checkMessage, type CheckContext, type Remark } from './check-message.ts';

/** A dialogue of which it is known which response answers which command. Read once, checked against many releases. */
export interface ReadDialogue {
  readonly messages: readonly DialogueMessage[];
}

export interface DialogueMessage {
  readonly message: TranscriptMessage;
  readonly kind: MessageClass;
  readonly index: number;
  readonly connection: number;
  /** Of a command: its name. */
  readonly command?: string;
  /** Of a response: the command that it answers, where that is known. */
  readonly answered?: string;
  /** Of a command: whether an error answered it. */
  readonly isRefused?: boolean;
}

/** Finds out what the messages of a transcript are, and which belong together. */
export function readDialogue({ head, messages }: Transcript): ReadDialogue {
  const waiting = new Map<number, WaitingCommands>();
  const answers = new Map<number, string>();
  const refused = new Set<number>();
  const found = messages.map((message, index): DialogueMessage => {
    const read = readMessage(message);
    const { kind } = read;
    const { connection } = message;
    const queue = waiting.get(connection) ?? new WaitingCommands();
    waiting.set(connection, queue);
    if (kind === 'greeting') waiting.set(connection, new WaitingCommands());
    else if (read.direction === '->' && kind !== 'bytes') queue.add(commandFrom(read, index));
    else if (isResponse(kind)) {
      const asked = askedAt(head, index)?.execute;
      const [command] = asked === undefined ? queue.candidates(idOf(read.value)) : [];
      queue.take(command);
      const name = asked ?? command?.name;
      if (name !== undefined && name !== '') answers.set(index, name);
      if (kind === 'error' && command !== undefined) refused.add(command.index);
    }
    const command = kind === 'command' ? { command: commandName(read.value) } : {};
    return { message, kind, index, connection, ...command };
  });
  const linked = found.map((message): DialogueMessage => {
    const answered = answers.get(message.index);
    if (answered === undefined && !refused.has(message.index)) return message;
    return { ...message, ...(answered === undefined ? { isRefused: true } : { answered }) };
  });
  return { messages: linked.filter(({ index }) => !isInvalidAt(head, index)) };
}

function commandFrom({ value }: ReadMessage, index: number): WaitingCommand {
  return { index, name: commandName(value), id: idOf(value) };
}

/** As many different messages are remembered: what a client says again comes soon. */
const MAX_KNOWN = 50_000;

/** What a release does not agree with in a dialogue. */
export function checkDialogue({ messages }: ReadDialogue, context: CheckContext): readonly MessageFinding[] {
  const known = new Map<string, readonly Remark[]>();
  const findings: MessageFinding[] = [];
  for (const { message, index, answered, isRefused } of messages) {
    const key = keyOf(message, answered);
    let remarks = known.get(key);
    if (remarks === undefined) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(key, (remarks = checkMessage(readMessage(message), answered, context)));
    }
    for (const remark of remarks) findings.push({ ...soften(remark, isRefused === true), message: index });
  }
  return findings;
}

const ID_AT_END = /,\s*"id"\s*:\s*(?:"[^"\\]*"|[0-9]+)\s*\}\s*$/;
/** Where an `id` at the end stands: clients' are short. */
const LONGEST_ID = 200;
/** A longer text is known by its digest. */
const LONGEST_KEY = 1024;

/** Clients say the same again and again, but for the `id`. */
function keyOf({ direction, text }: TranscriptMessage, answered: string | undefined): string {
  const tail = text.slice(-LONGEST_ID);
  const said = text.slice(0, -tail.length) + tail.replace(ID_AT_END, '}');
  const short = said.length > LONGEST_KEY ? createHash('sha256').update(said).digest('base64') : said;
  return `${direction} ${answered ?? ''} ${short}`;
}

/** A client that was refused and went on needs nothing of the command. */
function soften(remark: Remark, isRefused: boolean): Remark {
  if (!isRefused || levelOf(remark.rule) !== 'error') return remark;
  return {
    ...remark,
    rule: 'sent/refused',
    what: `${remark.what} (it was refused when it was recorded, too)`,
  };
}
