import type { DocLine } from '../qapi/language/read-doc-comments.ts';
import { partsOfDialogue, type DialoguePart } from './dialogue-parts.ts';
import { OUTSIDE, labelFromText, type ExampleBlock } from './example-block.ts';
import type { LeftLines, TextExamples } from './left-lines.ts';

/**
 * The examples of a text that is about more than QMP: one of `docs/`, in whichever markup, or the specification. A
 * message begins with an arrow (or `C:`, `S:`) and a brace, or with a brace and a member that messages of QMP have.
 * Messages with nothing but empty lines, dots or a second column of text between them are one example. An object
 * within a line of prose or of shell is an example of its own.
 */
export function examplesInText(text: string, document: string): TextExamples {
  const reader = new TextReader(document);
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: withArrows(line) }));
  for (const part of partsOfDialogue(lines, beginsMessage)) reader.take(part);
  return reader.finish();
}

/** The specification called client and server `C:` and `S:` up to 8.0; an arrow is as wide. */
function withArrows(line: string): string {
  return line.replace(/^(\s*)([CS]):(?=\s*\{)/, (_, indent: string, who: string) => {
    return `${indent}${who === 'C' ? '->' : '<-'}`;
  });
}

const FIRST_MEMBER =
  /^\s*\{\s*["'](?:execute|exec-oob|command|arguments|id|return|error|event|timestamp|data|QMP)["']\s*:/;

function beginsMessage(lines: readonly DocLine[], at: number): boolean {
  const text = lines[at]?.text ?? '';
  if (/^\s*(?:->|<-)\s*\{/.test(text)) return true;
  if (!/^\s*\{/.test(text)) return false;
  const ahead = lines.slice(at, at + 3).map((line) => line.text);
  return FIRST_MEMBER.test(ahead.join('\n'));
}

/** A member that tells a message of QMP from other JSON. */
const TELLING = /["'](?:execute|exec-oob|command|return|error|event|QMP)["']\s*:/;
/** The grammar of messages (qmp-spec, "Issuing Commands"), where types stand for values. */
const TEMPLATE = /:\s*\[?\s*json-(?:string|object|value|array|number|int)\b/;

interface OpenBlock {
  readonly line: number;
  readonly label: string | undefined;
  readonly lines: DocLine[];
  /** Column of its first message. */
  readonly column: number;
}

class TextReader {
  private readonly blocks: ExampleBlock[] = [];
  private readonly left: LeftLines[] = [];
  private heading: string | undefined;
  /** The last paragraph that says something. */
  private paragraph: readonly string[] = [];
  private open: OpenBlock | undefined;

  constructor(private readonly document: string) {}

  take(part: DialoguePart): void {
    if (part.kind === 'prose') this.takeProse(part.lines);
    else this.takeMessage(part.lines, part.column);
  }

  finish(): TextExamples {
    this.close();
    return { blocks: this.blocks, left: this.left };
  }

  private takeMessage(lines: readonly DocLine[], column: number): void {
    const text = lines.map((line) => line.text).join('\n');
    const line = lines[0]?.line ?? 1;
    if (TEMPLATE.test(text)) {
      this.left.push({ document: this.document, line, lines: lines.length, reason: 'grammar of messages' });
      this.close();
    } else if (!TELLING.test(text) && !/^\s*(?:->|<-)/.test(text)) {
      this.close();
    } else {
      this.open ??= { line, label: this.label(), lines: [], column };
      this.open.lines.push(...lines);
    }
  }

  private takeProse(lines: readonly DocLine[]): void {
    if (this.open !== undefined && lines.every(({ text }) => this.keepsOpen(text))) return;
    this.close();
    const texts = lines.map(({ text }) => text);
    const heading = headingOf(texts, this.document.endsWith('.md'));
    if (heading !== undefined) {
      // What "Example" is an example of, the heading above it says.
      if (!/^Examples?$/.test(heading)) this.heading = heading;
      this.paragraph = [];
    } else if (!texts.every(isMarkup) && !texts.some(isCommandLine)) {
      this.paragraph = texts.filter((text) => !isMarkup(text));
    }
    for (const line of lines) this.takeInline(line);
  }

  /** Dots for messages left out, the prompt of qmp-shell, and what stands in a column far to the right. */
  private keepsOpen(text: string): boolean {
    const bare = text.trim();
    const far = text.length - text.trimStart().length > (this.open?.column ?? 0) + SECOND_COLUMN;
    return far || bare === '...' || bare === '(QEMU)';
  }

  private takeInline({ line, text }: DocLine): void {
    for (const match of text.matchAll(INLINE)) {
      const end = endOfObject(text, match.index);
      if (end === undefined) {
        this.left.push({
          document: this.document,
          line,
          lines: 1,
          reason: 'message that does not end in its line',
        });
      } else {
        const message = { line, text: text.slice(match.index, end) };
        this.push({ line, label: this.heading, lines: [message], column: 0 });
      }
    }
    if (MENTION.test(text)) {
      this.left.push({ document: this.document, line, lines: 1, reason: 'mentioned in prose' });
    }
  }

  private label(): string | undefined {
    const text = this.paragraph.map((line) => line.trim()).join(' ');
    const label = labelFromText(text.replace(/^(?:[-*]|#\.|\(\d+\))\s+/, ''));
    const names = label !== undefined && label.split(' ').length <= MAX_INTRODUCTION;
    return names ? label : this.heading;
  }

  private close(): void {
    if (this.open !== undefined) this.push(this.open);
    this.open = undefined;
  }

  private push({ line, label, lines }: OpenBlock): void {
    const { document } = this;
    this.blocks.push({
      document,
      definition: OUTSIDE,
      line,
      section: line,
      ...(label !== undefined && { label }),
      ...(this.heading !== undefined && { heading: this.heading }),
      lines,
    });
  }
}

const SECOND_COLUMN = 20;
/** A paragraph of more words than this explains, and does not name. */
const MAX_INTRODUCTION = 8;
const INLINE = /\{\s*["'](?:execute|exec-oob)["']\s*:/g;
const MENTION = /["'](?:execute|exec-oob)["'](?!\s*:)/;

/** Lines that belong to markup and say nothing: fences, directives, prompts, commands of a shell. */
function isMarkup(text: string): boolean {
  return /^\s*(?:```.*|::|\.\. .*|:[a-z-]+:.*|\(QEMU\).*|[$#] .*)$/.test(text);
}

/** A shell's command that goes on in the next line, or starts QEMU. */
function isCommandLine(text: string): boolean {
  return /\\$|^\s*(?:\$\s*)?qemu-/.test(text);
}

/** The heading that a paragraph is: underlined, `== so ==`, or in Markdown `## so`. */
function headingOf([first = '', second = '']: readonly string[], isMarkdown: boolean): string | undefined {
  const marked = (isMarkdown ? /^#{1,6} (.+?)(?: #+)?\s*$/ : /^=+ (.+?) =+\s*$/).exec(first)?.[1];
  const underlined = /^([=\-~^"'#*])\1{2,}\s*$/.test(second) ? first.trim() : undefined;
  const heading = underlined ?? marked;
  return heading === undefined ? undefined : labelOfHeading(heading);
}

/** Without number and markup; a heading of one word names, too. */
function labelOfHeading(heading: string): string | undefined {
  const text = heading
    .replace(/^[\d.]+\s+/, '')
    .replaceAll(/[`@*]/g, '')
    .replace(/[:.]+$/, '')
    .trim();
  return text === '' ? undefined : text;
}

/** The place behind the object that begins at `from`; `undefined` where it does not end. */
function endOfObject(text: string, from: number): number | undefined {
  let depth = 0;
  const marks = /"(?:[^"\\]|\\.)*"|[{}]/g;
  marks.lastIndex = from;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    if (match[0] === '{') depth++;
    if (match[0] === '}' && --depth === 0) return marks.lastIndex;
  }
  return undefined;
}
