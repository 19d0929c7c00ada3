import { inputErrorAt, type FilePlace } from '../../errors.ts';

/** One line of a manual page as docutils writes them (groff_man, groff). */
export interface RoffLine {
  /** In the file, from 1. A line that docutils glued together gives two of the same number. */
  readonly line: number;
  /** `literal` stands between `literal-begin` (`.EX`, `.nf`) and `literal-end` (`.EE`, `.fi`). */
  readonly kind:
    'indent' | 'unindent' | 'literal-begin' | 'literal' | 'literal-end' | 'request' | 'comment' | 'text';
  /** As written, with its escapes. */
  readonly text: string;
  /** How many `.INDENT` are open: around the line, or after it where the line is one. */
  readonly level: number;
}

/** docutils forgets the end of line after a paragraph that it was made to write without one. */
const GLUED = /^([^.'].*?\S) ?(\.(?:INDENT [0-9.]+|UNINDENT|TP|SH .*|SS .*))$/;

const LITERAL_ENDS: Readonly<Record<string, string>> = { '.EX': '.EE', '.nf': '.fi' };

/**
 * The lines of a manual page, with the depth at which each stands.
 * @throws {InputError} for a literal block that does not end.
 */
export function* roffLines(text: string, file: string): Generator<RoffLine> {
  let level = 0;
  let literal: { readonly line: number; readonly end: string } | undefined;
  let number = 0;
  for (const whole of text.split('\n')) {
    const line = ++number;
    if (literal !== undefined) {
      const ends = whole === literal.end;
      if (ends) literal = undefined;
      yield { line, kind: ends ? 'literal-end' : 'literal', text: whole, level };
      continue;
    }
    for (const part of GLUED.exec(whole)?.slice(1) ?? [whole]) {
      const kind = kindOf(part);
      if (kind === 'indent') level++;
      if (kind === 'unindent') level = Math.max(0, level - 1);
      if (kind === 'literal-begin') literal = { line, end: LITERAL_ENDS[part] ?? part };
      yield { line, kind, text: part, level };
    }
  }
  if (literal !== undefined) {
    throw inputErrorAt({ file, line: literal.line, column: 1 }, 'literal block does not end', literal.end);
  }
}

function kindOf(text: string): RoffLine['kind'] {
  if (Object.hasOwn(LITERAL_ENDS, text)) return 'literal-begin';
  if (text.startsWith('.INDENT ') || text === '.INDENT') return 'indent';
  if (text === '.UNINDENT') return 'unindent';
  if (text === '.' || text.startsWith('.\\"') || text.startsWith('\'\\"')) return 'comment';
  return text.startsWith('.') ? 'request' : 'text';
}

const ESCAPE = /\\(\(..|f.|X'[^']*'|.|$)/g;

/**
 * Text without roff's escapes; changes of font are dropped.
 * @throws {InputError} for an escape that docutils does not write: the text would be another than meant.
 */
export function unescapeRoff(text: string, place: FilePlace): string {
  if (!text.includes('\\')) return text;
  return text.replaceAll(ESCAPE, (escape, name: string) => {
    const char = charOf(name);
    if (char === undefined) throw inputErrorAt(place, `roff escape ${escape}`, 'one that groff_man names');
    return char;
  });
}

/** Text for the eye: fonts and unknown escapes are dropped. */
export function plainText(text: string): string {
  return text.includes('\\') ? text.replaceAll(ESCAPE, (_escape, name: string) => charOf(name) ?? '') : text;
}

function charOf(name: string): string | undefined {
  return name.startsWith('f') || name.startsWith('X') ? '' : ESCAPES[name];
}

/** groff_char, as far as docutils writes it. */
const ESCAPES: Readonly<Record<string, string>> = {
  '-': '-',
  e: '\\',
  '\\': '\\',
  '&': '',
  '%': '',
  ':': '',
  '.': '.',
  ' ': ' ',
  '~': ' ',
  "'": "'",
  '`': '`',
  '(dq': '"',
  '(aq': "'",
  '(ga': '`',
  '(ha': '^',
  '(ti': '~',
  '(rs': '\\',
  '(bu': '•',
  '(em': '—',
  '(en': '–',
  '(at': '@',
  '(sh': '#',
};
