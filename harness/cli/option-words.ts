import { Option } from 'commander';
import { InputError } from '../errors.ts';

/** An option that may be given several times. */
export function repeatable(flags: string, description: string): Option {
  const collect = (word: string, words: readonly string[] = []): readonly string[] => [...words, word];
  return new Option(flags, description).argParser(collect);
}

/** Reads some of the words that are known, with commas between. */
export function wordsOf<Word extends string>(known: readonly Word[]): (text: string) => readonly Word[] {
  return (text) =>
    text.split(',').map((word) => {
      const found = known.find((one) => one === word.trim());
      if (found === undefined) throw new InputError(`'${word}'; expected some of ${known.join(',')}`);
      return found;
    });
}

/** Reads a whole number from 1 on. */
export function countFromWord(text: string): number {
  if (!/^[1-9][0-9]{0,4}$/.test(text))
    throw new InputError(`'${text}'; expected a whole number from 1 to 99999`);
  return Number(text);
}
