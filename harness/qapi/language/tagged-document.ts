import { findSection, kindOfTag, type DocBlock, type DocSectionKind } from './doc-block.ts';
import {
  addLinedSection,
  closeLinedBlock,
  endsBlank,
  isBlank,
  openLinedBlock,
  type LinedBlock,
  type LinedSection,
} from './doc-lines.ts';
import type { QapiScanner } from './qapi-scanner.ts';

/**
 * Takes a documentation comment as QEMU 5.2 to 8.2 read it: line by line, a section's text indented as its first line is.
 * A free-form comment is cut at its headings; its last part is given.
 * @throws {InputError} at the line that is wrong.
 */
export function takeTaggedDocument(scanner: QapiScanner): DocBlock {
  if (scanner.value !== '##') scanner.fail("text after '##' where a documentation comment begins");
  let reading = begin(scanner, openLinedBlock(scanner.info));
  scanner.advance(true);
  for (;;) {
    const comment = takeComment(scanner);
    if (comment.startsWith('##')) {
      if (comment !== '##') scanner.fail("text after '##' where a documentation comment ends");
      closeSection(reading);
      scanner.advance();
      return closeLinedBlock(reading.block);
    }
    if (comment.startsWith('# =')) {
      if (reading.block.symbol !== '') scanner.fail("heading ('=') in the documentation of a definition");
      if (reading.section.lines.length > 0) reading = begin(scanner, openLinedBlock(scanner.info));
    }
    addComment(reading, comment);
    scanner.advance(true);
  }
}

/** The current line, which must be one of the comment. */
function takeComment(scanner: QapiScanner): string {
  const { token, value } = scanner;
  if (token === 'comment' && typeof value === 'string') return value;
  return scanner.fail("documentation comment without '##' at its end");
}

interface Reading {
  readonly scanner: QapiScanner;
  readonly block: LinedBlock;
  /** What lines may begin here: each part comes after the one before. */
  part: 'body' | 'members' | 'features' | 'others';
  section: LinedSection;
  /** Columns that the text of the section is indented by. */
  indent: number;
}

function begin(scanner: QapiScanner, block: LinedBlock): Reading {
  const [body] = block.sections;
  return {
    scanner,
    block,
    part: 'body',
    section: body ?? addLinedSection(block, 'text', scanner.start),
    indent: 0,
  };
}

function addComment(reading: Reading, comment: string): void {
  if (comment === '#') {
    addText(reading, '');
    return;
  }
  if (comment.charAt(1) !== ' ') reading.scanner.fail("no space after '#'");
  const line = comment.slice(2);
  if (reading.block.symbol !== '') addLine(reading, line);
  else if (reading.section.lines.length === 0 && line.startsWith('@')) nameBlock(reading, line);
  else addText(reading, line);
}

function nameBlock(reading: Reading, line: string): void {
  if (!line.endsWith(':')) reading.scanner.fail("expected ':' at the end of the line");
  reading.block.symbol = line.slice(1, -1);
  if (reading.block.symbol === '') reading.scanner.fail("no name after '@'");
}

/** A line in the documentation of a definition: it begins a section, or belongs to the one that is open. */
function addLine(reading: Reading, line: string): void {
  const word = firstWord(line);
  const tag = word.endsWith(':') ? kindOfTag(word.slice(0, -1)) : undefined;
  if (word.startsWith('@') && word.endsWith(':')) {
    addDescription(reading, word.slice(1, -1), line);
  } else if (tag !== undefined && tag !== 'errors') {
    reading.part = 'others';
    if ((tag === 'returns' || tag === 'since') && findSection(reading.block, tag) !== undefined)
      reading.scanner.fail(`second section '${word}'`);
    beginSection(reading, tag, '', line.slice(word.length));
  } else if (line === 'Features:' && mayBeginFeatures(reading)) {
    reading.part = 'features';
  } else {
    if ((reading.part === 'members' || reading.part === 'features') && endsDescription(reading, line)) {
      reading.part = 'others';
      beginSection(reading, 'text', '', '');
    }
    addText(reading, line);
  }
}

function firstWord(line: string): string {
  const end = line.indexOf(' ');
  return end === -1 ? line : line.slice(0, end);
}

function mayBeginFeatures(reading: Reading): boolean {
  if (reading.part === 'body') return true;
  return reading.part === 'members' && endsBlank(reading.section);
}

/** Text that is not indented, after an empty line. */
function endsDescription(reading: Reading, line: string): boolean {
  return endsBlank(reading.section) && line !== '' && !/^\s/.test(line);
}

function addDescription(reading: Reading, name: string, line: string): void {
  const { scanner, block } = reading;
  if (reading.part === 'others') scanner.fail(`description of '${name}' after a section of another kind`);
  if (reading.part === 'body') reading.part = 'members';
  const kind = reading.part === 'features' ? 'feature' : 'member';
  const described = kind === 'feature' ? block.features : block.members;
  if (name === '') scanner.fail("no name after '@'");
  if (described.has(name)) scanner.fail(`second description of '${name}'`);
  beginSection(reading, kind, name, line.slice(name.length + 2));
}

/** @param rest what stands behind the tag; where it begins is how far the lines below are indented. */
function beginSection(reading: Reading, kind: DocSectionKind, name: string, rest: string): void {
  closeSection(reading);
  const { start } = reading.scanner;
  reading.section = addLinedSection(reading.block, kind, start, name);
  const text = rest.trimStart();
  const tag = typeof reading.scanner.value === 'string' ? reading.scanner.value.length - 2 - text.length : 0;
  reading.indent = text === '' || reading.scanner.dialect.has('free-indent') ? 0 : tag;
  if (kind !== 'text') reading.section.lines.push(text.trimEnd());
}

/** Only the text at the beginning may be empty. */
function closeSection(reading: Reading): void {
  const { section, block } = reading;
  if (section !== block.sections[0] && isBlank(section))
    reading.scanner.fail(`section without text: '${section.name === '' ? section.kind : section.name}'`);
}

function addText(reading: Reading, line: string): void {
  const name = /^@\S+:/.exec(line)?.[0];
  if (name !== undefined) reading.scanner.fail(`'${name}' where it cannot be described`);
  const indent = line.length - line.trimStart().length;
  if (line !== '' && indent < reading.indent)
    reading.scanner.fail(`text is indented less than the ${reading.indent} spaces of its section`);
  reading.section.lines.push(line.slice(line === '' ? 0 : reading.indent).trimEnd());
}
