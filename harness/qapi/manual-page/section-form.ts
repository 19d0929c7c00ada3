import { inputErrorAt, type FilePlace } from '../../errors.ts';
import type { PageDefinition, PageKind, PageRow } from './page-definition.ts';
import { conditionFromWords, sinceOfLines, typeFromWords } from './page-words.ts';
import { plainText, unescapeRoff, type RoffLine } from './roff.ts';

interface OpenDefinition {
  readonly kind: PageKind;
  readonly name: string;
  readonly line: number;
  readonly sections: Section[];
  /** Whether the line before was `.TP`: this one is a term, with `.B` or, where docutils mixes fonts, without. */
  term: boolean;
}

interface Section {
  readonly name: string;
  readonly items: Item[];
  /** What stands outside items. */
  readonly texts: string[];
}

interface Item {
  readonly line: number;
  readonly term: string;
  readonly texts: string[];
}

const KINDS: Readonly<Record<string, PageKind>> = {
  Enum: 'enum',
  Object: 'object',
  Alternate: 'alternate',
  Command: 'command',
  Event: 'event',
};

const HEAD = /^\.SS \\fB(.+?)\\fP \((Enum|Object|Alternate|Command|Event)\)$/;

/**
 * The definitions of a page in the form of QEMU 5.2 to 9.2: a definition is a heading `NAME (Kind)`, its sections are
 * headings too, and members are terms of a list.
 * @throws {InputError} for a term that is no member, and text that cannot be unescaped.
 */
export function definitionsInSectionForm(lines: readonly RoffLine[], file: string): PageDefinition[] {
  const found: OpenDefinition[] = [];
  let open: OpenDefinition | undefined;
  for (const line of lines) {
    const head = line.kind === 'request' ? HEAD.exec(line.text) : null;
    if (head !== null) {
      open = openDefinition(head, line, file);
      found.push(open);
    } else if (line.text.startsWith('.SH ')) {
      open = undefined;
    } else if (open !== undefined) {
      takeLine(open, line);
    }
  }
  return found.map((definition) => finish(definition, file));
}

function openDefinition(head: RegExpExecArray, { line }: RoffLine, file: string): OpenDefinition {
  const [, name = '', kind = ''] = head;
  return {
    kind: KINDS[kind] ?? 'object',
    name: unescapeRoff(name, { file, line, column: 1 }),
    line,
    sections: [{ name: '', items: [], texts: [] }],
    term: false,
  };
}

function takeLine(open: OpenDefinition, line: RoffLine): void {
  if (line.text.startsWith('.SS ')) {
    open.sections.push({ name: line.text.slice(4), items: [], texts: [] });
    return;
  }
  const section = open.sections.at(-1);
  if (section === undefined) return;
  const isTerm = open.term;
  open.term = line.level === 1 && line.text === '.TP';
  if (isTerm) {
    section.items.push({ line: line.line, term: line.text.replace(/^\.B /, ''), texts: [] });
  } else if (line.kind === 'text') {
    (line.level === 0 ? section.texts : section.items.at(-1)?.texts)?.push(line.text);
  }
}

function finish(open: OpenDefinition, file: string): PageDefinition {
  const { kind, name, line } = open;
  const condition = conditionFromTerms(textOf(open, 'If'));
  const since = sinceOfDefinition(open);
  return {
    kind,
    name,
    line,
    ...(since !== undefined && { since }),
    ...(condition && { condition }),
    rows: ['Members', 'Arguments', 'Values'].flatMap((section) =>
      itemsOf(open, section).map((item) => rowFromItem(item, file)),
    ),
    features: itemsOf(open, 'Features').map((item) => ({
      name: unescapeRoff(item.term, { file, line: item.line, column: 1 }),
      text: item.texts.join('\n'),
    })),
  };
}

/** Where the documentation has no section for it, it may stand as a line between others. */
function sinceOfDefinition(open: OpenDefinition): string | undefined {
  const told = plainText(textOf(open, 'Since')).trim();
  if (told !== '') return told;
  return sinceOfLines(open.sections.flatMap(({ texts }) => texts));
}

function itemsOf(open: OpenDefinition, name: string): readonly Item[] {
  return open.sections.filter((section) => section.name === name).flatMap(({ items }) => items);
}

function textOf(open: OpenDefinition, name: string): string {
  return open.sections
    .filter((section) => section.name === name)
    .flatMap(({ texts }) => texts)
    .join(' ');
}

/** Conditions stand in bold, with commas between. */
function conditionFromTerms(terms: string): PageDefinition['condition'] {
  return conditionFromWords([...terms.matchAll(/\\fB(.+?)\\fP/g)].map(([, words = '']) => plainText(words)));
}

const WHEN = / when \\fB(?<discriminator>.+?)\\fP is \\fB(?:"|\\\(dq)(?<value>.+?)(?:"|\\\(dq)\\fP$/;
const IF = / \(\\fBIf: \\fP(?<conditions>(?:\\fB(?:(?!\\fP).)+\\fP(?:, )?)+)\)$/;
const POINTER = /^The members of \\fB(.+?)\\fP$/;
const MEMBER = /^\\fB(?<name>.+?)\\fP(?:: \\fB(?<type>.+?)\\fP)?(?<optional> \(optional\))?$/;

/** A term reads `NAME: TYPE (optional) (If: A) when DISCRIMINATOR is "VALUE" (If: B)`, most of it left out. */
function rowFromItem(item: Item, file: string): PageRow {
  const place = { file, line: item.line, column: 1 };
  const outer = cut(item.term, IF);
  const when = cut(outer.rest, WHEN);
  const inner = cut(when.rest, IF);
  const conditions = [outer, inner].flatMap(({ groups }) => groups['conditions'] ?? []).join(', ');
  const condition = conditionFromTerms(conditions);
  const { discriminator, value } = when.groups;
  const common = {
    line: item.line,
    ...(condition && { condition }),
    ...(discriminator !== undefined && {
      when: { discriminator: unescapeRoff(discriminator, place), value: unescapeRoff(value ?? '', place) },
    }),
  };
  const pointer = POINTER.exec(inner.rest)?.[1];
  if (pointer !== undefined) return { kind: 'pointer', ...common, type: unescapeRoff(pointer, place) };
  return { ...common, ...memberFromTerm(inner.rest, place), text: item.texts.join('\n') };
}

function memberFromTerm(term: string, place: FilePlace) {
  const { name, type: words, optional } = MEMBER.exec(term)?.groups ?? {};
  if (name === undefined) throw inputErrorAt(place, 'term is no member', 'NAME: TYPE (optional)');
  const type = words === undefined ? undefined : typeFromWords(unescapeRoff(words, place));
  if (words !== undefined && type === undefined)
    throw inputErrorAt(place, `'${plainText(words)}' is no type`, "a name, or 'array of' one");
  return {
    kind: 'member' as const,
    name: unescapeRoff(name, place),
    optional: optional !== undefined,
    ...(type && { type }),
  };
}

function cut(text: string, part: RegExp): { rest: string; groups: Readonly<Record<string, string>> } {
  const match = part.exec(text);
  return match === null
    ? { rest: text, groups: {} }
    : { rest: text.slice(0, match.index), groups: match.groups ?? {} };
}
