import { boundText } from './bounded-text.ts';
import { oneLine } from './text.ts';

/** How long texts may get. */
export interface TextLimits {
  /** Characters of one text. */
  readonly perText: number;
  /** Bytes of all texts of the file; names of cases stand there whatever they need. */
  readonly perFile: number;
}

/** Room that texts of a file have, all together. */
export interface TextRoom {
  readonly limits: TextLimits;
  left: number;
}

/** Names, reasons and messages: they stand in a list, beside each other. */
const MAX_LINE = 500;
/** What is left of a message when the room of the file is used up. */
const SHORT_LINE = 60;

/** A text of several lines, as far as there is room. */
export function textWithin(text: string, room: TextRoom): string {
  const length = Math.min(room.limits.perText, room.left);
  if (length <= 0) return 'left out: the file would get too big';
  return spend(xmlLines(boundText(text, length)), room);
}

/** A text of one line, which is shorter where there is no room. */
export function lineWithin(text: string, room: TextRoom): string {
  return spend(line(text, room.left > 0 ? MAX_LINE : SHORT_LINE), room);
}

/** A text of one line that XML can hold. */
export function line(text: string, length = MAX_LINE): string {
  return withoutNonCharacters(oneLine(boundText(text, length)));
}

/** What a text takes up in the file, with what quotes its characters. */
function spend(text: string, room: TextRoom): string {
  room.left -= Buffer.byteLength(text) + 5 * (text.match(/[&<>"']/g)?.length ?? 0);
  return text;
}

/** Lines stay; `[[ATTACHMENT|path]]` in an output would have GitLab show a file of the target's choice. */
function xmlLines(text: string): string {
  const lines = text.split('\n').map((one) => withoutNonCharacters(oneLine(one)));
  return lines.join('\n').replaceAll('[[ATTACHMENT|', '[ [ATTACHMENT|');
}

/** XML 1.0, production `Char`, leaves out these two beside control characters and halves of surrogate pairs. */
function withoutNonCharacters(text: string): string {
  return text.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}
