import type { DocLine } from '../qapi/language/read-doc-comments.ts';
import { plainText, roffLines, unescapeRoff, type RoffLine } from '../qapi/manual-page/roff.ts';
import { InputError } from '../errors.ts';
import { MANUAL_PAGE, MANUAL_PAGES } from './documents.ts';
import { OUTSIDE, labelFromText, type ExampleBlock } from './example-block.ts';
import type { LeftLines, TextExamples } from './left-lines.ts';

/** The examples of a manual page; left are literal blocks that stand under no "Example" heading. */
export interface ManualExamples extends TextExamples {
  /** Which page it is, e.g. `qemu-qmp-ref(7)`. */
  readonly document: string;
}

/**
 * Reads the examples of `qemu-qmp-ref(7)`, `qemu-ga-ref(7)` or `qemu-storage-daemon-qmp-ref(7)`, as QEMU 10.1 and later
 * build them: a paragraph headed "Example:" or
 * "Example: title" holds literal blocks between `.EX` and `.EE` (groff_man, "Preformatted text"). The definition is
 * that of the last heading "Command NAME" or "Event NAME".
 * @throws {InputError} for another page, a literal block that does not end and an escape that we do not know.
 */
export function examplesInManualPage(text: string, file: string): ManualExamples {
  const reader = new ManualReader(file, nameOfPage(text, file));
  for (const line of roffLines(text, file)) reader.take(line);
  return reader.finish();
}

/** What the title says (groff_man, `.TH`), or that of QEMU's own reference where there is none. */
function nameOfPage(text: string, file: string): string {
  const [, name, section = '7'] = /^\.TH "?([\w-]+)"? "?(\d)/m.exec(text) ?? [];
  const page = name === undefined ? MANUAL_PAGE : `${name.toLowerCase()}(${section})`;
  if (!MANUAL_PAGES.has(page))
    throw new InputError(`${file}: manual page ${page}; expected ${[...MANUAL_PAGES.keys()].join(' or ')}`);
  return page;
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
  private readonly left: LeftLines[] = [];
  private heading = '';
  private definition = OUTSIDE;
  private example: OpenExample | undefined;

  constructor(
    private readonly file: string,
    private readonly document: string,
  ) {}

  take(line: RoffLine): void {
    switch (line.kind) {
      case 'literal-begin':
        if (this.example === undefined)
          this.left.push({
            document: this.document,
            line: line.line,
            lines: 1,
            reason: 'literal block that is no example',
          });
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
    return { document: this.document, blocks: this.blocks, left: this.left };
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
      document: this.document,
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
