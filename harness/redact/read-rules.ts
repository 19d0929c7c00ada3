import { readFileSync } from 'node:fs';
import { InputError } from '../errors.ts';
import { stepsOfPointer } from '../json/pointer.ts';
import { readYaml, type YamlCursor } from '../yaml/yaml-cursor.ts';
import { REPLACEMENTS, type RedactRule } from './rule.ts';

const KEYS = ['command', 'event', 'at', 'when', 'as', 'remember', 'reason'];
const GLOB = /^[\w.*-]{1,200}$/;
const AT = /^\/(?:arguments|return|error|data)(?:\/(?:[^~/]|~[01])*)*$/;
const MAX_STEPS = 50;

/**
 * Reads a file of rules: a YAML list, described by `schemas/formats/redact-rules.json`.
 * @throws {InputError} `file:line:column: what; expected what`
 */
export function readRedactRules(text: string, file: string): readonly RedactRule[] {
  const root = readYaml(text, file);
  // A file of comments only is a list of none.
  return root.describe() === 'nothing' ? [] : root.elements().map(ruleFrom);
}

/** Reads a file of rules from the disk. @throws {InputError} */
export function loadRedactRules(file: string): readonly RedactRule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`${file}: cannot be read; expected a file of redaction rules`, { cause });
  }
  return readRedactRules(text, file);
}

function ruleFrom(item: YamlCursor): RedactRule {
  const members = item.members(KEYS, ['at']);
  const at = readAt(members.get('at') ?? item);
  const [command, event] = [members.get('command'), members.get('event')];
  const isEvent = at === '/data' || at.startsWith('/data/');
  if (isEvent) command?.fail(`'command' of a rule at ${at}`, "'event', or a place in a command or response");
  else event?.fail(`'event' of a rule at ${at}`, "'command', or a place below /data");
  members.get('reason')?.string();
  return {
    command: command === undefined ? '*' : globFrom(command),
    event: event === undefined ? '*' : globFrom(event),
    at,
    when: readWhen(members.get('when')),
    as: members.get('as')?.oneOf(REPLACEMENTS) ?? 'text',
    remember: members.get('remember')?.boolean() ?? true,
  };
}

function readAt(cursor: YamlCursor): string {
  const at = cursor.string();
  if (!AT.test(at)) return cursor.fail(`place '${at}'`, 'a JSON Pointer such as /arguments/**/password');
  const steps = stepsOfPointer(at);
  if (steps.length > MAX_STEPS) cursor.fail(`${steps.length} steps`, `at most ${MAX_STEPS}`);
  if (steps.includes('')) cursor.fail(`an empty step in '${at}'`, 'the name of a member');
  if (steps.some((step, index) => step === '**' && steps[index + 1] === '**'))
    cursor.fail(`'**/**' in '${at}'`, "'**'");
  return at;
}

function globFrom(cursor: YamlCursor): string {
  const glob = cursor.string();
  return GLOB.test(glob) ? glob : cursor.fail(`'${glob}'`, "a name of QAPI, perhaps with '*'");
}

function readWhen(cursor: YamlCursor | undefined): RedactRule['when'] {
  if (cursor === undefined) return new Map();
  const members = [...cursor.anyMembers()];
  if (members.length === 0) cursor.fail('an empty mapping', 'at least one member and its value');
  return new Map(members.map(([name, value]) => [name, readValues(value)]));
}

function readValues(cursor: YamlCursor): readonly string[] {
  if (!cursor.isList()) return [cursor.word()];
  const values = cursor.elements().map((element) => element.word());
  return values.length === 0 ? cursor.fail('an empty list', 'at least one value') : values;
}
