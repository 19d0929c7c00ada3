import type { DocLine } from '../qapi/read-doc-comments.ts';
import { inputErrorAt } from '../errors.ts';
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
  text.split('\n').forEach((line, index) => reader.take(line, index + 1));
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
  private level = 0;
  private heading = '';
  private definition = OUTSIDE;
  private example: OpenExample | undefined;
  /** Line of the `.EX` whose `.EE` has not come. */
  private literalSince: number | undefined;

  constructor(private readonly file: string) {}

  take(line: string, number: number): void {
    if (this.literalSince !== undefined) this.takeLiteral(line, number);
    else if (line === '.EX') this.literalSince = number;
    else if (line.startsWith('.INDENT')) this.level++;
    else if (line === '.UNINDENT') this.leaveLevel();
    else this.takeText(line, number);
  }

  finish(): ManualExamples {
    if (this.literalSince !== undefined) {
      throw inputErrorAt(this.place(this.literalSince), 'literal block does not end', '.EE');
    }
    this.closeExample();
    return { blocks: this.blocks, others: this.others };
  }

  private takeLiteral(line: string, number: number): void {
    if (line === '.EE') {
      if (this.example === undefined && this.literalSince !== undefined) this.others.push(this.literalSince);
      this.literalSince = undefined;
    } else {
      this.example?.lines.push({ line: number, text: this.unescape(line, number) });
    }
  }

  private leaveLevel(): void {
    this.level = Math.max(0, this.level - 1);
    if (this.example !== undefined && this.level < this.example.level) this.closeExample();
  }

  private takeText(line: string, number: number): void {
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
        level: this.level,
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

  private place(line: number): { file: string; line: number; column: number } {
    return { file: this.file, line, column: 1 };
  }

  private unescape(text: string, line: number): string {
    return text.replaceAll(/\\(\(..|f.|.|$)/g, (escape, name: string) => {
      if (name.startsWith('f')) return '';
      const char = ESCAPES[name];
      if (char === undefined)
        throw inputErrorAt(this.place(line), `roff escape ${escape}`, 'one that groff_man names');
      return char;
    });
  }
}

/** Text for the eye: fonts and unknown escapes are dropped. */
function plainText(text: string): string {
  return text.replaceAll(/\\(\(..|f.|.|$)/g, (_escape, name: string) => ESCAPES[name] ?? '');
}

/** groff_char, as far as docutils writes it. */
const ESCAPES: Readonly<Record<string, string>> = {
  '-': '-',
  e: '\\',
  '\\': '\\',
  '&': '',
  '%': '',
  '.': '.',
  ' ': ' ',
  '~': ' ',
  "'": "'",
  '`': '`',
  '(dq': '"',
  '(aq': "'",
  '(ga': '`',
  '(ha': '^',
  '(ti': '~',
  '(rs': '\\',
  '(bu': '•',
  '(em': '—',
  '(en': '–',
  '(at': '@',
  '(sh': '#',
};
