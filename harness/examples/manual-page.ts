import type { DocLine } from '../qapi/language/read-doc-comments.ts';
import { plainText, roffLines, unescapeRoff, type RoffLine } from '../qapi/manual-page/roff.ts';
import { OUTSIDE, labelFromText, type ExampleBlock } from './example-block.ts';

/** What a manual page says instead of the schema file, which it does not name. */
export const MANUAL_PAGE = 'qemu-qmp-ref(7)';

/** The examples of a manual page, and the literal blocks that are none. */
export interface ManualExamples {
  readonly blocks: readonly ExampleBlock[];
  /** Lines of literal blocks that stand under no "Example" heading. */
  readonly others: readonly number[];
}

/**
 * Reads the examples of `qemu-qmp-ref(7)`, as QEMU 10.1 and later build it: a paragraph headed "Example:" or
 * "Example: title" holds literal blocks between `.EX` and `.EE` (groff_man, "Preformatted text"). The definition is
 * that of the last heading "Command NAME" or "Event NAME".
 * @throws {InputError} for a literal block that does not end and an escape that we do not know.
 */
export function examplesInManualPage(text: string, file: string): ManualExamples {
  const reader = new ManualReader(file);
  for (const line of roffLines(text, file)) reader.take(line);
  return reader.finish();
}

interface OpenExample {
  readonly line: number;
  readonly title: string | undefined;
  /** Indentation level at which its heading stands; it ends when this is left. */
  readonly level: number;
  readonly lines: DocLine[];
  /** First paragraph in front of the literal block; '' while none has come. */
  introduction: string;
  introduced: boolean;
}

const DEFINITION = /^\.B (?:Command|Event|Object|Enum|Alternate) (\S+)/;
const SECTION = /^\.S[HS] (.*)$/;
const EXAMPLE = /^\.IP "Example:\s*(.*)"$/;

class ManualReader {
  private readonly blocks: ExampleBlock[] = [];
  private readonly others: number[] = [];
  private heading = '';
  private definition = OUTSIDE;
  private example: OpenExample | undefined;

  constructor(private readonly file: string) {}

  take(line: RoffLine): void {
    switch (line.kind) {
      case 'literal-begin':
        if (this.example === undefined) this.others.push(line.line);
        return;
      case 'literal':
        this.example?.lines.push({ line: line.line, text: this.unescape(line.text, line.line) });
        return;
      case 'unindent':
        if (this.example !== undefined && line.level < this.example.level) this.closeExample();
        return;
      case 'request':
      case 'text':
        this.takeText(line);
        return;
      case 'indent':
      case 'literal-end':
      case 'comment':
        return;
    }
  }

  finish(): ManualExamples {
    this.closeExample();
    return { blocks: this.blocks, others: this.others };
  }

  private takeText({ text: line, line: number, level }: RoffLine): void {
    const section = SECTION.exec(line)?.[1];
    const definition = DEFINITION.exec(line)?.[1];
    const title = EXAMPLE.exec(line)?.[1];
    if (section !== undefined) {
      this.heading = this.unescape(section, number);
      this.definition = OUTSIDE;
    } else if (definition !== undefined) {
      this.definition = this.unescape(definition, number);
    } else if (title !== undefined) {
      this.closeExample();
      const given = title === '' ? undefined : this.unescape(title, number);
      this.example = {
        line: number,
        title: given,
        level,
        lines: [],
        introduction: '',
        introduced: false,
      };
    } else if (this.example?.introduced === false && this.example.lines.length === 0) {
      this.takeIntroduction(this.example, line);
    }
  }

  private takeIntroduction(example: OpenExample, line: string): void {
    if (!line.startsWith('.')) example.introduction = `${example.introduction} ${plainText(line)}`.trim();
    else if (example.introduction !== '') example.introduced = true;
  }

  private closeExample(): void {
    const example = this.example;
    this.example = undefined;
    if (example === undefined) return;
    const label = labelFromText(example.title ?? example.introduction);
    this.blocks.push({
      document: MANUAL_PAGE,
      definition: this.definition,
      line: example.line,
      section: example.line,
      ...(label !== undefined && { label }),
      heading: this.heading,
      lines: example.lines,
    });
  }

  private unescape(text: string, line: number): string {
    return unescapeRoff(text, { file: this.file, line, column: 1 });
  }
}
