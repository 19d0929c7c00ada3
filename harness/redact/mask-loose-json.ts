import { unmasked, type Masked } from './masked.ts';
import { REDACTED } from './rule.ts';

/** How a text is judged of which nothing but names is known. */
export interface LooseRules {
  /** @param isObject whether it names an object */
  readonly isSecret: (name: string, isObject: boolean) => boolean;
  /** Applied to every string that is not behind a secret name. */
  readonly inString: (value: string) => Masked;
}

/** A quoted string, perhaps without end; or a character that matters; or a bare word. */
const TOKEN = /"([^"\\]*(?:\\.[^"\\]*)*)\\?"?|'([^'\\]*(?:\\.[^'\\]*)*)\\?'?|[{}[\],:]|[^\s"'{}[\],:]+/gs;

/**
 * Replaces what stands behind secret names in a text that looks like JSON and need not be: cut off anywhere, with bytes
 * too many. A secret member that is an object or array loses all its plain values. Takes linear time.
 */
export function maskLooseJson(text: string, rules: LooseRules): Masked {
  const secrets: string[] = [];
  const parts: string[] = [];
  let done = 0;
  const walk: Walk = { stack: [], last: undefined, name: undefined };
  for (const found of text.matchAll(TOKEN)) {
    const [token] = found;
    const replaced = step(walk, token, found[1] ?? found[2], rules);
    if (replaced === undefined) continue;
    parts.push(text.slice(done, found.index), replaced.text);
    secrets.push(...replaced.secrets);
    done = found.index + token.length;
  }
  return { text: parts.join('') + text.slice(done), secrets };
}

/** Where a loose walk stands. */
interface Walk {
  readonly stack: Bracket[];
  /** The string or word before, which a colon makes a name. */
  last: string | undefined;
  /** The name whose value comes next. */
  name: string | undefined;
}

interface Bracket {
  readonly isArray: boolean;
  /** Whether all in it is secret. */
  readonly hidden: boolean;
}

/** Brackets that are never closed need not be remembered without bound. */
const MAX_DEPTH = 1024;

/** What stands for a token instead; `undefined`: itself. */
function step(walk: Walk, token: string, content: string | undefined, rules: LooseRules): Masked | undefined {
  switch (token) {
    case '{':
    case '[':
      if (walk.stack.length < MAX_DEPTH)
        walk.stack.push({ isArray: token === '[', hidden: isHidden(walk, rules, token === '{') });
      walk.name = undefined;
      return undefined;
    case '}':
    case ']':
      walk.stack.pop();
      walk.name = undefined;
      return undefined;
    case ',':
      walk.name = undefined;
      return undefined;
    case ':':
      walk.name = walk.last;
      return undefined;
    default:
      walk.last = content ?? token;
      return content === undefined ? bare(walk, token, rules) : string(walk, token, content, rules);
  }
}

/** Whether the value that stands here is secret, by its own name or by that of what holds it. */
function isHidden({ stack, name }: Walk, { isSecret }: LooseRules, isObject = false): boolean {
  const around = stack.at(-1);
  if (name === undefined) return around?.hidden === true && around.isArray;
  return around?.hidden === true || isSecret(name, isObject);
}

function string(walk: Walk, token: string, content: string, rules: LooseRules): Masked | undefined {
  if (isHidden(walk, rules))
    return content === '' ? undefined : { text: quoted(token, REDACTED), secrets: [unescaped(content)] };
  const masked = rules.inString(unescaped(content));
  return masked.secrets.length === 0 ? undefined : { ...masked, text: quoted(token, masked.text) };
}

const LITERAL = /^(?:true|false|null)$/;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/;

/** A word without quotes. For a number another stands, so that JSON stays JSON. */
function bare(walk: Walk, token: string, rules: LooseRules): Masked | undefined {
  if (!isHidden(walk, rules) || LITERAL.test(token)) return undefined;
  return NUMBER.test(token) ? unmasked('0') : { text: REDACTED, secrets: [token] };
}

function quoted(token: string, text: string): string {
  const quote = token.charAt(0);
  const escaped = JSON.stringify(text).slice(1, -1);
  const end = token.length > 1 && token.endsWith(quote) ? quote : '';
  return `${quote}${quote === "'" ? escaped.replaceAll('\\"', '"').replaceAll("'", "\\'") : escaped}${end}`;
}

function unescaped(content: string): string {
  try {
    return JSON.parse(`"${content}"`) as string;
  } catch {
    return content;
  }
}
