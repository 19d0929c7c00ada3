import { stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, setMember, type JsonValue } from '../json/value.ts';

/** A value with another in the place that a JSON Pointer names. */
export function replaceAt(value: JsonValue, pointer: string, replacement: JsonValue): JsonValue {
  return replaceBelow(value, stepsOfPointer(pointer), replacement);
}

function replaceBelow(
  value: JsonValue,
  [step, ...rest]: readonly string[],
  replacement: JsonValue,
): JsonValue {
  if (step === undefined) return replacement;
  if (isJsonArray(value))
    return value.map((element, at) =>
      String(at) === step ? replaceBelow(element, rest, replacement) : element,
    );
  if (!isJsonObject(value)) return value;
  const copy = { ...value };
  setMember(copy, step, replaceBelow(value[step] ?? null, rest, replacement));
  return copy;
}
