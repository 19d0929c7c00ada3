import { conditionFromC } from '../language/condition.ts';
import { FOLDED_INTEGER, type Condition, type TypeRef } from '../model.ts';

/**
 * The page names built-in types by their JSON type (`doc_type` of QEMU's documentation generator): what width an `int`
 * has stays unsaid.
 */
const BUILTIN_WORDS: Readonly<Record<string, string>> = {
  string: 'str',
  int: FOLDED_INTEGER,
  number: 'number',
  boolean: 'bool',
  null: 'null',
  value: 'any',
};

/** The type that `[str]` or `array of str` says: a name of the page's, or an array of one. */
export function typeFromWords(words: string): TypeRef | undefined {
  const element = /^(?:\[(.+)\]|array of (.+))$/.exec(words);
  if (element !== null) {
    const inner = typeFromWords(element[1] ?? element[2] ?? '');
    return inner === undefined ? undefined : { array: inner };
  }
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(words)) return undefined;
  return { name: Object.hasOwn(BUILTIN_WORDS, words) ? (BUILTIN_WORDS[words] ?? words) : words };
}

/**
 * The condition that the page shows: since 6.2 `A and not (B or C)`, before that C expressions, several of them
 * between commas.
 */
export function conditionFromWords(words: readonly string[]): Condition | undefined {
  const conditions = words.map((word) => conditionFromC(word.includes('defined') ? word : inC(word)));
  const [only] = conditions;
  return conditions.length <= 1 ? only : { all: conditions };
}

const OPERATORS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!' };

function inC(words: string): string {
  return words.replaceAll(/\w+/g, (word) => OPERATORS[word] ?? `defined(${word})`);
}

/** The release in a line that says `Since 5.1` and nothing before it. */
export function sinceOfLines(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const release = /^since\s*:?\s*(?:QEMU\s+)?(\d+\.\d+(?:\.\d+)?)/i.exec(line)?.[1];
    if (release !== undefined) return release;
  }
  return undefined;
}
