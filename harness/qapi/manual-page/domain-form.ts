import { inputErrorAt } from '../../errors.ts';
import type { TypeRef } from '../model.ts';
import type { MemberRow, PageDefinition, PageFeature, PageKind, PageRow } from './page-definition.ts';
import { conditionFromWords, sinceOfLines, typeFromWords } from './page-words.ts';
import { plainText, unescapeRoff, type RoffLine } from './roff.ts';

/** A definition while it is read. */
interface OpenDefinition {
  readonly head: Pick<PageDefinition, 'kind' | 'name' | 'line' | 'since'>;
  readonly marks: string[];
  readonly sections: Section[];
  condition?: PageDefinition['condition'];
  /** Its description. */
  readonly texts: string[];
}

interface Section {
  readonly name: string;
  readonly line: number;
  readonly items: Item[];
}

interface Item {
  readonly line: number;
  readonly texts: string[];
}

/** Levels of indentation: that of a definition's head, of its sections' heads, of their items. */
const DEFINITION_LEVEL = 1;
const SECTION_LEVEL = 2;
const ITEM_LEVEL = 3;

const KINDS: Readonly<Record<string, PageKind>> = {
  Enum: 'enum',
  Object: 'object',
  Alternate: 'alternate',
  Command: 'command',
  Event: 'event',
};

const HEAD = /^\.B (Enum|Object|Alternate|Command|Event) (\S+)(?: \(Since: (.*)\))?$/;
const MARK = /^This [a-z]+ is (deprecated|unstable)(?:\/experimental)?\./;
const AVAILABILITY = /^\\fIAvailability\\fP: \\fB(.*?)\\fP/;

/**
 * The definitions of a page in the form of QEMU 10.0 and later, which comes from QEMU's QAPI domain for Sphinx: a
 * definition is `.B Kind NAME (Since: X)`, its sections are `.B Members` and others, their items bullets.
 * @throws {InputError} for an item that is none, and text that cannot be unescaped.
 */
export function definitionsInDomainForm(lines: readonly RoffLine[], file: string): PageDefinition[] {
  const found: OpenDefinition[] = [];
  let open: OpenDefinition | undefined;
  for (const line of lines) {
    const head = line.kind === 'request' && line.level === DEFINITION_LEVEL ? HEAD.exec(line.text) : null;
    if (head !== null) {
      open = openDefinition(head, line, file);
      found.push(open);
    } else if (line.level < DEFINITION_LEVEL) {
      open = undefined;
    } else if (open !== undefined) {
      takeLine(open, line);
    }
  }
  return found.map((definition) => finish(definition, file));
}

function openDefinition(head: RegExpExecArray, line: RoffLine, file: string): OpenDefinition {
  const [, kind = '', name = '', since] = head;
  const place = { file, line: line.line, column: 1 };
  return {
    head: {
      kind: KINDS[kind] ?? 'object',
      name: unescapeRoff(name, place),
      line: line.line,
      ...(since !== undefined && { since: plainText(since) }),
    },
    marks: [],
    sections: [],
    texts: [],
  };
}

function takeLine(open: OpenDefinition, line: RoffLine): void {
  if (line.kind === 'text') takeText(open, line);
  if (line.kind !== 'request') return;
  const section = /^\.B (.+)$/.exec(line.text)?.[1];
  if (line.level === SECTION_LEVEL && section !== undefined) {
    open.sections.push({ name: section, line: line.line, items: [] });
  } else if (line.level === ITEM_LEVEL && line.text.startsWith('.IP \\(bu')) {
    open.sections.at(-1)?.items.push({ line: line.line, texts: [] });
  }
}

/** Text of an item may stand deeper than the item: lists within it, notes. */
function takeText(open: OpenDefinition, line: RoffLine): void {
  if (line.level === DEFINITION_LEVEL) {
    if (open.texts.length > 0 || !takeMarks(open, line.text)) open.texts.push(line.text);
    return;
  }
  const section = open.sections.at(-1);
  if (section === undefined) return;
  // A section without bullets: what a command returns.
  if (line.level === SECTION_LEVEL && section.items.length === 0)
    section.items.push({ line: line.line, texts: [] });
  section.items.at(-1)?.texts.push(line.text);
}

