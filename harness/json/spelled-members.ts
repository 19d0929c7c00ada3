const OPENING = '{[';
const CLOSING = '}]';
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;

/** A member of a message, with its value as it is spelled. */
export interface SpelledMember {
  readonly name: string;
  readonly text: string;
}

/**
 * The members of a JSON object as they are spelled, so that whoever passes them on changes neither numbers nor order.
 * @param text one whole and right JSON object
 */
export function spelledMembers(text: string): readonly SpelledMember[] {
  const members: SpelledMember[] = [];
  let depth = 0;
  let name: string | undefined;
  let from = 0;
  const finish = (end: number): void => {
    if (name !== undefined) members.push({ name, text: text.slice(from, end).trim() });
    name = undefined;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      STRING.lastIndex = at;
      const string = STRING.exec(text)?.[0] ?? '"';
      if (depth === 1 && name === undefined) name = String(JSON.parse(string));
      at += string.length - 1;
    } else if (OPENING.includes(char)) {
      depth++;
    } else if (CLOSING.includes(char)) {
      if (--depth === 0) finish(at);
    } else if (depth === 1 && char === ':') {
      from = at + 1;
    } else if (depth === 1 && char === ',') {
      finish(at);
    }
  }
  return members;
}
