import { onOneLine } from '../json/one-line.ts';
import { readJson } from '../json/read-json.ts';
import { writeJson } from '../json/write-json.ts';
import type { JsonValue } from '../json/value.ts';
import type { SpelledMember } from '../json/spelled-members.ts';

/** What ends each message of a server (qmp-spec, General Definitions). */
const LINE_END = '\r\n';

/** How messages are laid out. */
export interface Layout {
  /** Over many lines, as QEMU does with `pretty=on`. */
  readonly pretty: boolean;
}

/** JSON text of a value as QEMU spells it: ASCII, a space after ':' and ','. */
export function spell(value: JsonValue): string {
  return toAscii(writeJson(value, { spaced: true }));
}

/** A message as it goes over the wire, with its line end. */
export function layOut(text: string, { pretty }: Layout): string {
  const laid = pretty ? writeJson(readJson(text), { indent: 4 }) : onOneLine(text);
  return toAscii(laid) + LINE_END;
}

/** A response with its `id`, which stands where the recorded one stood, or last. */
export function putTogether(members: readonly SpelledMember[], id: JsonValue | undefined): string {
  const named = members.some(({ name }) => name === 'id') || id === undefined ? members : [...members, ID];
  const spelled = named.flatMap(({ name, text }) => {
    if (name !== 'id') return [`${JSON.stringify(name)}: ${text}`];
    return id === undefined ? [] : [`"id": ${spell(id)}`];
  });
  return `{${spelled.join(', ')}}`;
}

const ID: SpelledMember = { name: 'id', text: 'null' };

/**
 * Beyond ASCII a message has something only inside of strings, where it can be escaped (R2 of the specification suite).
 * QEMU writes the digits in capitals.
 */
function toAscii(text: string): string {
  return text.replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
}
