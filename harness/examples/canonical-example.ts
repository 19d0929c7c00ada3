import type { Pattern, TranscriptMessage } from '../transcript/transcript.ts';

/**
 * What two examples must share to be the same one: direction and content of each message. Layout, white space, quotes
 * and the order of object members make no difference; for what is no JSON, everything but white space does.
 */
export function canonicalExample(messages: readonly TranscriptMessage[]): string {
  return messages.map(canonicalMessage).join('\n');
}

function canonicalMessage({ direction, text, body }: TranscriptMessage): string {
  switch (body.kind) {
    case 'pattern':
      return `${direction} ${canonicalPattern(body.pattern)}`;
    case 'malformed':
      return `${direction}? ${text.replaceAll(/\s+/g, '')}`;
    case 'bytes':
      return `${direction}x ${body.bytes.toString('hex')}`;
  }
}

function canonicalPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'elision':
      return '...';
    case 'scalar':
      return typeof pattern.value === 'bigint' ? String(pattern.value) : JSON.stringify(pattern.value);
    case 'array':
      return `[${[...pattern.elements.map(canonicalPattern), ...(pattern.open ? ['...'] : [])].join()}]`;
    case 'object': {
      const members = [...pattern.members].map(
        ([name, member]) => `${JSON.stringify(name)}:${canonicalPattern(member)}`,
      );
      return `{${[...members.sort(), ...(pattern.open ? ['...'] : [])].join()}}`;
    }
  }
}
