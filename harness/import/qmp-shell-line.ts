import { readJson } from '../json/read-json.ts';
import { isJsonObject, setMember, type JsonObject, type JsonValue } from '../json/value.ts';
import { readPythonLiteral } from './python-literal.ts';

/** What qmp-shell makes of its lines; it remembers a `transaction(` that is open. */
export interface ShellLines {
  /**
   * Takes a line.
   * @returns the command that it sends; `undefined` for a line that sends none yet, a text for one that it refuses
   */
  readonly take: (line: string) => ShellCommand | string | undefined;
}

/** A command as qmp-shell sends it. */
export type ShellCommand = JsonObject & { readonly execute: string; readonly arguments: JsonObject };

/** Words as qmp-shell cuts them: at white space that stands in no quotes, which stay. */
const WORDS = /(?:[^\s"']|"(?:\\.|[^"])*"|'(?:\\.|[^'])*')+/g;

/** Begins with no transaction. */
export function readShellLines(): ShellLines {
  let actions: JsonObject[] | undefined;
  const take = (line: string): ShellCommand | string | undefined => {
    const words = line.match(WORDS) ?? [];
    if (words[0] === 'transaction(') {
      actions = [];
      words.shift();
    }
    const [name] = words;
    if (name === undefined) return undefined;
    if (actions === undefined) return commandOf(name, words.slice(1));
    if (name === ')') {
      const command = { execute: 'transaction', arguments: { actions } };
      actions = undefined;
      return words.length > 1 ? `'${words[1] ?? ''}' behind the end of a transaction` : command;
    }
    const ends = words.at(-1) === ')';
    const data = argumentsOf(words.slice(1, ends ? -1 : undefined));
    if (typeof data === 'string') return data;
    actions.push({ type: name, data });
    return ends ? take(')') : undefined;
  };
  return { take };
}

function commandOf(execute: string, words: readonly string[]): ShellCommand | string {
  const args = argumentsOf(words);
  return typeof args === 'string' ? args : { execute, arguments: args };
}

function argumentsOf(words: readonly string[]): JsonObject | string {
  const args: Record<string, JsonValue> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 0) return `'${word.slice(0, 30)}', which is no NAME=VALUE`;
    const complaint = put(args, word.slice(0, at), valueOf(word.slice(at + 1)));
    if (complaint !== undefined) return complaint;
  }
  return args;
}

/** A name with dots leads into objects. */
function put(args: Record<string, JsonValue>, name: string, value: JsonValue): string | undefined {
  const steps = name.split('.');
  const last = steps.pop() ?? '';
  let object = args;
  for (const step of steps) {
    const inner = Object.hasOwn(object, step) ? object[step] : undefined;
    if (inner !== undefined && !isJsonObject(inner))
      return `'${name.slice(0, 30)}', which leads into a value`;
    const copy = { ...inner };
    setMember(object, step, copy);
    object = copy;
  }
  if (Object.hasOwn(object, last)) return `'${name.slice(0, 30)}' twice`;
  setMember(object, last, value);
  return undefined;
}

/** What `int()` of Python takes, as far as anybody writes it. */
const INTEGER = /^[+-]?[0-9]+(?:_[0-9]+)*$/;

/** Tells whether qmp-shell takes a text for something else than a string. */
export function isNoShellString(text: string): boolean {
  return typeof valueOf(text) !== 'string';
}

function valueOf(text: string): JsonValue {
  if (INTEGER.test(text.trim())) return integerOf(text.trim());
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (!/^[{[]/.test(text)) return text;
  try {
    return readJson(text);
  } catch {
    const literal = readPythonLiteral(text, 0);
    return literal?.end === text.length ? readJson(literal.json) : text;
  }
}

function integerOf(text: string): number | bigint {
  const value = BigInt(text.replace(/^\+/, '').replaceAll('_', ''));
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
