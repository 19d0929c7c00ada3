import { addSection, openBlock, type DocSectionKind, type OpenBlock, type OpenSection } from './doc-block.ts';
import { sinceOfSection } from './since.ts';
import type { SourceInfo } from './source-info.ts';

/** A section that is read line by line, as all were before QEMU 9.0. */
export interface LinedSection extends OpenSection {
  /** Its lines without the tag; indentation as written, or without what its first line has. */
  readonly lines: string[];
}

/** A block that is read line by line. */
export type LinedBlock = OpenBlock<LinedSection>;

/** A block with its first section, still empty. */
export function openLinedBlock(info: SourceInfo): LinedBlock {
  return openBlock(info, emptySection('text', '', info.offset));
}

/** Adds a section at the end of a block. */
export function addLinedSection(
  block: LinedBlock,
  kind: DocSectionKind,
  at: number,
  name = '',
): LinedSection {
  const section = emptySection(kind, name, at);
  addSection(block, section);
  return section;
}

function emptySection(kind: DocSectionKind, name: string, at: number): LinedSection {
  return { kind, name, at, since: undefined, lines: [] };
}

/** A block behind whose last line the reader is. */
export function closeLinedBlock(block: LinedBlock): LinedBlock {
  for (const section of block.sections) {
    section.since = sinceOfSection(section.kind, section.lines.join('\n'));
  }
  return block;
}

/** Tells whether a section has nothing but white space. */
export function isBlank(section: LinedSection): boolean {
  return section.lines.every((line) => line.trim() === '');
}

/** Whether the last line is empty, and not the first: the rest of the line of a tag. */
export function endsBlank({ lines }: LinedSection): boolean {
  return lines.length > 1 && lines.at(-1) === '';
}
