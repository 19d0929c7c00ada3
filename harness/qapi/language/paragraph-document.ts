import {
  addSection,
  findSection,
  kindOfTag,
  openBlock,
  type DocBlock,
  type DocSectionKind,
  type OpenBlock,
  type OpenSection,
} from './doc-block.ts';
import type { QapiScanner } from './qapi-scanner.ts';
import { sinceOfSection } from './since.ts';

/**
 * Takes a documentation comment as QEMU reads it since 9.0: by paragraphs, the text of a section indented.
 * @throws {InputError} at the line that is wrong.
 */
export function takeParagraphDocument(scanner: QapiScanner): DocBlock {
  if (scanner.value !== '##') scanner.fail("text after '##' where a documentation comment begins");
  const reading = begin(scanner);
  nextLine(reading);
  if (reading.line?.startsWith('@') === true) readDefinition(reading, reading.line);
  else readFreeForm(reading);
  closeSection(reading);
  scanner.advance();
  const { blank } = reading;
  if (blank !== undefined) scanner.failOnLine(`section without text: '${blank.kind}'`, blank.at);
  return reading.block;
}

interface Reading {
  readonly scanner: QapiScanner;
  readonly block: OpenBlock;
  /** The section that is open. */
  section: OpenSection;
  /** Offset at which its text begins. */
  from: number;
  /** The first section that has a tag, but no text. */
  blank: OpenSection | undefined;
  /** Whether every line of the comment is known to be right by itself. */
  readonly plain: boolean;
  /** The current line, without `#`; `undefined` behind the last. */
  line: string | undefined;
  /** Within literal text: its indentation, 0 before its first line. */
  literal: number | undefined;
}

function begin(scanner: QapiScanner): Reading {
  const body: OpenSection = { kind: 'text', name: '', at: scanner.start, since: undefined };
  return {
    scanner,
    block: openBlock(scanner.info, body),
    section: body,
    from: scanner.end,
    blank: undefined,
    plain: isPlain(scanner),
    line: '',
    literal: undefined,
  };
}

/**
 * All lines up to the `##` at the end: short ones, as `line-format` has it; or of any length. The regular expressions here
 * take memory for each line, so that a comment of more lines than any has is read line by line.
 */
