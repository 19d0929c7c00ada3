import { inputErrorAt } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { isJsonObject } from '../json/value.ts';
import { cutValue, firstWords, Places, skipSpace } from './cut-values.ts';
import { kindOfMembers, type LogFormat } from './log-message.ts';

const FORMS = 'a log of libvirt (.replies), of a chardev, of -trace, or of qmp-shell';

/** A log begins soon; what does not is none. */
const LOOKED_AT = 1024 * 1024;

/**
 * Tells by its beginning what kind of log a text is.
 * @throws {InputError} when it is none
 */
export function guessFormat(text: string, file: string): LogFormat {
  const start = skipSpace(text, 0);
  const begins = text.slice(start, start + LOOKED_AT);
  if (begins.startsWith('{')) return guessByMessage(text, file, start);
  if (/^(?:[0-9]+@[0-9.]+:)?(?:handle_qmp_command|monitor_qmp_respond) mon /m.test(begins)) return 'trace';
  if (/^(?:Welcome to the QMP low-level shell!|\(QEMU\))/m.test(begins)) return 'qmp-shell';
  const place = new Places(text, file).at(start);
  if (/^---[ \t]*\r?\n/.test(begins))
    throw inputErrorAt(place, 'front matter: this is a recording already', FORMS);
  const what = begins === '' ? 'nothing' : `'${firstWords(text, start)}'`;
  throw inputErrorAt(place, what, FORMS);
}

function guessByMessage(text: string, file: string, start: number): LogFormat {
  const places = new Places(text, file);
  const { text: first } = cutValue(places, start);
  const value = readJson(first);
  const names = new Set(isJsonObject(value) ? Object.keys(value) : []);
  const kind = kindOfMembers(names);
  switch (kind) {
    case 'merged':
      return 'qmp-shell';
    case 'command':
      return 'libvirt-replies';
    case 'greeting':
    case 'event':
      return 'chardev-log';
    case 'response':
      // Old files of libvirt have the replies alone, with its ids.
      return /"id"\s*:\s*"libvirt-/.test(first) ? 'libvirt-replies' : 'chardev-log';
    case 'other':
      throw inputErrorAt(places.at(start), 'an object that is no QMP message', FORMS);
  }
}
