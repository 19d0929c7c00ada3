import { InputError } from '../../errors.ts';
import { stringAt } from '../../json/value.ts';
import { ConnectionClosed, DeadlineExceeded } from '../../qmp/connection-errors.ts';
import type { QmpConnection } from '../../qmp/connection.ts';
import { classifyMessage } from '../../transcript/classify-message.ts';
import { idOf, kindOfSent, pairResponses, ResponsePairing } from '../../transcript/pair-responses.ts';
import { valueOfPattern } from '../../transcript/read-pattern.ts';
import type { Pattern, Transcript, TranscriptMessage } from '../../transcript/transcript.ts';
import {
  blame,
  compare,
  mismatchesOf,
  type DialogueContext,
  type DialogueOutcome,
  type HeardEvent,
} from '../dialogue-state.ts';
import { takeHeard } from '../expect-event.ts';
import { textToSend, type TextToSend } from '../text-to-send.ts';
import { noteSent, takeIn, takeInWhatCame, type CaptureLine, type CaptureScript } from './capture-line.ts';
import { layOutCapture, mayNotCome, type CaptureItem } from './capture-plan.ts';
import { descriptorFor } from './descriptor-for.ts';

/** Where a capture is performed, and by what it is judged. */
export interface CaptureContext extends Omit<DialogueContext, 'connection' | 'earlier'> {
  /** Opens a connection, and waits for nothing that the server sends. */
  readonly connect: (connection: number) => Promise<QmpConnection>;
  /** Called before a connection is closed by the client. */
  readonly settle?: ((connection: number) => Promise<void>) | undefined;
}

/** A capture that is being performed. */
interface Capture {
  readonly context: CaptureContext;
  readonly script: CaptureScript;
  readonly lines: Map<number, CaptureLine>;
  readonly shared: Pick<CaptureLine, 'captures' | 'findings'>;
  /** What is to come before the client does anything further. */
  awaited: CaptureItem[];
  /** Names of events that have not come: others of the name are waited for only shortly. */
  readonly missing: Set<string>;
}

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

/** What remains of the patience for an event, once one of its name has not come. */
const SHARE_AFTER_MISS = 0.1;

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

/** Waits until all has come that stands before what the client does next. */
async function awaitAll(capture: Capture): Promise<void> {
  const items = capture.awaited;
  capture.awaited = [];
  for (const item of items) {
    const line = capture.lines.get(item.connection);
    // What the capture shows behind the end of its connection cannot come.
    if (line === undefined || line.left) continue;
    if (item.kind === 'closed by the server') await awaitEnd(line, item.at);
    else await awaitMessage(capture, line, item.at);
  }
}

async function awaitMessage(capture: Capture, line: CaptureLine, index: number): Promise<void> {
  const message = line.transcript.messages[index];
  if (message === undefined || line.got.has(index)) return;
  if (classifyMessage(message) === 'event' && message.body.kind === 'pattern')
    return awaitEvent(capture, line, message.body.pattern, index);
  if (mayNotCome(line.transcript.head, index)) return;
  const until = performance.now() + line.patience;
  while (!line.got.has(index)) {
    const left = Math.max(1, until - performance.now());
    takeIn(line, await line.connection.next(left));
  }
}

/** As for any dialogue: the first of its name that is as shown is meant; where none is, the first is the answer. */
async function awaitEvent(
  capture: Capture,
  line: CaptureLine,
  pattern: Pattern,
  index: number,
): Promise<void> {
  const name = stringAt(valueOfPattern(pattern).value, 'event');
  const isShown = (event: HeardEvent): boolean =>
    event.name === name && mismatchesOf(line, pattern, event.value, index).length === 0;
  takeInWhatCame(line);
  const optional = mayNotCome(line.transcript.head, index);
  const patience = line.patience * (capture.missing.has(name) ? SHARE_AFTER_MISS : 1);
  const event =
    takeHeard(line, isShown) ??
    (optional ? undefined : await hearUntil(line, isShown, patience)) ??
    (optional ? undefined : takeHeard(line, (heard) => heard.name === name));
  line.got.add(index);
  if (event !== undefined) {
    compare(line, pattern, event.value, index);
    return;
  }
  line.checks++;
  if (optional) return;
  capture.missing.add(name);
  const what = `no event ${name} within ${patience / 1000} s`;
  blame(line, index, { rule: 'shape/missing-event', pointer: '', what, expected: `the event ${name}` });
}

async function hearUntil(
  line: CaptureLine,
  wants: (event: HeardEvent) => boolean,
  patience: number,
): Promise<HeardEvent | undefined> {
  const until = performance.now() + patience;
  for (let left = patience; left > 0; left = until - performance.now()) {
    const before = line.heard.length;
    try {
      takeIn(line, await line.connection.next(left));
    } catch (error) {
      if (error instanceof DeadlineExceeded || error instanceof ConnectionClosed) return undefined;
      throw error;
    }
    const last = line.heard.length > before ? line.heard.at(-1) : undefined;
    if (last !== undefined && wants(last)) return line.heard.pop();
  }
  return undefined;
}

/** The server ends the connection; what comes before is taken in. */
async function awaitEnd(line: CaptureLine, at: number): Promise<void> {
  line.checks++;
  const until = performance.now() + line.patience;
  for (let left = line.patience; left > 0; left = until - performance.now()) {
    try {
      takeIn(line, await line.connection.next(left));
    } catch (error) {
      if (error instanceof ConnectionClosed) return;
      if (!(error instanceof DeadlineExceeded)) throw error;
    }
  }
  const what = `connection ${line.number} stays open for ${line.patience / 1000} s`;
  blame(line, at - 1, { rule: 'shape/not-closed', pointer: '', what, expected: 'its end by the server' });
}
