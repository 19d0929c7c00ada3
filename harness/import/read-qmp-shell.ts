import { inputErrorAt } from '../errors.ts';
import { spelledMembers } from '../json/spelled-members.ts';
import { writeJson } from '../json/write-json.ts';
import { cutValue, cutValues, firstWords, Places, skipSpace } from './cut-values.ts';
import { kindOfMembers, type LogMessage, type ReadLog } from './log-message.ts';
import { readPythonLiteral } from './python-literal.ts';
import { readShellLines } from './qmp-shell-line.ts';

/**
 * Reads what qmp-shell leaves: its log (`-l`), in which a command and its response are one object; or what a terminal
 * showed of it, with or without `-v`.
 * @throws {InputError} with the place of what it does not write
 */
export function readQmpShell(text: string, file: string): ReadLog {
  return text.charAt(skipSpace(text, 0)) === '{' ? readLog(text, file) : readTerminal(text, file);
}

const OF_COMMAND = new Set(['execute', 'exec-oob', 'arguments']);

function readLog(text: string, file: string): ReadLog {
  const messages: LogMessage[] = [];
  for (const cut of cutValues(text, file)) {
    const kind = kindOfMembers(new Set(Object.keys(cut.value)));
    if (kind !== 'merged')
      throw inputErrorAt({ file, ...cut }, 'an object that is not both', 'a command with its response');
    const members = spelledMembers(cut.text);
    const write = (isWanted: (name: string) => boolean): string =>
      `{${members
        .filter(({ name }) => isWanted(name))
        .map(({ name, text: spelled }) => `${JSON.stringify(name)}: ${spelled}`)
        .join(', ')}}`;
    messages.push(
      { direction: '->', connection: 0, text: write((name) => OF_COMMAND.has(name) || name === 'id') },
      { direction: '<-', connection: 0, text: write((name) => !OF_COMMAND.has(name)) },
    );
  }
  return { messages, notes: ['qmp-shell logs neither the greeting nor events'] };
}

/** What qmp-shell says beside messages. */
const CHATTER =
  /^(?:Welcome to the QMP low-level shell!|Connected to QEMU [0-9.]+|Connected|Disconnected|Error while parsing command line: .*|command format: .*|\[arg-name1=arg1\].*)$/;
const PROMPT = /^(?:\(QEMU\)|TRANS>) ?/;

function readTerminal(text: string, file: string): ReadLog {
  const places = new Places(text, file);
  const messages: LogMessage[] = [];
  const lines = readShellLines();
  /** What was typed: with `-v` the command follows as it is sent. */
  let typed: string | undefined;
  let refused = 0;
  const sendTyped = (): void => {
    if (typed !== undefined) messages.push({ direction: '->', connection: 0, text: typed });
    typed = undefined;
  };
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const prompt = PROMPT.exec(text.slice(at, Math.min(end, at + 10)))?.[0] ?? '';
    if (prompt !== '') {
      at += prompt.length;
      if (/[{(\n]|^$/.test(text.charAt(at)) || text.charAt(at) === '') continue;
      const command = lines.take(text.slice(at, end).replace(/\r$/, ''));
      if (typeof command === 'string') refused++;
      else if (command !== undefined) {
        sendTyped();
        typed = writeJson(command, { spaced: true });
      }
      at = end;
    } else if (text.charAt(at) === '{') {
      at = readPrinted(at);
    } else if (CHATTER.test(text.slice(at, Math.min(end, at + 500)).trim())) {
      at = end;
    } else {
      throw inputErrorAt(places.at(at), `'${firstWords(text, at)}'`, "a prompt '(QEMU)' or a message");
    }
  }
  sendTyped();
  return { messages, notes: refused > 0 ? [`${refused} lines were typed that qmp-shell does not send`] : [] };

  /** A message: JSON, but that older ones print as Python does. */
  function readPrinted(at: number): number {
    const literal = /^\{\s*u?'/.test(text.slice(at, at + 100)) ? readPythonLiteral(text, at) : undefined;
    const { text: json, end } =
      literal === undefined ? cutValue(places, at) : { text: literal.json, end: literal.end };
    const kind = kindOfMembers(new Set(spelledMembers(json).map(({ name }) => name)));
    if (kind === 'merged' || kind === 'other')
      throw inputErrorAt(
        places.at(at),
        'an object that is no QMP message',
        'a command, a response or an event',
      );
    if (kind === 'command') typed = undefined;
    else sendTyped();
    messages.push({ direction: kind === 'command' ? '->' : '<-', connection: 0, text: json });
    return end;
  }
}
