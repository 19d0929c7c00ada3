import { searchFor } from './search-for.ts';

/** Tells from the bytes of a text whether somebody must look at it more closely. */
export type Trigger = (text: string) => boolean;

const ALWAYS: Trigger = () => true;

/**
 * Whether a text may have a member with one of these names (globs), a name of an image or server with secrets in it, or
 * escapes behind which either may hide. Searching for one literal after the other is many times as fast as one regular
 * expression.
 */
export function triggerFor(names: Iterable<string>): Trigger {
  const members = [...names].map(memberTrigger);
  return (text) => isEscaped(text) || namesLocation(text) || members.some((isThere) => isThere(text));
}

function isEscaped(text: string): boolean {
  return text.includes('\\u') || text.includes('\\/');
}

const findJson = searchFor('json:');
const findRbd = searchFor('rbd:');
const findAuthority = searchFor('://');

function namesLocation(text: string): boolean {
  return findJson(text, 0) >= 0 || findRbd(text, 0) >= 0 || namesUser(text);
}

const TO_THE_END = /[^\s"]*/y;

/** A URL with a user, or with a query. No character is looked at twice. */
function namesUser(text: string): boolean {
  for (let at = findAuthority(text, 0); at >= 0; at = findAuthority(text, TO_THE_END.lastIndex)) {
    TO_THE_END.lastIndex = at;
    const rest = TO_THE_END.exec(text)?.[0] ?? '';
    if (/[@?]/.test(rest)) return true;
  }
  return false;
}

/** Whether a text may have a member of that name: its last letters, a quote and a colon. */
function memberTrigger(name: string): Trigger {
  const last = name.slice(name.lastIndexOf('*') + 1);
  if (last === '') return ALWAYS;
  const find = searchFor(last);
  return (text) => {
    for (let at = find(text, 0); at >= 0; at = find(text, at + 1)) {
      if (isEndOfName(text, at + last.length)) return true;
    }
    return false;
  };
}

const END_OF_NAME = /["']\s*:/y;

function isEndOfName(text: string, at: number): boolean {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") return false;
  END_OF_NAME.lastIndex = at;
  return END_OF_NAME.test(text);
}
