import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import type { Substitution } from '../transcript/transcript.ts';

/**
 * Puts the values that are to be sent in place of the documented ones. Returns the same value, not a copy, where
 * nothing is to be replaced.
 * @param index which message of the transcript `value` is
 */
export function substituteValues(
  value: JsonValue,
  index: number,
  substitutions: readonly Substitution[],
): JsonValue {
  let result = value;
  for (const { at, value: replacement } of substitutions) {
    const [message, ...steps] = stepsOfPointer(at);
    if (Number(message) === index) result = replaceAt(result, steps, replacement);
  }
  return result;
}

function replaceAt(value: JsonValue, steps: readonly string[], replacement: JsonValue): JsonValue {
  const [step, ...rest] = steps;
  if (step === undefined) return replacement;
  if (isJsonArray(value)) {
    return value.map((element, at) =>
      String(at) === step ? replaceAt(element, rest, replacement) : element,
    );
  }
  if (!isJsonObject(value)) return value;
  return { ...value, [step]: replaceAt(value[step] ?? null, rest, replacement) };
}
