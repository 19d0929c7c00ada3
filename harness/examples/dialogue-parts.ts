import type { DocLine } from '../qapi/language/read-doc-comments.ts';
import type { Direction } from '../transcript/transcript.ts';

/** A stretch of an example's lines: a message with its continuation lines, or a paragraph of prose. */
export type DialoguePart =
  | {
      readonly kind: 'message';
      /** Absent where the documentation forgot it. */
      readonly arrow: Direction | undefined;
      /** Column (from 0) of the arrow, or of the message where there is none. */
      readonly column: number;
      readonly lines: readonly DocLine[];
    }
  | { readonly kind: 'prose'; readonly lines: readonly DocLine[] };

const ARROW = /^(\s*)(->|<-)(?:\s|$)/;

/** Tells whether a message begins in line `at`, where none is open. */
export type MessageBegins = (lines: readonly DocLine[], at: number) => boolean;

/**
 * Cuts the lines of an example into messages and prose. An arrow at the beginning of a line starts a message, and so
 * does a brace where no message is open. A line belongs to the message before it while that has open brackets, and
 * afterwards too if it is indented deeper than the message and looks like JSON: there are messages that close before
 * their `arguments`. Empty lines belong to nothing. `begins` replaces the rule of what starts a message, where a text
 * holds more than examples.
 */
export function partsOfDialogue(
  lines: readonly DocLine[],
  begins: MessageBegins = beginsMessage,
): readonly DialoguePart[] {
  const parts: DialoguePart[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line === undefined) break;
    const isMessage = begins(lines, at);
    const end = isMessage ? endOfMessage(lines, at) : endOfProse(lines, at, begins);
    const taken = lines.slice(at, end).filter(({ text }) => text.trim() !== '');
    if (isMessage) parts.push(messageFromLines(line.text, taken));
    else if (taken.length > 0) parts.push({ kind: 'prose', lines: taken });
    at = end;
  }
  return parts;
}

function messageFromLines(first: string, lines: readonly DocLine[]): DialoguePart {
  const arrow = ARROW.exec(first)?.[2];
  return {
    kind: 'message',
    arrow: arrow === '->' || arrow === '<-' ? arrow : undefined,
    column: indentOf(first),
    lines,
  };
}

function beginsMessage(lines: readonly DocLine[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  return ARROW.test(text) || /^\s*\{/.test(text);
}

function endOfProse(lines: readonly DocLine[], start: number, begins: MessageBegins): number {
  let at = start + 1;
  while (at < lines.length) {
    if ((lines[at]?.text ?? '').trim() === '' || begins(lines, at)) break;
    at++;
  }
  return at;
}

function endOfMessage(lines: readonly DocLine[], start: number): number {
  const first = lines[start]?.text ?? '';
  const column = indentOf(first);
  let depth = depthAfter(0, first.replace(ARROW, ''));
  let end = start + 1;
  for (let at = start + 1; at < lines.length; at++) {
    const text = lines[at]?.text ?? '';
    if (text.trim() === '') continue;
    const apart = at > end;
    if (ARROW.test(text) || !continues(text, column, depth, apart)) break;
    depth = depthAfter(depth, text);
    end = at + 1;
  }
  return end;
}

/** Whether a line that has no arrow belongs to a message whose brackets are `depth` deep; `apart`: after an empty line. */
function continues(text: string, column: number, depth: number, apart: boolean): boolean {
  const deeper = indentOf(text) > column;
  if (depth > 0) return looksLikeJson(text) || (deeper && !apart);
  return deeper && !apart && looksLikeJson(text);
}

function looksLikeJson(text: string): boolean {
  return /^\s*(?:[{}[\]"',:;]|\.\.\.|-?\d+\s*[,\]}]|-?\d+\s*$|(?:true|false|null)\b)/.test(text);
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Nesting after `text`. Brackets in strings do not count; no string reaches over a line's end. */
function depthAfter(depth: number, text: string): number {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/g, '');
  for (const char of bare) {
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth = Math.max(0, depth - 1);
  }
  return depth;
}
