import { maskLooseJson } from './mask-loose-json.ts';
import { unmasked, type Masked } from './masked.ts';
import { REDACTED } from './rule.ts';
import { isForeignSecretName, isSecretName } from './secret-names.ts';

/** What a string must hold to be looked at more closely. */
function mayHoldLocation(text: string): boolean {
  if (text.includes('://') && /[@?]/.test(text)) return true;
  return text.includes('json:') || text.includes('rbd:');
}

/**
 * Replaces the secrets in names of images and servers, which may stand in any string: the user and password of a URL and
 * what its query calls a secret, options of a `json:` file name, the key of an `rbd:` one.
 */
export function maskLocations(text: string): Masked {
  if (!mayHoldLocation(text)) return unmasked(text);
  const secrets: string[] = [];
  const note = (secret: string): string => {
    secrets.push(secret);
    return REDACTED;
  };
  const masked = maskRbd(maskQueries(maskUsers(maskJsonNames(text, note), note), note), note);
  return { text: masked, secrets };
}

/** Keeps a secret in mind, and gives what stands there instead. */
type Note = (secret: string) => string;

/** Names that are half of the credentials for a storage server, beside those that are secret everywhere. */
const ACCOUNT = /(?:^|\.)(?:proxy-)?username$/;

function maskJsonNames(text: string, note: Note): string {
  const at = text.search(/json:\s*\{/);
  if (at < 0) return text;
  const start = text.indexOf('{', at);
  const { text: inside, secrets } = maskLooseJson(text.slice(start), {
    isSecret: (name) => isSecretName(name) || ACCOUNT.test(name),
    inString: (value) => maskLocations(value),
  });
  secrets.forEach(note);
  return text.slice(0, start) + inside;
}

/** RFC 3986, authority: what stands before the last `@` of it. In iSCSI names `%` parts user and password. */
const AUTHORITY = /(\b[A-Za-z][A-Za-z0-9+.-]{0,30}:\/\/)([^\s/?#"'\\]*)@/g;

function maskUsers(text: string, note: Note): string {
  return text.replaceAll(AUTHORITY, (_, scheme: string, user: string) => {
    const password = /[:%](.+)$/s.exec(user)?.[1];
    if (password !== undefined) note(password);
    return `${scheme}${REDACTED}@`;
  });
}

const QUERY = /([?&])([\w.%-]{1,100})=([^&#\s"'\\]+)/g;

function maskQueries(text: string, note: Note): string {
  if (!text.includes('?')) return text;
  return text.replaceAll(QUERY, (all, mark: string, name: string, value: string) =>
    isForeignSecretName(name) ? `${mark}${name}=${note(value)}` : all,
  );
}

/** `rbd:pool/image:id=x:key=y`: a colon in a value stands behind a backslash (block/rbd.c, qemu_rbd_parse_filename). */
const RBD_NAME = /rbd:[^\s"]*/g;
const RBD_KEY = /(:key=)((?:\\.|[^:\\])+)/g;

function maskRbd(text: string, note: Note): string {
  return text.replaceAll(RBD_NAME, (name) =>
    name.replaceAll(RBD_KEY, (_, before: string, key: string) => before + note(key)),
  );
}
