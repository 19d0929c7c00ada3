import type { Bytes, Vocabulary } from './check.ts';

const WORD = /<([a-z]+)>/g;

/**
 * The text with the server's own words in the places of `<name>`.
 * @throws {TypeError} for a name that no {@link Vocabulary} has: a mistake in a check
 */
export function fillIn(text: string, words: Vocabulary): string {
  return text.replace(WORD, (_, name: string) => {
    const word = new Map<string, string>(Object.entries(words)).get(name);
    if (word === undefined)
      throw new TypeError(`<${name}> in '${text.slice(0, 60)}'; expected a word of Vocabulary`);
    return word;
  });
}

/** The bytes that are sent to a server with these words. */
export function toBuffer(bytes: Bytes, words: Vocabulary): Buffer {
  const parts = typeof bytes === 'string' ? [bytes] : bytes;
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(fillIn(part, words)) : part)),
  );
}
