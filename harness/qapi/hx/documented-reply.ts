import { isJsonArray, isJsonObject, type JsonValue } from '../../json/value.ts';
import { areAllNamed, fitsMembers, readMemberLists, type DocumentedMember } from './documented-members.ts';
import { linesBeforeExample, returnedValues } from './document-sections.ts';
import type { TextLine } from './split-hx.ts';

/** What a command returns, by its documentation. */
export type DocumentedReply =
  | { readonly kind: 'nothing' | 'string' }
  | { readonly kind: 'object' | 'array'; readonly members: readonly DocumentedMember[] };

/**
 * Reads what the documentation of a command says of its reply. It was written for people, so that it counts only where
 * nothing is left to guess: one list of members, each with its name, and every example response is what the list says;
 * or every example response is an empty object, or a string.
 * @returns `undefined` where nothing can be known.
 */
export function readDocumentedReply(lines: readonly TextLine[]): DocumentedReply | undefined {
  const values = returnedValues(lines).filter((value) => value !== undefined);
  if (values.length === 0 || values.length !== returnedValues(lines).length) return undefined;
  if (values.every((value) => typeof value === 'string')) return { kind: 'string' };
  if (values.every((value) => isJsonObject(value) && Object.keys(value).length === 0)) {
    return { kind: 'nothing' };
  }
  const [members, ...others] = readMemberLists(linesBeforeExample(lines));
  const forArguments = lines.some(({ text }) => /^Arguments:\s*$/.test(text));
  if (members === undefined || others.length > 0 || forArguments || !areAllNamed(members)) return undefined;
  const fits = (value: JsonValue): boolean => fitsMembers(value, members);
  if (values.every((value) => isJsonArray(value) && value.every(fits))) return { kind: 'array', members };
  return values.every(fits) ? { kind: 'object', members } : undefined;
}
