import { isNoShellString } from '../import/qmp-shell-line.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { Exported, SayableDialogue } from './sayable-dialogue.ts';

/**
 * Writes the commands of a recording as lines for qmp-shell: `NAME ARGUMENT=VALUE …`. It has no words for some: these
 * are named, and left out.
 */
export function writeQmpShell({ file }: Transcript, { acts, lost }: SayableDialogue): Exported {
  const lines: string[] = [];
  const complaints = [...lost];
  for (const act of acts) {
    if (act.kind !== 'send') continue;
    const where = `${file}:${act.message.line}`;
    if (act.connection > 0) complaints.push(`${where}: a further connection; qmp-shell has one`);
    else if (act.value?.['execute'] === 'qmp_capabilities') continue;
    else {
      const line = act.value === undefined ? { complaint: 'no JSON object' } : shellLine(act.value);
      if (typeof line === 'string') lines.push(line);
      else complaints.push(`${where}: ${line.complaint}`);
    }
  }
  return { text: lines.map((line) => `${line}\n`).join(''), lost: complaints };
}

/** A command as qmp-shell reads it; or why it has no words for it. The `id` of a command is not told: qmp-shell sends none. */
export function shellLine(command: JsonObject): string | { readonly complaint: string } {
  const { execute, arguments: args = {}, id: _, ...others } = command;
  if (typeof execute !== 'string' || Object.keys(others).length > 0)
    return { complaint: 'a message other than execute and arguments' };
  if (!/^[A-Za-z0-9_.-]+$/.test(execute))
    return { complaint: `the name ${JSON.stringify(execute.slice(0, 40))}` };
  if (!isJsonObject(args)) return { complaint: 'arguments that are no object' };
  const words: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    const word = /^[^\s"'=.]+$/.test(name) ? wordOf(value) : undefined;
    if (word === undefined)
      return {
        complaint: `argument ${JSON.stringify(name.slice(0, 40))} has a value or name that it reads otherwise`,
      };
    words.push(`${name}=${word}`);
  }
  return [execute, ...words].join(' ');
}

/** A value as qmp-shell reads it; `undefined` where it would read another. */
function wordOf(value: JsonValue): string | undefined {
  if (typeof value === 'object' && value !== null) return asciiOf(writeJson(value));
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : undefined;
  if (typeof value !== 'string') return undefined;
  // Quotes would be part of the string, and space its end; `int()` of Python takes digits of all scripts.
  const isPlain =
    /^[\x21\x23-\x26\x28-\x7e]*$/.test(value) && !/^[{[]/.test(value) && !isNoShellString(value);
  return isPlain ? value : undefined;
}

function asciiOf(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
