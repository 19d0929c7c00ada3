import { maskLocations } from './mask-locations.ts';
import { maskLooseJson } from './mask-loose-json.ts';
import type { Replacements } from './replacements.ts';
import { REDACTED } from './rule.ts';
import { isSecretName } from './secret-names.ts';

/**
 * Names of strings and lists that are secret in some command, event or response, and harmless in others: here nobody can
 * tell.
 */
const DOUBTFUL: ReadonlySet<string> = new Set([
  'arg',
  'args',
  'buf-b64',
  'command-line',
  'data',
  'env',
  'err-data',
  'input-data',
  'keys',
  'out-data',
  'packet-header',
  'secret',
  'username',
  'value',
]);

/** A text that begins within a name or value: the rest of a name whose value may be secret. */
const BEHIND_NAME = /^[\w.-]*["']?\s*:\s*(?=["'\w])/;
/** The rest of a string. */
const BEHIND_VALUE = /^[^"'{}[\],:]*["'](?=\s*[,}\]])/;
const ASSIGNED = /(password|passwd|passphrase|token|private-key)(\s{0,9}=\s{0,9})([^\s,;&"']+)/gi;

/** Replaces whatever could be secret in a text of which nothing is known but the names of members. */
export function redactLoosely(text: string, replacements: Replacements): string {
  const { before, after, rest } = beginningOf(text);
  const loose = maskLooseJson(after + rest, {
    isSecret: (name, isObject) => isSecretName(name) || (!isObject && DOUBTFUL.has(name.toLowerCase())),
    inString: maskLocations,
  });
  loose.secrets.forEach((secret) => replacements.seen.add(secret));
  const whole = before + loose.text.slice(after.length);
  const assigned = whole.replaceAll(ASSIGNED, (_, name: string, mark: string, value: string) => {
    replacements.seen.add(value);
    return `${name}${mark}${REDACTED}`;
  });
  return replacements.inText(assigned);
}

/** The beginning of a text, where it is redacted already, and what is to be read instead. */
interface Beginning {
  readonly before: string;
  readonly after: string;
  readonly rest: string;
}

/** A text may begin within a member: what could be the end of a secret goes, or stands behind what may be its name. */
function beginningOf(text: string): Beginning {
  const value = /^\s*[{[]/.test(text) ? undefined : BEHIND_VALUE.exec(text)?.[0];
  if (value !== undefined)
    return { before: REDACTED + value.slice(-1), after: '', rest: text.slice(value.length) };
  const name = BEHIND_NAME.exec(text)?.[0];
  if (name === undefined) return { before: '', after: '', rest: text };
  return { before: name, after: '"password":', rest: text.slice(name.length) };
}
