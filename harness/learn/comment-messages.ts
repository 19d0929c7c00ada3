import { writeMessage } from '../transcript/write-transcript.ts';
import type { Transcript } from '../transcript/transcript.ts';

/** Puts comments before messages of a written transcript: what a reader of it is to know, and no rule can say. */
export function commentMessages(
  text: string,
  { messages }: Transcript,
  comments: ReadonlyMap<number, readonly string[]>,
): string {
  let written = text;
  let from = written.indexOf('\n---\n') + 1;
  messages.forEach((message, index) => {
    const line = `${writeMessage(message)}\n`;
    const at = written.indexOf(`\n${line}`, from - 1) + 1;
    if (at === 0) return;
    const before = (comments.get(index) ?? []).map((one) => `# ${one.replaceAll('\n', ' ')}\n`).join('');
    written = written.slice(0, at) + before + written.slice(at);
    from = at + before.length + line.length;
  });
  return written;
}
