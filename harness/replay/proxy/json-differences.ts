import { pointerTo } from '../../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../../json/value.ts';
import { writeJson } from '../../json/write-json.ts';

/** A place in which two values differ; a side is absent where nothing stands there. */
export interface JsonDifference {
  readonly pointer: string;
  readonly before?: string;
  readonly after?: string;
}

/** The smallest places in which two values differ. Arrays are compared element by element. */
export function findDifferences(
  before: JsonValue,
  after: JsonValue,
  pointer = '',
): readonly JsonDifference[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differencesAt(before[name], after[name], pointerTo(pointer, name)));
  }
  if (isJsonArray(before) && isJsonArray(after)) {
    const longer = before.length > after.length ? before : after;
    return longer.flatMap((_, at) => differencesAt(before[at], after[at], pointerTo(pointer, at)));
  }
  return writeJson(before) === writeJson(after)
    ? []
    : [{ pointer, before: writeJson(before), after: writeJson(after) }];
}

function differencesAt(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  pointer: string,
): readonly JsonDifference[] {
  if (before !== undefined && after !== undefined) return findDifferences(before, after, pointer);
  if (before === undefined && after === undefined) return [];
  return [
    {
      pointer,
      ...(before !== undefined && { before: writeJson(before) }),
      ...(after !== undefined && { after: writeJson(after) }),
    },
  ];
}
