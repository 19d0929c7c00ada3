import { readJson } from '../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import type { WireRecord } from '../results/verdict.ts';
import type { Transcript } from '../transcript/transcript.ts';

/**
 * Puts back, of what was redacted in the messages of a row, what its recording says itself: what comes with the suite is
 * nobody's secret, and a row that is about it could not be judged without.
 */
export function restorePublicWords(
  before: readonly WireRecord[],
  redacted: readonly WireRecord[],
  { messages }: Transcript,
): readonly WireRecord[] {
  const shown = messages.map(({ text }) => text).join('\n');
  const isPublic = (secret: string): boolean => shown.includes(JSON.stringify(secret));
  return redacted.map((record, at) => {
    const original = before[at];
    if (original === undefined || original === record) return record;
    return replacedStrings(original.text, record.text)?.every(isPublic) === true ? original : record;
  });
}

/** The strings that are other in `after`; nothing where the two differ otherwise. */
function replacedStrings(
  before: string | undefined,
  after: string | undefined,
): readonly string[] | undefined {
  if (before === undefined || after === undefined) return undefined;
  try {
    return [...differingStrings(readJson(before), readJson(after))];
  } catch {
    return undefined;
  }
}

function* differingStrings(before: JsonValue, after: JsonValue | undefined): Generator<string> {
  if (typeof before === 'string' && typeof after === 'string') {
    if (before !== after) yield before;
  } else if (isJsonArray(before) && isJsonArray(after)) {
    for (const [at, element] of before.entries()) yield* differingStrings(element, after[at]);
  } else if (isJsonObject(before) && isJsonObject(after)) {
    for (const [name, value] of Object.entries(before)) yield* differingStrings(value, after[name]);
  } else if (before !== after) throw new TypeError('not only strings were replaced');
}
