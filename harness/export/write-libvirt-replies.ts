import { InputError } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { hasElision, valueOfPattern } from '../transcript/read-pattern.ts';
import type { Transcript, TranscriptMessage } from '../transcript/transcript.ts';
import type { Act, Exported, SayableDialogue } from './sayable-dialogue.ts';

type Sent = Extract<Act, { kind: 'send' }>;

/** What is written of a connection. */
interface Written {
  readonly waiting: Sent[];
  pairs: number;
}

/**
 * Writes a recording as libvirt's `.replies`: each command with its reply below it, over several lines, with libvirt's
 * ids, which begin anew with each connection. There are no events and no greeting in it; what else a recording has is
 * named, and left out.
 */
export function writeLibvirtReplies({ file }: Transcript, { acts, lost }: SayableDialogue): Exported {
  const complaints = [...lost];
  const parts: string[] = [];
  const connections = new Map<number, Written>();
  const lose = ({ line }: TranscriptMessage, what: string): number =>
    complaints.push(`${file}:${line}: ${what}`);
  for (const act of acts) {
    const written = connections.get(act.connection) ?? { waiting: [], pairs: 0 };
    connections.set(act.connection, written);
    if (act.kind === 'event') lose(act.message, 'an event');
    else if (act.kind === 'send') written.waiting.push(act);
    else if (act.kind === 'response') writePair(written, act.message);
  }
  for (const { waiting } of connections.values())
    for (const { message } of waiting) lose(message, 'a command without its reply');
  if (parts.length === 0) throw new InputError(`${file}: no command with its reply; expected one`);
  return { text: `${parts.join('\n\n')}\n`, lost: complaints };

  function writePair(written: Written, response: TranscriptMessage | undefined): void {
    const sent = written.waiting.shift();
    const reply = wholeValue(response);
    if (sent === undefined) return;
    if (sent.value === undefined) lose(sent.message, 'no command');
    else if (reply === undefined) lose(sent.message, 'a command whose reply is not shown whole');
    else {
      const id = `libvirt-${++written.pairs}`;
      parts.push(writePart(sent.value, id), writePart(reply, id));
    }
  }
}

function writePart(value: Readonly<Record<string, JsonValue>>, id: string): string {
  const { id: _, ...others } = value;
  return writeJson({ ...others, id }, { indent: 2 });
}

function wholeValue(message: TranscriptMessage | undefined): Readonly<Record<string, JsonValue>> | undefined {
  if (message?.body.kind !== 'pattern' || hasElision(message.body.pattern)) return undefined;
  const { value } = valueOfPattern(message.body.pattern);
  return isJsonObject(value) ? value : undefined;
}
