import { InputError } from '../errors.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { sayableDialogue, type Exported, type SayableDialogue } from './sayable-dialogue.ts';
import { writeLibvirtReplies } from './write-libvirt-replies.ts';
import { writeQmpShell } from './write-qmp-shell.ts';
import { writeSocatScript } from './write-socat-script.ts';

/** What recordings can be written as. */
export const EXPORT_FORMATS = ['socat', 'qmp-shell', 'libvirt-replies'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const WRITERS: Readonly<
  Record<ExportFormat, (transcript: Transcript, dialogue: SayableDialogue) => Exported>
> = {
  socat: writeSocatScript,
  'qmp-shell': writeQmpShell,
  'libvirt-replies': writeLibvirtReplies,
};

/**
 * Writes a recording in another tool's words.
 * @throws {InputError} where nothing of it can be said so
 */
export function exportTranscript(transcript: Transcript, format: ExportFormat): Exported {
  if (transcript.messages.length === 0)
    throw new InputError(
      `${transcript.file}:1:1: no message, as its client said nothing; expected a command`,
    );
  return WRITERS[format](transcript, sayableDialogue(transcript));
}
