import { valueAt } from '../json/pointer.ts';
import type { JsonValue } from '../json/value.ts';
import type { Places, PlaceInText } from './places.ts';

/** The text of a message that is JSON, with the places of its values, to make changed texts of it. */
export interface EditableMessage {
  readonly text: string;
  readonly value: JsonValue;
  readonly places: Places;
}

/** The text with another name of a member. */
export function renameMember(message: EditableMessage, pointer: string, name: string): string | undefined {
  const place = message.places.values.get(pointer);
  if (place === undefined) return undefined;
  return replace(message.text, place.name, place.nameEnd, JSON.stringify(name));
}

/** The text with another value. */
export function replaceValue(message: EditableMessage, pointer: string, written: string): string | undefined {
  const place = message.places.values.get(pointer);
  return place === undefined ? undefined : replace(message.text, place.start, place.end, written);
}

/** How a value is written. */
export function writtenAt({ text, places }: EditableMessage, pointer: string): string | undefined {
  const place = places.values.get(pointer);
  return place === undefined ? undefined : text.slice(place.start, place.end);
}

/** The text without a member, and without the comma that belongs to it. */
export function removeMember({ text, places }: EditableMessage, pointer: string): string | undefined {
  const place = places.values.get(pointer);
  return place === undefined ? undefined : removeItem(text, place);
}

function removeItem(text: string, { name, end }: PlaceInText): string {
  const after = /^\s*,\s*/.exec(text.slice(end))?.[0];
  if (after !== undefined) return replace(text, name, end + after.length, '');
  const before = /,?\s*$/.exec(text.slice(0, name))?.[0] ?? '';
  return replace(text, name - (before.startsWith(',') ? before.length : 0), end, '');
}

/** The text with a further member, or an elision, at the end of an object. */
export function insertMember(message: EditableMessage, object: string, member: string): string | undefined {
  const place = message.places.values.get(object);
  const { text } = message;
  if (place === undefined || text.charAt(place.end - 1) !== '}') return undefined;
  const inner = text.slice(place.start + 1, place.end - 1).trimEnd();
  const at = place.start + 1 + inner.length;
  const separator = inner.trim() === '' || inner.endsWith(',') ? ' ' : ', ';
  const tail = text.charAt(at) === '}' ? ' ' : '';
  return replace(text, at, at, `${separator}${member}${tail}`);
}

/** The text with the members of an object in the place of that object. */
export function unwrapMember({ text, places }: EditableMessage, pointer: string): string | undefined {
  const place = places.values.get(pointer);
  if (place === undefined || text.charAt(place.end - 1) !== '}') return undefined;
  const inner = text.slice(place.start + 1, place.end - 1).trim();
  return inner === '' ? removeItem(text, place) : replace(text, place.name, place.end, inner);
}

const STRINGS = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/g;

/** The text with double quotes around all strings. */
export function doubleQuotes(text: string): string {
  return text.replaceAll(STRINGS, (all: string, inner: string | undefined) =>
    inner === undefined ? all : `"${inner.replaceAll("\\'", "'").replaceAll(/\\?"/g, '\\"')}"`,
  );
}

/** Tells whether a well-formed text has a string in single quotes, and where the first begins; -1 where it has none. */
export function firstSingleQuote(text: string): number {
  for (const { index, 1: inner } of text.matchAll(STRINGS)) if (inner !== undefined) return index;
  return -1;
}

/** The value at a place of the message. */
export function valueIn({ value }: EditableMessage, pointer: string): JsonValue | undefined {
  return valueAt(value, pointer);
}

function replace(text: string, from: number, to: number, insert: string): string {
  return text.slice(0, from) + insert + text.slice(to);
}
