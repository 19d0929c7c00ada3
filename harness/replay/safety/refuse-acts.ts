import { InputError } from '../../errors.ts';
import { placesOf } from '../../lint/places.ts';
import type { Transcript, TranscriptMessage } from '../../transcript/transcript.ts';
import { PERMITTED, type Allowance } from './allowances.ts';
import { findTranscriptActs, type TranscriptAct } from './find-transcript-acts.ts';

/** What a transcript may ask for, and where to look up a place in it. */
export interface Safety {
  readonly allowed: ReadonlySet<Allowance>;
  /** Content of the transcript's file. */
  readonly text: string;
}

/**
 * Refuses a transcript that asks for what is not allowed, before anything is started.
 * @throws {InputError} for the first, with its place and how to allow it
 */
export function refuseActs(transcript: Transcript, { allowed, text }: Safety): void {
  const refused = findTranscriptActs(transcript).filter(({ allowance }) => !allowed.has(allowance));
  const refusal = refusalOf(transcript, refused, text, '');
  if (refusal !== undefined) throw refusal;
}

/**
 * The refusal of acts that are not allowed, told by the first of them.
 * @param why stands behind what is refused
 */
export function refusalOf(
  transcript: Transcript,
  refused: readonly TranscriptAct[],
  text: string,
  why: string,
): InputError | undefined {
  const [first] = refused;
  if (first === undefined) return undefined;
  const words = [...new Set(refused.map(({ allowance }) => allowance))].join(',');
  const more = refused.length === 1 ? '' : `, and ${refused.length - 1} more`;
  const place = placeOf(transcript, first, text);
  const what = first.what.replaceAll(/[\r\n]+/g, '⏎');
  return new InputError(
    `${transcript.file}:${place}: ${what}${why}${more}; expected ${PERMITTED[first.allowance]} (--allow ${words} replays it all the same)`,
  );
}

function placeOf({ messages }: Transcript, act: TranscriptAct, text: string): string {
  const message = act.message === undefined ? undefined : messages[act.message];
  if (message === undefined) return '1:1';
  const line = text.split('\n')[message.line - 1] ?? '';
  const first = message.text.split('\n')[0] ?? '';
  const column = message.body.kind === 'pattern' ? Math.max(0, line.indexOf(first)) : 0;
  const offset = message.body.kind === 'pattern' ? offsetOf(message, act.pointer) : 0;
  const before = message.text.slice(0, offset).split('\n');
  const behind = (before.at(-1) ?? '').length;
  return `${message.line + before.length - 1}:${(before.length === 1 ? column : 0) + behind + 1}`;
}

/** Where a value stands in its message; what was put there later has the place of what it stands for. */
function offsetOf(message: TranscriptMessage, pointer: string): number {
  const { values } = placesOf(message);
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const place = values.get(at);
    if (place !== undefined) return place.start;
  }
  return 0;
}
