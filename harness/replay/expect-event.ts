import { stringAt } from '../json/value.ts';
import { DeadlineExceeded } from '../qmp/connection-errors.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern } from '../transcript/transcript.ts';
import {
  blame,
  compare,
  isResponse,
  judge,
  mismatchesOf,
  type Dialogue,
  type HeardEvent,
} from './dialogue-state.ts';

/**
 * Takes the event that is shown. Several of one name may come, as a job's do for each state: the first that is as
 * shown is meant, and the others are left for what the transcript shows next. Where none is, the first is the answer.
 */
export async function expectEvent(dialogue: Dialogue, pattern: Pattern, index: number): Promise<void> {
  const name = stringAt(valueOfPattern(pattern).value, 'event');
  const isShown = (event: HeardEvent): boolean =>
    event.name === name && mismatchesOf(dialogue, pattern, event.value, index).length === 0;
  const event =
    takeHeard(dialogue, isShown) ??
    (await awaitEvent(dialogue, isShown, index)) ??
    takeHeard(dialogue, (heard) => heard.name === name);
  if (event !== undefined) {
    compare(dialogue, pattern, event.value, index);
    return;
  }
  dialogue.checks++;
  const what = `no event ${name} within ${dialogue.patience / 1000} s`;
  blame(dialogue, index, { rule: 'shape/missing-event', pointer: '', what, expected: `the event ${name}` });
}

/** Takes the first of the events that came and were not taken yet which is wanted. */
export function takeHeard(
  { heard }: Pick<Dialogue, 'heard'>,
  wants: (event: HeardEvent) => boolean,
): HeardEvent | undefined {
  const at = heard.findIndex(wants);
  return at < 0 ? undefined : heard.splice(at, 1)[0];
}

async function awaitEvent(
  dialogue: Dialogue,
  wants: (event: HeardEvent) => boolean,
  index: number,
): Promise<HeardEvent | undefined> {
  const until = performance.now() + dialogue.patience;
  for (let left = dialogue.patience; left > 0; left = until - performance.now()) {
    const incoming = await dialogue.connection.next(left).catch(undefinedAtDeadline);
    if (incoming === undefined) return undefined;
    if (isResponse(incoming)) {
      dialogue.responses.push(incoming);
      continue;
    }
    judge(dialogue, incoming, '', index);
    const last = dialogue.heard.at(-1);
    if (last !== undefined && wants(last)) return dialogue.heard.pop();
  }
  return undefined;
}

function undefinedAtDeadline(error: unknown): undefined {
  if (error instanceof DeadlineExceeded) return undefined;
  throw error;
}
