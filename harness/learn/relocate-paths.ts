import { basename, dirname } from 'node:path/posix';
import { stepsOfPointer, valueAt } from '../json/pointer.ts';
import type { JsonValue } from '../json/value.ts';
import { findTranscriptActs } from '../replay/safety/find-transcript-acts.ts';
import { substituteValues } from '../replay/substitute-values.ts';
import { valueOfPattern } from '../transcript/read-pattern.ts';
import type { Substitution, Transcript } from '../transcript/transcript.ts';

/** An absolute path within a text, perhaps behind a protocol: `file:/a/b`, `unix:/a/b`. */
const PATH = /(^|:|=)(\/\/?[^:,?]*)/g;

/**
 * Replaces absolute paths of the machine that a recording was made on by file names in the replay's own folder. Two
 * files keep two names.
 */
export function relocatePaths(transcript: Transcript): Transcript {
  const names = new Map<string, string>();
  const added = findTranscriptActs(transcript).flatMap(({ allowance, message, pointer }): Substitution[] => {
    if (allowance !== 'paths' || message === undefined) return [];
    const text = valueAt(sentValue(transcript, message), pointer);
    if (typeof text !== 'string' || text.startsWith('json:')) return [];
    const value = text.replaceAll(PATH, (_, before: string, path: string) => before + nameFor(path, names));
    return value === text ? [] : [{ at: `/${message}${pointer}`, value }];
  });
  const known = transcript.head.substitute.filter(({ at }) => !added.some((one) => one.at === at));
  return withSubstitutions(transcript, [...known, ...added]);
}

/** A transcript with these values to send, in the order of their places. */
export function withSubstitutions(transcript: Transcript, substitute: readonly Substitution[]): Transcript {
  const sorted = substitute.toSorted((a, b) => indexOf(a) - indexOf(b) || (a.at < b.at ? -1 : 1));
  return { ...transcript, head: { ...transcript.head, substitute: sorted } };
}

function indexOf({ at }: Substitution): number {
  return Number(stepsOfPointer(at)[0]);
}

/** What is sent for a message, before captures are put into it; null for what is no JSON. */
export function sentValue({ messages, head }: Transcript, index: number): JsonValue {
  const body = messages[index]?.body;
  if (body?.kind !== 'pattern') return null;
  return substituteValues(valueOfPattern(body.pattern).value, index, head.substitute);
}

function nameFor(path: string, names: Map<string, string>): string {
  const known = names.get(path);
  if (known !== undefined) return known;
  const taken = new Set(names.values());
  const plain = basename(path) || 'file';
  const longer = `${basename(dirname(path))}-${plain}`;
  const numbered = (count: number): string =>
    taken.has(`${count}-${plain}`) ? numbered(count + 1) : `${count}-${plain}`;
  const name = [plain, longer].find((one) => !taken.has(one)) ?? numbered(2);
  names.set(path, name);
  return name;
}
