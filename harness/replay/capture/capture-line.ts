import type { JsonValue } from '../../json/value.ts';
import type { Incoming } from '../../qmp/connection.ts';
import { idOf, type ResponsePairing } from '../../transcript/pair-responses.ts';
import type { Transcript } from '../../transcript/transcript.ts';
import { commandName } from '../../lint/judge-message.ts';
import { blame, compare, isResponse, judge, type Dialogue } from '../dialogue-state.ts';

/** What a capture shows, prepared for the comparison with what comes. */
export interface CaptureScript {
  readonly transcript: Transcript;
  /** The responses that answer a message of the client, by its index, in order. */
  readonly responses: ReadonlyMap<number, readonly number[]>;
  /** Responses that answer nothing, by connection. */
  readonly unpaired: ReadonlyMap<number, readonly number[]>;
  /** Greetings, what is no JSON and what is no QMP, by connection, in order. */
  readonly others: ReadonlyMap<number, readonly number[]>;
}

/** One connection of a capture that is being performed. */
export interface CaptureLine extends Dialogue {
  readonly number: number;
  readonly script: CaptureScript;
  readonly pairing: ResponsePairing;
  /** What was sent, by index of the message; '' for what is no command. */
  readonly sent: Map<number, string>;
  /** How many responses each message has drawn. */
  readonly drawn: Map<number, number>;
  /** Messages of the server that have come, by index in the transcript. */
  readonly got: Set<number>;
  /** Whether the greeting has come. */
  greeted: boolean;
  /** Whether the client has ended the connection. */
  left: boolean;
}

/** Takes in a message that has come: judges it by the schema, and compares it with the one that the capture shows. */
export function takeIn(line: CaptureLine, incoming: Incoming): void {
  if (isResponse(incoming)) takeResponse(line, incoming);
  else if (incoming.kind === 'greeting' && !line.greeted) takeGreeting(line, incoming);
  else if (incoming.kind === 'event') judge(line, incoming, '', lastSent(line));
  else if (!takeOther(line, incoming)) judge(line, incoming, '', lastSent(line));
}

function takeResponse(line: CaptureLine, incoming: Incoming): void {
  const { index, overtook } = line.pairing.answer(idOf(incoming.value), incoming.kind === 'error');
  const shown = index === undefined ? firstOpen(line, line.script.unpaired) : shownResponse(line, index);
  const at = shown ?? index ?? lastSent(line);
  judge(line, incoming, index === undefined ? '' : (line.sent.get(index) ?? ''), at);
  if (overtook !== undefined)
    blame(
      line,
      at,
      {
        rule: 'protocol/response-order',
        pointer: '',
        what: `the response to ${line.sent.get(index ?? -1) ?? ''}`,
        expected: `first the response to ${line.sent.get(overtook) ?? ''}, which was sent before`,
      },
      'target',
    );
  if (shown !== undefined) compareShown(line, shown, incoming);
  else if (index === undefined)
    blame(
      line,
      at,
      {
        rule: 'protocol/unasked-response',
        pointer: '',
        what: 'a response',
        expected: 'none: nothing is unanswered',
      },
      'target',
    );
}

/** The response that the capture shows to a message; of several, the one whose turn it is. */
function shownResponse(line: CaptureLine, index: number): number | undefined {
  const nth = line.drawn.get(index) ?? 0;
  line.drawn.set(index, nth + 1);
  return line.script.responses.get(index)?.[nth];
}

function takeGreeting(line: CaptureLine, incoming: Incoming): void {
  line.greeted = true;
  const shown = firstOpen(line, line.script.others);
  const at = shown ?? lastSent(line);
  line.checks++;
  const violations = line.validator.checkGreeting(incoming.value ?? null);
  line.watch?.came?.({ connection: line.number, incoming, command: '', violations });
  for (const violation of violations) line.findings.push({ blame: 'target', message: at, ...violation });
  if (shown !== undefined) compareShown(line, shown, incoming);
}

/** What is no QMP, where the capture shows just this. */
function takeOther(line: CaptureLine, incoming: Incoming): boolean {
  const shown = firstOpen(line, line.script.others);
  const body = shown === undefined ? undefined : line.transcript.messages[shown]?.body;
  if (shown === undefined || body === undefined) return false;
  if (body.kind === 'bytes' && body.bytes.toString().trim() === incoming.text.trim()) {
    line.checks++;
    line.got.add(shown);
    line.watch?.came?.({ connection: line.number, incoming, command: '', violations: [] });
    return true;
  }
  if (body.kind !== 'pattern' || incoming.kind !== 'unknown') return false;
  line.watch?.came?.({ connection: line.number, incoming, command: '', violations: [] });
  compareShown(line, shown, incoming);
  return true;
}

function compareShown(line: CaptureLine, shown: number, incoming: Incoming): void {
  line.got.add(shown);
  const body = line.transcript.messages[shown]?.body;
  if (body?.kind !== 'pattern' || incoming.value === undefined) return;
  compare(line, body.pattern, incoming.value, shown);
}

function firstOpen(line: CaptureLine, table: ReadonlyMap<number, readonly number[]>): number | undefined {
  return table.get(line.number)?.find((index) => !line.got.has(index));
}

/** The message that findings are told of which no message of the capture explains. */
function lastSent({ sent }: CaptureLine): number {
  return [...sent.keys()].at(-1) ?? -1;
}

/** Takes note of what goes out, so that its response can be told. */
export function noteSent(line: CaptureLine, index: number, value: JsonValue | undefined): void {
  line.sent.set(index, commandName(value));
}

/** Takes in all that has come, without waiting. */
export function takeInWhatCame(line: CaptureLine): void {
  for (const incoming of line.connection.drain()) takeIn(line, incoming);
}
