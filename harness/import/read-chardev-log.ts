import { inputErrorAt } from '../errors.ts';
import { numberConnections } from './connections.ts';
import { cutValues } from './cut-values.ts';
import { kindOfMembers, type LogMessage, type ReadLog } from './log-message.ts';

/**
 * Reads what QEMU writes into the `logfile` of a monitor's character device: what the server sent, one client after the
 * other, and nothing of what it was sent.
 * @throws {InputError} with the place of what no server sends
 */
export function readChardevLog(text: string, file: string): ReadLog {
  const connections = numberConnections();
  const messages: LogMessage[] = [];
  for (const cut of cutValues(text, file)) {
    const kind = kindOfMembers(new Set(Object.keys(cut.value)));
    if (kind === 'command' || kind === 'merged')
      throw inputErrorAt({ file, ...cut }, 'a command', 'what a server sends: QEMU logs nothing else there');
    if (kind === 'other')
      throw inputErrorAt(
        { file, ...cut },
        'an object that is no QMP message',
        'a greeting, response or event',
      );
    const connection = kind === 'greeting' ? connections.greeted('') : connections.current('');
    messages.push({ direction: '<-', connection, text: cut.text });
  }
  return { messages, notes: ['the log shows what the server sent; the commands are not in it'] };
}
