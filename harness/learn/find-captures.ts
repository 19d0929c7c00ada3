import { pointerTo, stepsOfPointer } from '../json/pointer.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../json/value.ts';
import { valueAt } from '../json/pointer.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { MatchRule, Substitution, Transcript } from '../transcript/transcript.ts';
import { sentValue } from './relocate-paths.ts';

/** A value that the server tells and the client sends later. */
export interface FoundCapture {
  readonly rule: MatchRule & { readonly name: string };
  readonly substitutions: readonly Substitution[];
}

/** A shorter text within another says nothing. */
const MIN_PART = 6;
const MIN_TEXT = 3;
/** A smaller number may be the same by chance, unless both members have one name. */
const TELLING_NUMBER = 1000;

/**
 * Finds values that came otherwise than recorded, and that the recorded client sends later as they were recorded: job
 * ids, node names, numbers of descriptors. Each is to be captured where it first stands.
 */
export function findCaptures(
  transcript: Transcript,
  came: ReadonlyMap<number, JsonValue>,
): readonly FoundCapture[] {
  const names = new Set(transcript.head.match.flatMap(({ name }) => (name === undefined ? [] : [name])));
  const done = new Set<string>();
  const found: FoundCapture[] = [];
  transcript.messages.forEach((message, index) => {
    const live = came.get(index);
    if (live === undefined || message.body.kind !== 'pattern') return;
    for (const { pointer, value } of scalarsOf(valueOfPattern(message.body.pattern).value)) {
      const now = valueAt(live, pointer);
      if (now === undefined || now === value || typeof now !== typeof value || done.has(String(value)))
        continue;
      const uses = usesOf(transcript, index, pointer, value);
      if (uses.length === 0) continue;
      done.add(String(value));
      const name = uniqueName(leafOf(pointer), names);
      const substitutions = uses.map(({ at, put }) => ({ at, value: put(name) }));
      found.push({ rule: { at: `/${index}${pointer}`, as: 'capture', name }, substitutions });
    }
  });
  return found;
}

interface Scalar {
  readonly pointer: string;
  readonly value: string | number | bigint;
}

function scalarsOf(value: JsonValue, pointer = ''): readonly Scalar[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return [{ pointer, value }];
  if (isJsonArray(value)) return value.flatMap((element, at) => scalarsOf(element, pointerTo(pointer, at)));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => scalarsOf(member, pointerTo(pointer, name)));
}

interface Use {
  readonly at: string;
  /** The value to send instead, given the name of the capture. */
  readonly put: (name: string) => string;
}

/** Where later messages of the client hold a value. */
function usesOf(
  transcript: Transcript,
  index: number,
  pointer: string,
  value: Scalar['value'],
): readonly Use[] {
  return transcript.messages.flatMap((message, later) => {
    if (later <= index || message.direction !== '->') return [];
    return scalarsOf(sentValue(transcript, later)).flatMap((sent): Use[] => {
      // Which command it is, and the client's own ids, are the client's.
      if (!sent.pointer.startsWith('/arguments/')) return [];
      const at = `/${later}${sent.pointer}`;
      if (sent.value === value && isTelling(value, pointer, sent.pointer))
        return [{ at, put: (name) => `\${${name}}` }];
      if (typeof value !== 'string' || typeof sent.value !== 'string') return [];
      if (value.length < MIN_PART || !sent.value.includes(value)) return [];
      const text = sent.value;
      return [{ at, put: (name) => text.replaceAll(value, () => `\${${name}}`) }];
    });
  });
}

function isTelling(value: Scalar['value'], one: string, other: string): boolean {
  if (typeof value === 'string') return value.length >= MIN_TEXT;
  return value >= TELLING_NUMBER || leafOf(one) === leafOf(other);
}

function leafOf(pointer: string): string {
  return stepsOfPointer(pointer).findLast((step) => !/^[0-9]+$/.test(step)) ?? 'value';
}

function uniqueName(leaf: string, names: Set<string>): string {
  const plain = leaf.replaceAll(/[^A-Za-z0-9-]/g, '-');
  let name = plain;
  for (let count = 2; names.has(name); count++) name = `${plain}-${count}`;
  names.add(name);
  return name;
}
