import { executedNames, sectionsOfText, type DocumentSection } from '../qapi/hx/document-sections.ts';
import { splitHx, type TextLine } from '../qapi/hx/split-hx.ts';
import { OUTSIDE, type ExampleBlock } from './example-block.ts';
import { blocksFromSection, type ExampleSection } from './example-sections.ts';
import { messagesFromBlock } from './block-to-messages.ts';

/**
 * The examples of `qmp-commands.hx` (0.14 to 2.7, the documentation between `SQMP` and `EQMP`) and of the plain text that
 * it became in 2.8. Under the underlined name of a command stands "Example:" or "Examples:", then messages behind
 * arrows; a few have no such heading.
 * @throws {InputError} for a `.hx` file whose blocks do not match.
 */
export function examplesInCommandTable(text: string, document: string): readonly ExampleBlock[] {
  return examplesInParts(
    document.endsWith('.hx') ? splitHx(text, document).documents : [linesOfText(text)],
    document,
  );
}

/**
 * The examples of a piece of `qmp-commands.hx`, which may begin or end in the middle of an entry. What stands before the
 * first heading belongs to the command that it executes.
 */
export function examplesInTableFragment(text: string, document: string): readonly ExampleBlock[] {
  const parts: TextLine[][] = [[]];
  const lines = linesOfText(text);
  let isCode = false;
  for (const [at, line] of lines.entries()) {
    const begins = line.text.startsWith('SQMP');
    if (begins) parts.push([]);
    const ends = line.text.startsWith('EQMP') || FIELD.test(lines[at + 1]?.text ?? '');
    isCode = !begins && (isCode || ends);
    if (!begins && !isCode) parts.at(-1)?.push(line);
  }
  const headed = parts.map((part) => [
    ...['(a piece)', '---'].map((heading) => ({ line: part[0]?.line ?? 1, text: heading })),
    ...part,
  ]);
  return examplesInParts(headed, document);
}

/** A field of a table entry. */
const FIELD = /^\s*\.[a-z_.]+\s*=/;

function examplesInParts(parts: readonly (readonly TextLine[])[], document: string): readonly ExampleBlock[] {
  return parts
    .flatMap((lines) => sectionsOfText(withUnderlines(lines)))
    .flatMap((section) => examplesInEntry(section, document, definitionOfCommand(section)));
}

/** One command's name was never underlined (`dump`, 1.2 to 2.8); a word alone before two empty lines is a heading. */
function withUnderlines(lines: readonly TextLine[]): readonly TextLine[] {
  const isBlank = (at: number): boolean => (lines[at]?.text ?? '').trim() === '';
  const isHeading = (at: number): boolean =>
    NAME.test(lines[at]?.text ?? '') && isBlank(at - 1) && isBlank(at + 1) && isBlank(at + 2);
  return lines.map((line, at) => (at > 0 && isHeading(at - 1) ? { ...line, text: '---' } : line));
}

/** The examples of a list of events (0.14 to 2.8): bare objects, mostly under "Example:". */
export function examplesInEventList(text: string, document: string): readonly ExampleBlock[] {
  const sections = sectionsOfText(linesOfText(text)).filter(({ level }) => level === 'entry');
  return sections.flatMap((section) => {
    const names = section.heading.split(/,\s*/);
    return examplesInEntry(section, document, names[0] ?? OUTSIDE).map((block) => ({
      ...block,
      definition: names.find((name) => mentions(block, name)) ?? names[0] ?? OUTSIDE,
    }));
  });
}

/** The lines of a text with their numbers. */
export function linesOfText(text: string): TextLine[] {
  return text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: line }));
}

function mentions({ lines }: ExampleBlock, name: string): boolean {
  return lines.some(({ text }) => text.includes(`"${name}"`));
}

/**
 * The command that an entry describes: what its heading says, unless that is a title ("Show rocker switch") or a slip
 * of the pen and the examples all execute one other command.
 */
function definitionOfCommand({ heading, lines }: DocumentSection): string {
  const name = heading.replace(/^@/, '');
  const executed = new Set(executedNames(lines));
  const [only] = executed;
  if (executed.has(name)) return name;
  if (executed.size === 1 && only !== undefined && (!NAME.test(name) || only.startsWith(`${name}-`)))
    return only;
  return NAME.test(name) ? name : OUTSIDE;
}

const NAME = /^[A-Za-z_][\w.-]*$/;
const HEADING = /^\s*Examples?\b(?:\s*\(([^)]*)\))?[^:{}]*:?\s*$/;

function examplesInEntry(section: DocumentSection, document: string, definition: string): ExampleBlock[] {
  const starts = section.lines.flatMap((line, at) => (HEADING.test(line.text) ? [at] : []));
  const before: ExampleSection = {
    line: section.line,
    title: undefined,
    lines: section.lines.slice(0, starts[0]),
  };
  const headed = starts.map((at, index): ExampleSection => {
    const heading = section.lines[at];
    const title = HEADING.exec(heading?.text ?? '')?.[1];
    return {
      line: heading?.line ?? section.line,
      // "(1)" counts and says nothing.
      title: title !== undefined && /[a-z]/i.test(title) ? title : undefined,
      lines: section.lines.slice(at + 1, starts[index + 1]),
    };
  });
  const unheaded = blocksFromSection(before, document, definition)
    .filter((block) => messagesFromBlock(block).messages.length > 0)
    // What stands before it describes the definition and is no title.
    .map((block, index) => (index === 0 ? withoutLabel(block) : block));
  return [...unheaded, ...headed.flatMap((each) => blocksFromSection(each, document, definition))];
}

function withoutLabel({ document, definition, line, section, lines }: ExampleBlock): ExampleBlock {
  return { document, definition, line, section, lines };
}
