import { stringAt } from '../../json/value.ts';
import { ConnectionClosed, DeadlineExceeded } from '../../qmp/connection-errors.ts';
import { classifyMessage } from '../../transcript/classify-message.ts';
import { valueOfPattern } from '../../transcript/read-pattern.ts';
import type { Pattern } from '../../transcript/transcript.ts';
import { blame, compare, mismatchesOf, type HeardEvent } from '../dialogue-state.ts';
import { takeHeard } from '../expect-event.ts';
import { takeIn, takeInWhatCame, type CaptureLine } from './capture-line.ts';
import { mayNotCome } from './capture-plan.ts';
import type { Capture } from './capture-state.ts';

/** What remains of the patience for an event, once one of its name has not come. */
const SHARE_AFTER_MISS = 0.1;

/** Waits until all has come that stands before what the client does next. */
export async function awaitAll(capture: Capture): Promise<void> {
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
