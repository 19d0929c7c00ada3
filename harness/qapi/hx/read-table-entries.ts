import { inputErrorAt, type FilePlace } from '../../errors.ts';
import type { Condition } from '../model.ts';
import { readArgsType, type TableArgument } from './read-args-type.ts';
import type { HxParts } from './split-hx.ts';

/** A command as the dispatch table has it. */
export interface TableEntry {
  readonly name: string;
  readonly line: number;
  readonly arguments: readonly TableArgument[];
  readonly condition?: Condition;
}

/**
 * Reads the entries of the table, by name: C initialisers `{ .name = "…", .args_type = "…", … },`.
 * @throws {InputError} `file:line:column: what; expected what` where it is no such table.
 */
export function readTableEntries(parts: HxParts, file: string): ReadonlyMap<string, TableEntry> {
  const tokens = tokensOfCode(parts.code, file);
  const cursor: Cursor = { tokens, file, at: 0 };
  const entries = new Map<string, TableEntry>();
  while (cursor.at < tokens.length) {
    const entry = readEntry(cursor, parts.conditions);
    const earlier = entries.get(entry.name);
    if (earlier !== undefined) {
      const place = { file, line: entry.line, column: 1 };
      throw inputErrorAt(place, `command '${entry.name}' was in line ${earlier.line}`, 'each command once');
    }
    entries.set(entry.name, entry);
  }
  return entries;
}

interface Token {
  readonly kind: 'string' | 'word' | 'sign';
  /** A string without its quotes. */
  readonly text: string;
  readonly place: FilePlace;
}

interface Cursor {
  readonly tokens: readonly Token[];
  readonly file: string;
  at: number;
}

/** Blanks and comments, strings, words, signs; anything else is one character. */
const TOKEN =
  /(?<blank>\s+|\/\*[^]*?\*\/|\/\/[^\n]*)|"(?<string>(?:[^"\\\n]|\\[^])*)"|(?<word>\.?[A-Za-z_0-9][A-Za-z_0-9.]*)|(?<sign>[^])/g;

function tokensOfCode(code: readonly string[], file: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (const match of code.join('\n').matchAll(TOKEN)) {
    const place = { file, line, column: match.index - lineStart + 1 };
    const { string, word, sign } = match.groups ?? {};
    if (string !== undefined) tokens.push({ kind: 'string', text: string, place });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, place });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign, place });
    for (let at = match[0].indexOf('\n'); at >= 0; at = match[0].indexOf('\n', at + 1)) {
      line++;
      lineStart = match.index + at + 1;
    }
  }
  return tokens;
}

/** What an entry may set. `mhandler.cmd` without suffix is the human monitor's. */
const FIELDS: ReadonlySet<string> = new Set([
  '.name',
  '.args_type',
  '.params',
  '.help',
  '.user_print',
  '.flags',
  '.mhandler.cmd_new',
  '.mhandler.cmd_async',
]);

function readEntry(cursor: Cursor, conditions: HxParts['conditions']): TableEntry {
  const start = takeSign(cursor, '{', "'{' of a table entry");
  const fields = new Map<string, Token>();
  while (!takeIf(cursor, '}')) {
    const { name, value } = readField(cursor);
    fields.set(name, value);
    if (!takeIf(cursor, ',')) {
      takeSign(cursor, '}', "',' or '}' after a field");
      break;
    }
  }
  const end = takeSign(cursor, ',', "',' after an entry");
  const condition = conditions[start.line - 1];
  if (condition !== conditions[end.line - 1] && !sameCondition(condition, conditions[end.line - 1])) {
    throw inputErrorAt(start, 'the preprocessor cuts this entry', '#if and #endif around it');
  }
  const name = fields.get('.name');
  if (name === undefined) throw inputErrorAt(start, 'entry without .name', 'a name');
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name.text))
    throw inputErrorAt(name.place, `.name '${name.text}'`, 'the name of a command');
  const args = fields.get('.args_type');
  if (args === undefined) throw inputErrorAt(start, `entry '${name.text}' without .args_type`, 'one');
  const first = { ...args.place, column: args.place.column + 1 };
  const entry = { name: name.text, line: start.line, arguments: readArgsType(args.text, first) };
  return condition === undefined ? entry : { ...entry, condition };
}

function sameCondition(left: Condition | undefined, right: Condition | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** `.name = value`: strings that follow each other are one; other C expressions are passed over. */
function readField(cursor: Cursor): { readonly name: string; readonly value: Token } {
  const field = takeToken(cursor, 'a field like .name');
  if (field.kind !== 'word' || !FIELDS.has(field.text))
    throw inputErrorAt(field.place, `'${field.text}' in a table entry`, [...FIELDS].join(', '));
  takeSign(cursor, '=', `'=' after ${field.text}`);
  const first = takeToken(cursor, 'a value');
  if (first.kind === 'sign') throw inputErrorAt(first.place, `'${first.text}'`, 'a value');
  let text = first.text;
  for (;;) {
    if (first.kind === 'word' && takeIf(cursor, '|')) continue;
    const next = cursor.tokens[cursor.at];
    if (next === undefined || next.kind === 'sign') break;
    if (next.kind !== first.kind) throw inputErrorAt(next.place, `'${next.text}'`, "',' or '}'");
    text += next.text;
    cursor.at++;
  }
  if (first.kind !== 'string' && (field.text === '.name' || field.text === '.args_type'))
    throw inputErrorAt(first.place, `${field.text} is '${text}'`, 'a string');
  return { name: field.text, value: { ...first, text } };
}

function takeToken(cursor: Cursor, expected: string): Token {
  const token = cursor.tokens[cursor.at++];
  if (token !== undefined) return token;
  const last = cursor.tokens.at(-1)?.place ?? { file: cursor.file, line: 1, column: 1 };
  throw inputErrorAt(last, 'the table ends here', expected);
}

function takeSign(cursor: Cursor, sign: string, expected: string): FilePlace {
  const token = takeToken(cursor, expected);
  if (token.kind === 'sign' && token.text === sign) return token.place;
  throw inputErrorAt(token.place, `'${token.text}'`, expected);
}

function takeIf(cursor: Cursor, sign: string): boolean {
  const token = cursor.tokens[cursor.at];
  if (token?.kind !== 'sign' || token.text !== sign) return false;
  cursor.at++;
  return true;
}
