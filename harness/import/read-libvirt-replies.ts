import { inputErrorAt } from '../errors.ts';
import { numberConnections } from './connections.ts';
import { cutValues } from './cut-values.ts';
import { kindOfMembers, type LogMessage, type ReadLog } from './log-message.ts';

/**
 * Reads libvirt's `.replies`: what it asked a QEMU about its capabilities, each command with the reply below it, several
 * times over where it asked several QEMUs. Files from before 2016 have the replies alone.
 * @throws {InputError} with the place of what is neither
 */
export function readLibvirtReplies(text: string, file: string): ReadLog {
  const messages: LogMessage[] = [];
  const connections = numberConnections();
  let unasked = 0;
  let waiting = 0;
  for (const cut of cutValues(text, file)) {
    const kind = kindOfMembers(new Set(Object.keys(cut.value)));
    switch (kind) {
      case 'command': {
        const connection = connections.sent('', cut.value['execute']);
        messages.push({ direction: '->', connection, text: cut.text });
        waiting++;
        break;
      }
      case 'greeting':
        messages.push({ direction: '<-', connection: connections.greeted(''), text: cut.text });
        break;
      case 'response':
      case 'event':
        if (kind === 'response' && waiting-- <= 0) {
          unasked++;
          waiting = 0;
        }
        messages.push({ direction: '<-', connection: connections.current(''), text: cut.text });
        break;
      case 'merged':
        throw inputErrorAt(
          { file, ...cut },
          'a command and its response in one object',
          'one of them (qmp-shell -l writes so)',
        );
      case 'other':
        throw inputErrorAt({ file, ...cut }, 'an object that is no QMP message', 'a command or its reply');
    }
  }
  const notes = [
    ...(unasked > 0 ? [`${unasked} replies stand there without their commands`] : []),
    ...(waiting > 0 ? [`${waiting} commands stand there without their replies`] : []),
  ];
  return { messages, notes };
}
