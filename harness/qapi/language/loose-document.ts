import { kindOfTag, type DocBlock } from './doc-block.ts';
import {
  addLinedSection,
  closeLinedBlock,
  endsBlank,
  isBlank,
  openLinedBlock,
  type LinedBlock,
} from './doc-lines.ts';
import type { QapiScanner } from './qapi-scanner.ts';

/**
 * Takes a documentation comment of the years before QEMU 5.2, whose forms nobody checked: the colon behind a name or tag
 * may be missing, and so may the `##` at the end. Nothing is an error.
 */
export function takeLooseDocument(scanner: QapiScanner): DocBlock {
  const block = openLinedBlock(scanner.info);
  scanner.advance(true);
  while (scanner.token === 'comment' && typeof scanner.value === 'string') {
    const comment = scanner.value;
    if (comment.trimEnd() === '##') {
      scanner.advance();
      return closeLinedBlock(block);
    }
    addLine(block, comment.replace(/^#+ ?/, '').trimEnd(), scanner);
    scanner.advance(true);
  }
  return closeLinedBlock(block);
}

function addLine(block: LinedBlock, line: string, scanner: QapiScanner): void {
  const section = block.sections.at(-1);
  if (section === undefined) return;
  const isFirst = block.symbol === '' && isBlank(section);
  const name = /^@([^\s:]+?)\s*(?::|$)/.exec(line);
  const tag = /^(Returns|Since|Notes?|Examples?|TODO)\b\s*:?\s*(.*)$/.exec(line);
  const kind = tag === null ? undefined : kindOfTag(tag[1] ?? '');
  const head = isFirst ? /^@?([\w.-]+)\s*(?::|$)/.exec(line)?.[1] : undefined;
  if (head !== undefined) {
    block.symbol = head;
  } else if (name !== null) {
    const described = block.sections.some(({ lines }) => lines[0] === 'Features:') ? 'feature' : 'member';
    const opened = addLinedSection(block, described, scanner.start, name[1]?.replace(/^\*/, ''));
    opened.lines.push(line.slice(name[0].length));
  } else if (kind !== undefined) {
    addLinedSection(block, kind, scanner.start).lines.push(tag?.[2] ?? '');
  } else if (endsBlank(section) && /^\S/.test(line)) {
    addLinedSection(block, 'text', scanner.start).lines.push(line);
  } else {
    section.lines.push(line);
  }
}
