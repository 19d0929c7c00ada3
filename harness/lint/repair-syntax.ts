import { JsonSyntaxError } from '../json/scanner.ts';
import { readPattern } from '../transcript/read-pattern.ts';
import { repairsAt, type Repair } from './syntax-repairs.ts';

/** A text that is JSON, made of one that is not. */
export interface RepairedText {
  readonly text: string;
  /** What was done to it, in words. */
  readonly what: readonly string[];
}

/** A text on its way to being JSON. */
interface Attempt extends RepairedText {
  readonly error: JsonSyntaxError | undefined;
}

/** Longer texts are not repaired; the largest documented message has 9 KB. */
const MAX_LENGTH = 64 * 1024;
const MAX_ATTEMPTS = 5;
/** Characters that the reader may read for one message: some tenths of a second. */
const MAX_EFFORT = 4_000_000;

/**
 * The shortest ways in which a text becomes JSON by repairs of one character or word each. Each repair must bring the
 * reader further; none where that does not lead to an end.
 */
export function repairSyntax(text: string, singleQuotes: boolean): readonly RepairedText[] {
  if (text.length > MAX_LENGTH) return [];
  let attempts = [attempt(text, [], singleQuotes)];
  const seen = new Set([text]);
  for (let effort = 0; effort < MAX_EFFORT;) {
    const next: Attempt[] = [];
    for (const before of attempts) {
      for (const repair of before.error === undefined ? [] : repairsAt(before.text, before.error)) {
        const after = apply(before, repair, singleQuotes);
        effort += after.text.length;
        if (seen.has(after.text) || !isFurther(before, after)) continue;
        seen.add(after.text);
        next.push(after);
      }
    }
    const done = next.filter(({ error }) => error === undefined);
    if (done.length > 0 || next.length === 0) return done;
    attempts = next.sort((a, b) => left(a) - left(b)).slice(0, MAX_ATTEMPTS);
  }
  return [];
}

function attempt(text: string, what: readonly string[], singleQuotes: boolean): Attempt {
  return { text, what, error: syntaxErrorOf(text, singleQuotes) };
}

/** Why a message's text is no JSON, elisions allowed; `undefined` when it is. */
export function syntaxErrorOf(text: string, singleQuotes: boolean): JsonSyntaxError | undefined {
  try {
    readPattern(text, { singleQuotes });
    return undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
}

function apply(before: Attempt, { from, to, insert, what }: Repair, singleQuotes: boolean): Attempt {
  const text = before.text.slice(0, from) + insert + before.text.slice(to);
  return attempt(text, before.what.includes(what) ? before.what : [...before.what, what], singleQuotes);
}

/** Characters that the reader has not come to. */
function left({ text, error }: Attempt): number {
  return error === undefined ? -1 : text.length - error.offset;
}

/** At the end of the text, where brackets are missing, no repair can come further; their number bounds them. */
function isFurther(before: Attempt, after: Attempt): boolean {
  return left(after) < left(before) || (left(after) === left(before) && left(after) === 0);
}
