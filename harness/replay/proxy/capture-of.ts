import { InputError } from '../../errors.ts';
import { pointerTo, stepsOfPointer } from '../../json/pointer.ts';
import { isCapture } from '../../transcript/is-capture.ts';
import { readPattern } from '../../transcript/read-pattern.ts';
import type { Direction, Transcript, TranscriptMessage } from '../../transcript/transcript.ts';

/** What goes before a dialogue on a connection that has not negotiated. */
const NEGOTIATION: readonly (readonly [Direction, string])[] = [
  ['->', '{ "execute": "qmp_capabilities" }'],
  ['<-', '{ "return": {} }'],
];

/**
 * A transcript as a capture: one that is performed on a negotiated connection negotiates by itself, so that its
 * connection can go through something.
 * @throws {InputError} where the front matter asks its commands
 */
export function captureOf(transcript: Transcript): Transcript {
  if (isCapture(transcript)) return transcript;
  const { head, messages, file } = transcript;
  if (head.asks !== undefined)
    throw new InputError(`${file}:1:1: 'asks' through a proxy; expected a transcript with its commands`);
  const before = NEGOTIATION.map(([direction, text]): TranscriptMessage => ({
    direction,
    connection: 0,
    text,
    line: 1,
    body: { kind: 'pattern', pattern: readPattern(text) },
  }));
  const move = <T extends { readonly at: string }>(one: T): T => ({ ...one, at: moved(one.at) });
  return {
    file,
    head: {
      ...head,
      match: head.match.map(move),
      substitute: head.substitute.map(move),
      ...(head.descriptors && { descriptors: head.descriptors.map(move) }),
      ...(head.invalid && { invalid: head.invalid.map(moved) }),
    },
    messages: [...before, ...messages],
    marks: [{ connection: 0, before: 0, line: 1, what: { kind: 'opened' } }],
  };
}

function moved(at: string): string {
  const [index = '0', ...steps] = stepsOfPointer(at);
  return steps.reduce<string>(pointerTo, `/${Number(index) + NEGOTIATION.length}`);
}
