import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { oneLine } from '../../reports/text.ts';
import { InputError } from '../errors.ts';
import type { DialogueWatcher, OutgoingMessage } from '../replay/dialogue-watcher.ts';

/** Where the user is. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
}

/** The user has ended a replay. */
export class EndedByUser extends Error {
  override readonly name = 'EndedByUser';
}

/** Lines that a user writes, one at a time; `undefined` at their end. */
export interface LineReader {
  readonly next: () => Promise<string | undefined>;
  readonly close: () => void;
}

/**
 * Reads lines of a terminal.
 * @throws {InputError} where it is none: nobody could answer
 */
export function readLinesOf({ input, output }: Terminal, option: string): LineReader {
  if (input.isTTY !== true || output.isTTY !== true)
    throw new InputError(`${option} without a terminal; expected one: it waits for somebody's keys`);
  const reader = createInterface({ input, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    next: async () => {
      const line: IteratorResult<string> = await lines.next();
      return line.done === true ? undefined : line.value;
    },
    close: () => reader.close(),
  };
}

/**
 * Waits for the user before each message of the client: Enter sends it, `c` goes on without waiting, `s` shows the schema
 * of its command, `q` ends the replay.
 * @param showSchema what there is to say of a command
 */
export function createStepper(
  lines: LineReader,
  write: (text: string) => void,
  showSchema: (message: OutgoingMessage) => string,
): DialogueWatcher {
  let waits = true;
  return {
    before: async (message) => {
      while (waits) {
        write(`next  ${message.connection}-> ${oneLine(message.text)}\n[Enter, c, s, q] `);
        const line = await lines.next();
        if (line === undefined || line.trim() === 'q') throw new EndedByUser('ended by the user');
        if (line.trim() === 's') write(showSchema(message));
        else if (line.trim() === 'c') waits = false;
        else if (line.trim() === '') return;
        else write(`'${line.trim()}'; expected Enter (send), c (continue), s (schema) or q (end)\n`);
      }
    },
  };
}