const SHORT_LINES = /\n(?:#(?: .{0,68})?\n){0,9999}##\n/y;
const LINES = /\n(?:#(?: .*)?\n){0,9999}##\n/y;
/** A sentence that ends and may have only one space behind it. */
const SENTENCE = /[.!?] [A-Z0-9(]/;

/**
 * Tells at once of most comments that no line of theirs is wrong by itself, so that whole sections can be passed over.
 * Of others, such as those with long lines of literal text, {@link nextLine} looks at each line.
 */
function isPlain({ text, end, dialect }: QapiScanner): boolean {
  const isFormatted = dialect.has('line-format');
  const lines = isFormatted ? SHORT_LINES : LINES;
  lines.lastIndex = end;
  return lines.test(text) && !(isFormatted && SENTENCE.test(text.slice(end, lines.lastIndex)));
}

/** Passes over the lines, from the next one on, that `lines` matches; goes to the one behind. */
function passOver(reading: Reading, lines: RegExp): RegExpExecArray | null {
  if (!reading.plain) return null;
  lines.lastIndex = reading.scanner.end + 1;
  const found = lines.exec(reading.scanner.text);
  if (found === null) return null;
  reading.scanner.skipTo(lines.lastIndex);
  nextLine(reading);
  return found;
}

/** Begins a section at the current line; its text stands behind the first `head` characters. */
function openSection(reading: Reading, kind: DocSectionKind, name: string, head: number): void {
  closeSection(reading);
  const at = reading.scanner.start;
  reading.section = { kind, name, at, since: undefined };
  reading.from = at + '# '.length + head;
  addSection(reading.block, reading.section);
}

/** The text of the open section ends at the current line. */
function closeSection({ section, scanner, from }: Reading): void {
  const text = scanner.text.slice(from, scanner.start);
  if (section.kind === 'since') section.since = sinceOfSection('since', text);
  else if (/[Ss]ince/.test(text))
    section.since = sinceOfSection(section.kind, text.replaceAll(/\n[^\S\n]*# ?/g, '\n'));
}

function nextLine(reading: Reading): string | undefined {
  const { scanner } = reading;
  scanner.advance(true);
  const comment = scanner.value;
  if (scanner.token !== 'comment' || typeof comment !== 'string')
    return scanner.fail("documentation comment without '##' at its end");
  if (comment.startsWith('##')) {
    if (comment !== '##') scanner.fail("text after '##' where a documentation comment ends");
    reading.line = undefined;
  } else if (comment === '#') {
    reading.line = '';
  } else {
    if (comment.charAt(1) !== ' ') scanner.fail("no space after '#'");
    reading.line = comment.slice(2).trimEnd();
    if (!reading.plain && scanner.dialect.has('line-format')) checkFormat(reading, reading.line);
  }
  return reading.line;
}

/** Literal text, after `::`, may look as it likes until it is indented less. */
function checkFormat(reading: Reading, line: string): void {
  if (line.endsWith('::') && /^(?:\.\. +qmp-example)? *::$/.test(line)) {
    reading.literal = 0;
  } else if (reading.literal !== undefined && line !== '') {
    const indent = indentOf(line);
    if (reading.literal === 0) reading.literal = indent;
    else if (indent < reading.literal) reading.literal = undefined;
  }
  if (reading.literal !== undefined) return;
  const { scanner } = reading;
  if (line.length > 68 && !/^ *(?:https?|ftp):\/\/[^ ]*$/.test(line))
    scanner.fail('line of more than 70 characters in documentation');
  if (!line.includes('. ') && !line.includes('! ') && !line.includes('? ')) return;
  const end = /(?<!\be\.g|^ *\d)[.!?] [A-Z0-9(]/.exec(line);
  if (end !== null) scanner.fail('one space between sentences; expected two', scanner.start + 3 + end.index);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function readFreeForm(reading: Reading): void {
  for (let first = true; reading.line !== undefined; first = false) {
    const { line, scanner } = reading;
    const name = NAMED.exec(line)?.[1];
    if (name !== undefined) scanner.fail(`'@${name}:' in documentation that is of no definition`);
    if (!first && line.startsWith('=') && !scanner.dialect.has('no-headings'))
      scanner.fail("heading ('=') that is not the first line of its comment");
    if (passOver(reading, INNER_TEXT) === null) nextLine(reading);
  }
}

/** Lines that can be nothing but text, wherever they stand. */
const INNER_TEXT = /(?:#(?: [^@=\n].*)?\n)+/y;

const NAMED = /^@([^:]*): */;
const TAGGED = /^(Returns|Errors|Since|Notes?|Examples?|TODO)(?!::): */;

function readDefinition(reading: Reading, head: string): void {
  const { scanner, block } = reading;
  if (!head.endsWith(':')) scanner.fail("expected ':' at the end of the line");
  block.symbol = head.slice(1, -1);
  if (block.symbol === '') scanner.fail("no name after '@'");
  nextLine(reading);
  let membersOver = false;
  for (;;) {
    while (reading.line === '') nextLine(reading);
    const { line } = reading;
    if (line === undefined) return;
    const tagged = TAGGED.exec(line);
    if (line === 'Features:') {
      readFeatures(reading);
      membersOver = true;
    } else if (NAMED.test(line)) {
      if (membersOver) scanner.fail('description of a member after a section of another kind');
      readDescriptions(reading, 'member');
      membersOver = true;
    } else if (tagged !== null) {
      readTagged(reading, tagged[1] ?? '', tagged[0]);
      membersOver = true;
    } else {
      readParagraph(reading, line);
    }
  }
}

function readFeatures(reading: Reading): void {
  const { scanner, block } = reading;
  if (block.features.size > 0) scanner.fail("second 'Features:'");
  do nextLine(reading);
  while (reading.line === '');
  readDescriptions(reading, 'feature');
  if (block.features.size === 0) scanner.fail("no description of a feature after 'Features:'");
}

function readDescriptions(reading: Reading, kind: 'member' | 'feature'): void {
  const { scanner, block } = reading;
  for (;;) {
    const named = reading.line === undefined ? null : NAMED.exec(reading.line);
    if (named === null) return;
    const { 0: before, 1: name = '' } = named;
    if (name === '') scanner.failOnLine("no name after '@'");
    const described = kind === 'feature' ? block.features : block.members;
    if (described.has(name)) scanner.failOnLine(`second description of '${name}'`);
    const hasText = reading.line !== before;
    openSection(reading, kind, name, before.length);
    readIndented(reading, hasText);
  }
}

function readTagged(reading: Reading, tag: string, head: string): void {
  const { scanner, block } = reading;
  const kind = kindOfTag(tag) ?? 'text';
  if ((kind === 'note' || kind === 'example') && scanner.dialect.has('directives-only'))
    scanner.fail(`section '${tag}:'; expected a directive of reStructuredText instead`);
  const once = kind === 'returns' || kind === 'errors' || kind === 'since';
  if (once && findSection(block, kind) !== undefined) scanner.failOnLine(`second section '${tag}:'`);
  const hasText = reading.line !== head;
  openSection(reading, kind, '', head.length);
  readIndented(reading, hasText);
}

/**
 * The text of a section: what stands behind its tag, and the lines below as far as they are indented. Only the second
 * line of these is an error when it is indented less; later ones end the section, as QEMU has it.
 */
function readIndented(reading: Reading, hasText: boolean): void {
  const passed = passOver(reading, INDENTED);
  let mayEnd = passed !== null && passed[2] !== '';
  const indent = passed?.[1]?.length ?? firstIndent(reading);
  if (indent === 0) {
    if (!hasText) reading.blank ??= reading.section;
    return;
  }
  for (; ; mayEnd = true) {
    const { line } = reading;
    if (line === undefined || (line.startsWith('@') && NAMED.test(line))) return;
    if (line !== '' && indentOf(line) < indent) {
      if (mayEnd) return;
      reading.scanner.fail(`text is indented less than the ${indent} spaces of its section`);
    }
    nextLine(reading);
  }
}

/** Lines without text, one that is indented, then those that are indented as much. */
const INDENTED = /(?:#\n)*# ( +)\S.*\n((?:# \1.*\n|#\n)*)/y;

/** Goes behind the first line with text below a tag. @returns what it is indented by; 0 if it is not of the section. */
function firstIndent(reading: Reading): number {
  do nextLine(reading);
  while (reading.line === '');
  const indent = indentOf(reading.line ?? '');
  if (indent > 0) nextLine(reading);
  return indent;
}

/** A paragraph of plain text; it belongs to the plain text before it, or begins such a section. */
function readParagraph(reading: Reading, first: string): void {
  const { scanner, section } = reading;
  if (first.startsWith('=') && !scanner.dialect.has('no-headings'))
    scanner.fail("heading ('=') in the documentation of a definition");
  if (section.kind !== 'text') openSection(reading, 'text', '', 0);
  if (passOver(reading, TEXT) === null) nextLine(reading);
  while (reading.line !== undefined && reading.line !== '') nextLine(reading);
}

const TEXT = /(?:# +\S.*\n)*/y;
