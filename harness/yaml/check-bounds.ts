import { Lexer } from 'yaml';
import { inputErrorAt } from '../errors.ts';

/** Far more than anybody writes by hand; what the yaml package does takes squared time. */
const MAX_CHARACTERS = 64 * 1024;

/** The yaml package descends without a limit, and an overflow of the stack may end the whole process. */
const MAX_LEVELS = 100;

/** A line that could begin so many levels of block style: each takes at least a column of its own. */
const DEEP_LINE = new RegExp(`^[ \\t?:-]{${MAX_LEVELS}}`, 'm');

/** The token that the lexer puts before the text of a plain or block scalar. */
const SCALAR_FOLLOWS = '\u001f';

/**
 * Refuses YAML that must not reach the yaml package: too long, or nested too deep.
 * @param line where it begins in its file
 * @throws {InputError} at its first line
 */
export function checkBounds(yaml: string, file: string, line: number): void {
  const place = { file, line, column: 1 };
  if (yaml.length > MAX_CHARACTERS) throw inputErrorAt(place, 'YAML over 64 KiB', 'at most 64 KiB');
  if (DEEP_LINE.test(yaml) || levelsOfFlow(yaml) > MAX_LEVELS) {
    throw inputErrorAt(place, 'YAML nested too deep', `at most ${MAX_LEVELS} levels`);
  }
}

/** Levels of flow style. They are counted only where there are brackets enough for too many. */
function levelsOfFlow(yaml: string): number {
  if ((yaml.match(/[[{]/g)?.length ?? 0) <= MAX_LEVELS) return 0;
  let [level, most, before] = [0, 0, ''];
  for (const token of new Lexer().lex(yaml)) {
    if (before !== SCALAR_FOLLOWS) {
      if (token === '[' || token === '{') most = Math.max(most, ++level);
      else if (token === ']' || token === '}') level--;
    }
    before = token;
  }
  return most;
}
