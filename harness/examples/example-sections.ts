import type { DocComment, DocLine } from '../qapi/language/read-doc-comments.ts';
import { partsOfDialogue, type DialoguePart } from './dialogue-parts.ts';
import { OUTSIDE, labelFromText, type ExampleBlock } from './example-block.ts';

/**
 * The examples of a comment in the dialect of QEMU 2.9 to 9.0: sections `Example:`, `Examples:`, `Example (title):`,
 * `Example 1:`. A section is cut where prose stands between two messages ("2. Load a medium", "or"): what
 * follows is an example of its own, because it starts from its own state.
 */
export function examplesInSections(comment: DocComment): readonly ExampleBlock[] {
  const sections: Section[] = [];
  let open: Section | undefined;
  for (const line of comment.lines) {
    const heading = HEADING.exec(line.text);
    if (heading !== null) {
      open = { line: line.line, title: heading[1], lines: [] };
      if (heading[2] !== undefined && heading[2] !== '')
        open.lines.push({ line: line.line, text: heading[2] });
      sections.push(open);
    } else if (ANOTHER_SECTION.test(line.text)) {
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  const definition = comment.definition === '' ? OUTSIDE : comment.definition;
  return sections.flatMap((section) => blocksFromSection(section, comment.place.file, definition));
}

/** What stands under an "Example:" heading. */
export interface ExampleSection {
  /** Line of the heading. */
  readonly line: number;
  /** What stands in the parentheses of the heading. */
  readonly title: string | undefined;
  readonly lines: readonly DocLine[];
}

interface Section extends ExampleSection {
  readonly lines: DocLine[];
}

const HEADING = /^Examples?(?:\s+\d+)?(?:\s*\(([^)]*)\))?\s*:(?!:)\s*(.*)$/;
/** What ends a section in QAPI's parser: a tag, a described member, a heading. */
const ANOTHER_SECTION = /^(?:@[\w.*-]+:|(?:Returns|Since|Notes?|TODO|Features|Errors)\b.*:|=+ )/;

/** The independent examples of one section; without a message, one block that has none. */
export function blocksFromSection(
  section: ExampleSection,
  document: string,
  definition: string,
): ExampleBlock[] {
  return cutAtProse(partsOfDialogue(section.lines)).map((parts) => {
    const text = section.title ?? introductionOf(parts);
    const label = text === undefined ? undefined : labelFromText(text);
    const lines = parts.flatMap((part) => (part.kind === 'message' ? part.lines : []));
    return {
      document,
      definition,
      line: parts[0]?.lines[0]?.line ?? section.line,
      section: section.line,
      ...(label !== undefined && { label }),
      lines,
    };
  });
}

/** Groups of parts, each beginning with the prose that introduces it. A section without a message is one group. */
function cutAtProse(parts: readonly DialoguePart[]): DialoguePart[][] {
  const groups: DialoguePart[][] = [[]];
  let messageSeen = false;
  parts.forEach((part, index) => {
    const moreFollow = parts.slice(index).some(({ kind }) => kind === 'message');
    if (part.kind === 'prose' && messageSeen && moreFollow) {
      groups.push([]);
      messageSeen = false;
    }
    if (part.kind === 'message') messageSeen = true;
    groups.at(-1)?.push(part);
  });
  return groups;
}

/** The text in front of the first message, if it is a single paragraph. */
function introductionOf(parts: readonly DialoguePart[]): string | undefined {
  const first = parts.findIndex(({ kind }) => kind === 'message');
  if (first !== 1) return undefined;
  return parts[0]?.lines.map(({ text }) => text.trim()).join(' ');
}
