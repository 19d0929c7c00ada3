import { commandName, isResponse, readMessage, type ReadMessage } from '../lint/judge-message.ts';
import { idOf, WaitingCommands, type WaitingCommand } from '../lint/waiting-commands.ts';
import { askedAt, isInvalidAt } from '../transcript/completed-messages.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { levelOf, type MessageFinding } from './check-finding.ts';
import { checkMessage, type CheckContext, type Remark } from './check-message.ts';

/** A dialogue of which it is known which response answers which command. Read once, checked against many releases. */
export interface ReadDialogue {
  readonly messages: readonly DialogueMessage[];
}

export interface DialogueMessage {
  readonly read: ReadMessage;
  readonly index: number;
  readonly connection: number;
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
  const reads = messages.map((message, index) => {
    const read = readMessage(message);
    const { connection } = message;
    const queue = waiting.get(connection) ?? new WaitingCommands();
    waiting.set(connection, queue);
    if (read.kind === 'greeting') waiting.set(connection, new WaitingCommands());
    else if (read.direction === '->' && read.kind !== 'bytes') queue.add(commandFrom(read, index));
    else if (isResponse(read.kind)) {
      const asked = askedAt(head, index)?.execute;
      const [command] = asked === undefined ? queue.candidates(idOf(read.value)) : [];
      queue.take(command);
      const name = asked ?? command?.name;
      if (name !== undefined && name !== '') answers.set(index, name);
      if (read.kind === 'error' && command !== undefined) refused.add(command.index);
    }
    return read;
  });
  const found = reads.map((read, index): DialogueMessage => {
    const answered = answers.get(index);
    return {
      read,
      index,
      connection: read.message.connection,
      ...(answered !== undefined && { answered }),
      ...(refused.has(index) && { isRefused: true }),
    };
  });
  return { messages: found.filter(({ index }) => !isInvalidAt(head, index)) };
}

function commandFrom({ value }: ReadMessage, index: number): WaitingCommand {
  return { index, name: commandName(value), id: idOf(value) };
}

/** What a release does not agree with in a dialogue. */
export function checkDialogue({ messages }: ReadDialogue, context: CheckContext): readonly MessageFinding[] {
  const known = new Map<string, readonly Remark[]>();
  return messages.flatMap(({ read, index, answered, isRefused }) => {
    const key = keyOf(read, answered);
    const remarks = known.get(key) ?? checkMessage(read, answered, context);
    known.set(key, remarks);
    return remarks.map((remark) => ({ ...soften(remark, isRefused === true), message: index }));
  });
}

const ID_AT_END = /,\s*"id"\s*:\s*(?:"[^"\\]*"|[0-9]+)\s*\}\s*$/;

/** Clients say the same again and again, but for the `id`. */
function keyOf({ direction, message }: ReadMessage, answered: string | undefined): string {
  return `${direction} ${answered ?? ''} ${message.text.replace(ID_AT_END, '}')}`;
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
