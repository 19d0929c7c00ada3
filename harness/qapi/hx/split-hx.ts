import { inputErrorAt } from '../../errors.ts';
import { conditionFromC } from '../language/condition.ts';
import type { Condition } from '../model.ts';

/** A line of a text, with its number in the file, from 1. */
export interface TextLine {
  readonly line: number;
  readonly text: string;
}

/** A `.hx` file taken apart: C code of the table, and the documentation between `SQMP` and `EQMP`. */
export interface HxParts {
  /** The C code alone; every other line is empty, so that lines keep their numbers. */
  readonly code: readonly string[];
  /** What the preprocessor asks for, line by line. */
  readonly conditions: readonly (Condition | undefined)[];
  /** The documentation, block by block. */
  readonly documents: readonly (readonly TextLine[])[];
}

/** The deepest nesting of `#if` that is read; QEMU's own is 1. */
const MAX_CONDITIONS = 32;

/**
 * Takes a `.hx` file apart by the rules of QEMU's `scripts/hxtool`: a line that begins with `HXCOMM` is a comment,
 * `SQMP` and `EQMP` enclose documentation, and the file may end within it (2.7 does). Anything else is C.
 * @throws {InputError} where a block begins in a block, ends without beginning, or `#if` and `#endif` do not match.
 */
export function splitHx(text: string, file: string): HxParts {
  const reading: Reading = { file, code: [], conditions: [], documents: [], open: [], block: undefined };
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) addLine(reading, { line: index + 1, text: line });
  const unclosed = reading.open.at(-1);
  if (unclosed !== undefined) {
    throw inputErrorAt({ file, line: unclosed.line, column: 1 }, "'#if' without end", "'#endif'");
  }
  return reading;
}

interface Reading {
  readonly file: string;
  readonly code: string[];
  readonly conditions: (Condition | undefined)[];
  readonly documents: TextLine[][];
  /** The `#if` lines that are open, the outermost first. */
  readonly open: { readonly line: number; readonly condition: Condition }[];
  /** The documentation that is being read. */
  block: { readonly line: number; readonly lines: TextLine[] } | undefined;
}

function addLine(reading: Reading, line: TextLine): void {
  reading.code.push(codeOfLine(reading, line));
  const conditions = reading.open.map(({ condition }) => condition);
  const [only] = conditions;
  reading.conditions.push(conditions.length < 2 ? only : { all: conditions });
}

/** What a line adds to the code; the rest goes where it belongs. */
function codeOfLine(reading: Reading, line: TextLine): string {
  const { text } = line;
  const place = { file: reading.file, line: line.line, column: 1 };
  if (text.startsWith('HXCOMM')) return '';
  if (text.startsWith('SQMP')) {
    if (reading.block !== undefined) {
      const what = `'SQMP' within the documentation that begins in line ${reading.block.line}`;
      throw inputErrorAt(place, what, "'EQMP' before it");
    }
    reading.block = { line: line.line, lines: [] };
    reading.documents.push(reading.block.lines);
  } else if (text.startsWith('EQMP')) {
    if (reading.block === undefined)
      throw inputErrorAt(place, "'EQMP' outside of documentation", "'SQMP' before it");
    reading.block = undefined;
  } else if (reading.block !== undefined) {
    reading.block.lines.push(line);
  } else if (text.startsWith('#')) {
    readDirective(reading, line);
  } else {
    return text;
  }
  return '';
}

function readDirective({ file, open }: Reading, { line, text }: TextLine): void {
  const place = { file, line, column: 1 };
  const [, directive, operand = ''] = /^#\s*([a-z]+)\s*(.*)$/.exec(text) ?? [];
  if (directive === 'if' || directive === 'ifdef' || directive === 'ifndef') {
    if (operand.trim() === '') throw inputErrorAt(place, `'#${directive}' without condition`, 'one');
    if (open.length === MAX_CONDITIONS)
      throw inputErrorAt(place, `'#${directive}' nested too deep`, `at most ${MAX_CONDITIONS} levels`);
    const condition = directive === 'if' ? conditionFromC(operand) : { symbol: operand.trim() };
    open.push({ line, condition: directive === 'ifndef' ? { not: condition } : condition });
  } else if (directive === 'endif' || directive === 'else') {
    const last = open.pop();
    if (last === undefined) throw inputErrorAt(place, `'#${directive}' alone`, "'#if' before it");
    if (directive === 'else') open.push({ line: last.line, condition: { not: last.condition } });
  } else {
    throw inputErrorAt(place, 'unknown preprocessor line', "'#if', '#ifdef', '#ifndef', '#else' or '#endif'");
  }
}
