import { ELIDED } from '../transcript/read-pattern.ts';
import { REDACTED } from '../transcript/redacted.ts';
import type { Pattern } from '../transcript/transcript.ts';

const REDACTED_BASE64 = Buffer.from(REDACTED).toString('base64');

/** A pattern in which anything may stand where a secret was taken out: a client sends the secret itself. */
export function elideRedacted(pattern: Pattern): Pattern {
  switch (pattern.kind) {
    case 'elision':
      return pattern;
    case 'scalar':
      return typeof pattern.value === 'string' && isRedacted(pattern.value) ? ELIDED : pattern;
    case 'array': {
      const elements = pattern.elements.map(elideRedacted);
      return elements.some((element, at) => element !== pattern.elements[at])
        ? { ...pattern, elements }
        : pattern;
    }
    case 'object': {
      const members = [...pattern.members].map(([name, member]) => [name, elideRedacted(member)] as const);
      const isSame = members.every(([name, member]) => member === pattern.members.get(name));
      return isSame ? pattern : { ...pattern, members: new Map(members) };
    }
  }
}

function isRedacted(text: string): boolean {
  return text.includes(REDACTED) || text === REDACTED_BASE64;
}
