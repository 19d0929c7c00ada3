import { writeJson } from '../json/write-json.ts';
import { isJsonObject, stringAt, type JsonValue } from '../json/value.ts';
import type { Incoming } from '../qmp/connection.ts';
import type { Complaint } from '../results/verdict.ts';
import { askedAt, isInvalidAt } from '../transcript/completed-messages.ts';
import { interpolate } from '../transcript/interpolate.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern, Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import {
  blame,
  compare,
  isResponse,
  judge,
  judgeEarlier,
  type Dialogue,
  type DialogueContext,
  type DialogueOutcome,
  type PendingCommand,
} from './dialogue-state.ts';
import { expectEvent } from './expect-event.ts';
import { textToSend } from './text-to-send.ts';
import { commandName } from '../lint/judge-message.ts';

/**
 * Performs a transcript on a connection: sends its commands, and compares every message that comes with the
 * transcript and with the schema. An event may come before or after a response: the order of the two is no demand.
 * @throws {ConnectionClosed} when the target goes away before the end
 * @throws {DeadlineExceeded} when a command is not answered in time
 */
export async function performDialogue(
  transcript: Transcript,
  context: DialogueContext,
): Promise<DialogueOutcome> {
  const dialogue: Dialogue = {
    ...context,
    transcript,
    captures: new Map(context.captured),
    heard: [],
    pending: [],
    responses: [],
    findings: [],
    checks: 0,
  };
  judgeEarlier(dialogue);
  for (const [index, message] of transcript.messages.entries())
    await performMessage(dialogue, message, index);
  await answerAll(dialogue);
  return { findings: dialogue.findings, checks: dialogue.checks };
}

async function performMessage(dialogue: Dialogue, message: TranscriptMessage, index: number): Promise<void> {
  if (isInvalidAt(dialogue.transcript.head, index)) return sendAsItStands(dialogue, message, index);
  if (message.body.kind !== 'pattern') throw new TypeError('a malformed message cannot be performed');
  const { pattern } = message.body;
  switch (classifyMessage(message)) {
    case 'command':
      // Documented dialogues answer in turn; a command without its answer written still gets one.
      await answerAll(dialogue);
      return sendCommand(dialogue, message, pattern, index);
    case 'success':
    case 'error':
      return expectResponse(dialogue, pattern, index);
    case 'event':
      return expectEvent(dialogue, pattern, index);
    case 'greeting': {
      const greeting = dialogue.earlier.find(({ kind }) => kind === 'greeting');
      if (greeting?.value !== undefined) compare(dialogue, pattern, greeting.value, index);
      return;
    }
    case 'malformed':
    case 'bytes':
    case 'other':
      throw new TypeError('what is no QMP cannot be performed');
  }
}

/** What is no JSON on purpose draws an error, as a command does. */
async function sendAsItStands(dialogue: Dialogue, { text }: TranscriptMessage, index: number): Promise<void> {
  await answerAll(dialogue);
  await dialogue.watch?.before?.({ index, connection: 0, text });
  dialogue.pending.push({ name: '', index });
  await dialogue.connection.send(`${text}\r\n`);
  dialogue.watch?.sent?.({ index, connection: 0, text }, performance.now());
}

/** Sends the command for a response that is shown without it. */
async function ask(dialogue: Dialogue, index: number): Promise<PendingCommand | undefined> {
  const asked = askedAt(dialogue.transcript.head, index);
  if (asked === undefined) return undefined;
  const { execute, arguments: given } = asked;
  const value = interpolate({ execute, ...(given && { arguments: given }) }, dialogue.captures);
  const outgoing = { index, connection: 0, text: writeJson(value, { spaced: true }), value };
  await dialogue.watch?.before?.(outgoing);
  await dialogue.connection.send(`${outgoing.text}\r\n`);
  dialogue.watch?.sent?.(outgoing, performance.now());
  return { name: execute, index };
}

async function sendCommand(
  dialogue: Dialogue,
  message: TranscriptMessage,
  pattern: Pattern,
  index: number,
): Promise<void> {
  const { head } = dialogue.transcript;
  const { value, text } = textToSend(head, message, pattern, index, dialogue.captures);
  const outgoing = { index, connection: 0, text, value };
  await dialogue.watch?.before?.(outgoing);
  const given = head.descriptors?.find(({ at }) => at === `/${index}`);
  const descriptor = given && (await dialogue.open(given.descriptor));
  dialogue.pending.push({ name: commandName(value), index });
  if (descriptor === undefined) await dialogue.connection.send(`${text}\r\n`);
  else await dialogue.connection.sendWithDescriptor(`${text}\r\n`, descriptor, dialogue.patience);
  dialogue.watch?.sent?.(outgoing, performance.now());
}

async function expectResponse(dialogue: Dialogue, pattern: Pattern, index: number): Promise<void> {
  const command = dialogue.pending.shift() ?? (await ask(dialogue, index));
  const response = await nextResponse(dialogue, command?.name ?? '', index);
  if (response.value !== undefined)
    compare(dialogue, pattern, response.value, index, outcomeOf(pattern, response));
}

/** Awaits the answers of commands whose answer the transcript does not show. They are expected to succeed. */
async function answerAll(dialogue: Dialogue): Promise<void> {
  for (let command = dialogue.pending.shift(); command; command = dialogue.pending.shift()) {
    const response = await nextResponse(dialogue, command.name, command.index);
    dialogue.checks++;
    if (response.kind !== 'error') continue;
    const what = describeError(response.value);
    blame(dialogue, command.index, { rule: 'shape/outcome', pointer: '', what, expected: 'success' });
  }
}

/** Reads on until a response comes, taking in the events before it. */
async function nextResponse(dialogue: Dialogue, command: string, index: number): Promise<Incoming> {
  for (;;) {
    const incoming = dialogue.responses.shift() ?? (await dialogue.connection.next(dialogue.patience));
    judge(dialogue, incoming, command, index);
    if (isResponse(incoming)) return incoming;
  }
}

/** Success where an error is documented, or the other way round: one finding, not one for each member. */
function outcomeOf(pattern: Pattern, response: Incoming): Complaint | undefined {
  const expected =
    isJsonObject(valueOfPattern(pattern).value) && pattern.kind === 'object' && pattern.members.has('error');
  if (expected === (response.kind === 'error')) return undefined;
  const what = response.kind === 'error' ? describeError(response.value) : 'success';
  return { rule: 'shape/outcome', pointer: '', what, expected: expected ? 'an error' : 'success' };
}

function describeError(value: JsonValue | undefined): string {
  const error = isJsonObject(value) ? value['error'] : undefined;
  return isJsonObject(error) ? `error ${stringAt(error, 'class')}: ${stringAt(error, 'desc')}` : 'an error';
}
