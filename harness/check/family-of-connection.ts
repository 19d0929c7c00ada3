import { familyOfDocument } from '../lint/families.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import type { TranscriptHead } from '../transcript/transcript.ts';
import type { DialogueMessage } from './check-transcript.ts';

/**
 * By which family's schema the messages of one connection are checked. A guest agent sends no greeting, and its commands
 * are named so; a storage daemon greets as QEMU does, so that only the document tells, or a user.
 */
export function familyOfConnection(messages: readonly DialogueMessage[], head: TranscriptHead): SchemaFamily {
  const [source] = head.source;
  if (source !== undefined && familyOfDocument(source.document) !== 'qmp')
    return familyOfDocument(source.document);
  if (messages.some(({ kind }) => kind === 'greeting')) return 'qmp';
  const names = messages.flatMap(({ command }) => command ?? []);
  return names.length > 0 && names.every((name) => name.startsWith('guest-')) ? 'qga' : 'qmp';
}
