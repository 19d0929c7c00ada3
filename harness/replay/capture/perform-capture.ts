import { InputError } from '../../errors.ts';
import { ConnectionClosed } from '../../qmp/connection-errors.ts';
import { classifyMessage } from '../../transcript/classify-message.ts';
import { idOf, kindOfSent, pairResponses, ResponsePairing } from '../../transcript/pair-responses.ts';
import type { Transcript, TranscriptMessage } from '../../transcript/transcript.ts';
import { blame, type DialogueOutcome } from '../dialogue-state.ts';
import { textToSend, type TextToSend } from '../text-to-send.ts';
import { awaitAll } from './await-items.ts';
import { noteSent, takeInWhatCame, type CaptureLine, type CaptureScript } from './capture-line.ts';
import { layOutCapture, type CaptureItem } from './capture-plan.ts';
import type { Capture, CaptureContext } from './capture-state.ts';
import { descriptorFor } from './descriptor-for.ts';

/** A connection ended before all had come that the capture shows on it. */
export class CaptureCutOff extends ConnectionClosed {
  constructor(
    message: string,
    /** What had come of it until then, the end of the connection among its findings. */
    readonly outcome: DialogueOutcome,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * Performs a capture: opens its connections, sends what its client sent and closes them, in its order. Before each of
 * these all has come that the capture shows before, on any connection; so commands that were sent before an earlier one
 * was answered are sent so again. Responses are told apart by what they answer, events come in any order, and everything
 * that comes is judged by the schema.
 * @throws {CaptureCutOff} when a connection ends before a response has come
 * @throws {DeadlineExceeded} when a response does not come in time
 */
export async function performCapture(
  transcript: Transcript,
  context: CaptureContext,
): Promise<DialogueOutcome> {
  const capture: Capture = {
    context,
    script: scriptOf(transcript),
    lines: new Map(),
    shared: { captures: new Map(context.captured), findings: [] },
    awaited: [],
    missing: new Set(),
  };
  try {
    for (const item of layOutCapture(transcript)) await performItem(capture, item);
    await awaitAll(capture);
    for (const line of capture.lines.values()) {
      if (line.left) continue;
      await context.settle?.(line.number);
      takeInWhatCame(line);
    }
  } catch (error) {
    if (error instanceof CannotGoOn) return outcomeOf(capture);
    if (!(error instanceof ConnectionClosed)) throw error;
    throw new CaptureCutOff(error.message, cutOff(capture, error.message), error);
  } finally {
    for (const line of capture.lines.values()) {
      line.left = true;
      line.connection.close();
    }
  }
  return outcomeOf(capture);
}

function outcomeOf({ lines, shared }: Capture): DialogueOutcome {
  const checks = [...lines.values()].reduce((sum, line) => sum + line.checks, 0);
  return { findings: shared.findings, checks };
}

function cutOff(capture: Capture, what: string): DialogueOutcome {
  const { findings, checks } = outcomeOf(capture);
  const message = Math.max(-1, ...[...capture.lines.values()].flatMap(({ sent }) => [...sent.keys()]));
  const expected = 'a connection that stays';
  const finding = { blame: 'target' as const, message, rule: 'protocol/closed', pointer: '', what, expected };
  capture.context.watch?.missed?.(finding);
  return { findings: [...findings, finding], checks };
}

function scriptOf(transcript: Transcript): CaptureScript {
  const pairs = pairResponses(transcript);
  const responses = new Map<number, number[]>();
  const unpaired = new Map<number, number[]>();
  const others = new Map<number, number[]>();
  const add = (table: Map<number, number[]>, key: number, index: number): void => {
    const list = table.get(key);
    if (list === undefined) table.set(key, [index]);
    else list.push(index);
  };
  transcript.messages.forEach((message, index) => {
    const kind = classifyMessage(message);
    if (message.direction === '->' || kind === 'event') return;
    const command = pairs.get(index);
    if (kind !== 'success' && kind !== 'error') add(others, message.connection, index);
    else if (command === undefined) add(unpaired, message.connection, index);
    else add(responses, command, index);
  });
  return { transcript, responses, unpaired, others };
}

async function performItem(capture: Capture, item: CaptureItem): Promise<void> {
  const message = item.kind === 'message' ? capture.script.transcript.messages[item.at] : undefined;
  if (item.kind === 'closed by the server' || message?.direction === '<-') {
    capture.awaited.push(item);
    return;
  }
  await awaitAll(capture);
  for (const line of capture.lines.values()) if (!line.left) takeInWhatCame(line);
  if (item.kind === 'open') await open(capture, item.connection);
  else if (item.kind === 'close') await leave(capture, item.connection);
  else if (message !== undefined) await sendMessage(capture, message, item.at);
}

async function open(capture: Capture, number: number): Promise<void> {
  const { context, script, shared } = capture;
  const connection = await context.connect(number);
  context.watch?.opened?.(number, performance.now());
  const line: CaptureLine = {
    ...context,
    ...shared,
    transcript: script.transcript,
    number,
    script,
    connection,
    earlier: [],
    heard: [],
    pending: [],
    responses: [],
    pairing: new ResponsePairing(),
    sent: new Map(),
    drawn: new Map(),
    got: new Set(),
    greeted: false,
    left: false,
    checks: 0,
  };
  capture.lines.set(number, line);
  void connection.closed.then(() => {
    if (!line.left) context.watch?.closed?.(number, 'server', performance.now());
  });
}

async function leave(capture: Capture, number: number): Promise<void> {
  const line = capture.lines.get(number);
  if (line === undefined || line.left) return;
  await capture.context.settle?.(number);
  takeInWhatCame(line);
  line.left = true;
  line.connection.close();
  capture.context.watch?.closed?.(number, 'client', performance.now());
}

async function sendMessage(capture: Capture, message: TranscriptMessage, index: number): Promise<void> {
  const line = lineOf(capture, message.connection);
  const { body, connection: number } = message;
  const { watch, patience, open: openDescriptor } = capture.context;
  const { head } = line.transcript;
  const json =
    body.kind === 'pattern'
      ? textOrEnd(line, () => textToSend(head, message, body.pattern, index, line.captures), index)
      : undefined;
  const bytes = body.kind === 'bytes' ? body.bytes : `${json?.text ?? message.text}\r\n`;
  const outgoing = {
    index,
    connection: number,
    text: json?.text ?? message.text,
    ...(json && { value: json.value }),
  };
  await watch?.before?.(outgoing);
  const descriptor = descriptorFor(line.transcript, index);
  noteSent(line, index, json?.value);
  line.pairing.send(index, idOf(json?.value), kindOfSent(json?.value));
  if (descriptor === undefined) await line.connection.send(bytes, patience);
  else await line.connection.sendWithDescriptor(bytes, await openDescriptor(descriptor), patience);
  watch?.sent?.(outgoing, performance.now());
}

/** The rest of a capture cannot be performed: what it sends is not known. Its finding is told. */
class CannotGoOn extends Error {
  override readonly name = 'CannotGoOn';
}

/** A value that was to be captured has not come: that is the server's doing, and ends the dialogue. */
function textOrEnd(line: CaptureLine, text: () => TextToSend, index: number): TextToSend {
  try {
    return text();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const what = `message ${index} cannot be sent: ${error.message}`;
    blame(line, index, { rule: 'shape/not-captured', pointer: '', what, expected: 'a value to send' });
    throw new CannotGoOn(what, { cause: error });
  }
}

function lineOf(capture: Capture, number: number): CaptureLine {
  const line = capture.lines.get(number);
  if (line === undefined || line.left) throw new ConnectionClosed(`connection ${number} is closed`);
  return line;
}
