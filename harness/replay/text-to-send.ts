import type { JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { interpolate } from '../transcript/interpolate.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Pattern, TranscriptHead, TranscriptMessage } from '../transcript/transcript.ts';
import { substituteValues } from './substitute-values.ts';

/** A client's message as it is sent. */
export interface TextToSend {
  readonly value: JsonValue;
  readonly text: string;
}

/**
 * Makes of a client's message what is sent: as recorded to the byte, where nothing has to be replaced, since spacing
 * and spelling are part of it.
 * @throws {InputError} for a `${name}` that nothing has captured
 */
export function textToSend(
  head: TranscriptHead,
  message: TranscriptMessage,
  pattern: Pattern,
  index: number,
  captures: ReadonlyMap<string, JsonValue>,
): TextToSend {
  const recorded = valueOfPattern(pattern).value;
  const value = interpolate(substituteValues(recorded, index, head.substitute), captures);
  return { value, text: value === recorded ? message.text : writeJson(value, { spaced: true }) };
}