/** Reads what stands in front of a description, which docutils writes without line ends between. */
function takeMarks(open: OpenDefinition, text: string): boolean {
  let rest = text;
  for (let mark = MARK.exec(rest); mark !== null; mark = MARK.exec(rest)) {
    open.marks.push(mark[1] ?? '');
    rest = rest.slice(mark[0].length);
  }
  const availability = AVAILABILITY.exec(rest);
  if (availability === null) return rest !== text && rest === '';
  const condition = conditionFromWords([plainText(availability[1] ?? '')]);
  if (condition !== undefined) open.condition = condition;
  return true;
}

function finish(open: OpenDefinition, file: string): PageDefinition {
  const rows: PageRow[] = [];
  const features: PageFeature[] = [];
  let returns: TypeRef | undefined;
  for (const section of open.sections) {
    switch (section.name) {
      case 'Members':
      case 'Arguments':
      case 'Values':
      case 'Alternatives':
        for (const item of section.items) rows.push(rowFromItem(item, file));
        break;
      case 'Features':
        for (const item of section.items) features.push(featureFromItem(item, file));
        break;
      case 'Return':
        returns = returnsFromSection(section, file);
        break;
    }
  }
  const { head, marks, condition } = open;
  const since = head.since ?? sinceOfLines(open.texts);
  return {
    ...head,
    ...(since !== undefined && { since }),
    marks,
    rows,
    features,
    ...(condition && { condition }),
    ...(returns && { returns }),
  };
}

const POINTER =
  /^(?:When \\f[BI](?<discriminator>.+?)\\fP is \\f[BI](?<value>.+?)\\fP: )?The members of \\f[BI](?<type>.+?)\\fP(?:\\&)?\.$/;
const MEMBER = /^\\fB(?<name>.+?)\\fP(?: \((?<type>.+?)\))? \\-\\-(?: .*)?$/;

function rowFromItem(item: Item, file: string): PageRow {
  const { line } = item;
  const place = { file, line, column: 1 };
  const head = item.texts[0] ?? '';
  const pointer = POINTER.exec(head)?.groups;
  if (pointer !== undefined) {
    const { discriminator, value, type = '' } = pointer;
    const when = {
      discriminator: unescapeRoff(discriminator ?? '', place),
      value: unescapeRoff(value ?? '', place),
    };
    const row = { kind: 'pointer' as const, line, type: unescapeRoff(type, place) };
    return discriminator === undefined ? row : { ...row, when };
  }
  return memberFromItem(item, head, file);
}

function memberFromItem(item: Item, head: string, file: string): MemberRow {
  const place = { file, line: item.line, column: 1 };
  const { name = '', type } = MEMBER.exec(head)?.groups ?? {};
  if (name === '') throw inputErrorAt(place, 'item is none of a list of members', 'NAME (TYPE) -- text');
  const words = type === undefined ? [] : unescapeRoff(type, place).split(', ');
  return {
    kind: 'member',
    line: item.line,
    name: unescapeRoff(name, place),
    optional: words[1] === 'optional',
    ...(words[0] !== undefined && { type: typeOrFail(words[0], place) }),
    text: [head.replace(/^.*? \\-\\- ?/, ''), ...item.texts.slice(1)].join('\n'),
  };
}

function typeOrFail(words: string, place: { file: string; line: number; column: number }): TypeRef {
  const type = typeFromWords(words);
  if (type === undefined) throw inputErrorAt(place, `'${words}' is no type`, 'a name, or a name in brackets');
  return type;
}

function featureFromItem(item: Item, file: string): PageFeature {
  const name = /^\\fB(.+?)\\fP \\-\\-/.exec(item.texts[0] ?? '')?.[1];
  const place = { file, line: item.line, column: 1 };
  if (name === undefined) throw inputErrorAt(place, 'item is none of a list of features', 'NAME -- text');
  return { name: unescapeRoff(name, place), text: item.texts.join('\n') };
}

function returnsFromSection(section: Section, file: string): TypeRef {
  const place = { file, line: section.line, column: 1 };
  const words = unescapeRoff(section.items[0]?.texts[0] ?? '', place)
    .split(/ --(?: |$)/)[0]
    ?.trim();
  return typeOrFail(words ?? '', place);
}
