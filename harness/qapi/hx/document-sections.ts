import { readJson } from '../../json/read-json.ts';
import { isJsonObject, type JsonValue } from '../../json/value.ts';
import type { TextLine } from './split-hx.ts';

/** What stands under an underlined heading. */
export interface DocumentSection {
  readonly heading: string;
  /** A chapter is underlined with `===`, an entry with `---`. */
  readonly level: 'chapter' | 'entry';
  /** Where the heading stands. */
  readonly line: number;
  /** Without heading and underline. */
  readonly lines: readonly TextLine[];
}

/** Cuts a text at its headings, which are underlined with `---` or `===`; what stands before the first is left out. */
export function sectionsOfText(lines: readonly TextLine[]): DocumentSection[] {
  const starts = lines.flatMap((line, at) => (isHeading(lines, at) ? [{ line, at }] : []));
  return starts.map(({ line, at }, index) => ({
    heading: line.text.trim(),
    level: lines[at + 1]?.text.trim().startsWith('=') === true ? 'chapter' : 'entry',
    line: line.line,
    lines: lines.slice(at + 2, starts[index + 1]?.at),
  }));
}

function isHeading(lines: readonly TextLine[], at: number): boolean {
  return /\S/.test(lines[at]?.text ?? '') && /^\s*(?:-{3,}|={3,})\s*$/.test(lines[at + 1]?.text ?? '');
}

/** The bullets' part of a section: what stands before its first example. */
export function linesBeforeExample(lines: readonly TextLine[]): readonly TextLine[] {
  const example = lines.findIndex(({ text }) => /^(?:Examples?\b.*:\s*$|->|\{)/.test(text));
  return example < 0 ? lines : lines.slice(0, example);
}

/** The names that the examples of a text execute. */
export function executedNames(lines: readonly TextLine[]): string[] {
  const text = lines.map((line) => line.text).join('\n');
  return [...text.matchAll(/->\s*\{\s*"execute"\s*:\s*"([^"]+)"/g)].flatMap((match) => match[1] ?? []);
}

/** What the example responses of a text return; `undefined` for one that cannot be read, e.g. shortened by dots. */
export function returnedValues(lines: readonly TextLine[]): (JsonValue | undefined)[] {
  return valuesAfter(lines, /^\s*<-\s*(?=\{)/gm).map((value) =>
    isJsonObject(value) ? value['return'] : undefined,
  );
}

/** The JSON values that begin where `start` matches; `undefined` for one that is no JSON. */
export function valuesAfter(lines: readonly TextLine[], start: RegExp): (JsonValue | undefined)[] {
  const text = lines.map((line) => line.text).join('\n');
  return [...text.matchAll(start)].map((match) => {
    const from = match.index + match[0].length;
    try {
      return readJson(text.slice(from, endOfObject(text, from)));
    } catch {
      return undefined;
    }
  });
}

/** The place behind the object that begins at `from`; the end of the text when it is not closed. */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  const marks = /"(?:[^"\\]|\\[^])*"|[{}]/g;
  marks.lastIndex = from;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    if (match[0] === '{') depth++;
    if (match[0] === '}' && --depth === 0) return marks.lastIndex;
  }
  return text.length;
}
