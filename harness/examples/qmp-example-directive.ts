import type { DocComment, DocLine } from '../qapi/language/read-doc-comments.ts';
import { OUTSIDE, labelFromText, type ExampleBlock } from './example-block.ts';

/**
 * The examples of a comment in the dialect of QEMU 9.1 and later: the reStructuredText directive
 * `.. qmp-example::` with its options `:title:` and `:annotated:` (docs/devel/qapi-code-gen.rst, "Examples"). In an
 * annotated one only the literal blocks after `::` are dialogue.
 */
export function examplesInDirectives(comment: DocComment): readonly ExampleBlock[] {
  const blocks: ExampleBlock[] = [];
  comment.lines.forEach((line, index) => {
    const indent = DIRECTIVE.exec(line.text)?.[1]?.length;
    if (indent === undefined) return;
    const body = linesDeeperThan(comment.lines.slice(index + 1), indent);
    blocks.push(blockFromDirective(comment, line, body));
  });
  return blocks;
}

const DIRECTIVE = /^(\s*)\.\. qmp-example::\s*$/;
const OPTION = /^\s*:([a-z-]+):\s*(.*)$/;

function blockFromDirective(comment: DocComment, directive: DocLine, body: readonly DocLine[]): ExampleBlock {
  const options = optionsOf(body);
  const content = body.slice(options.lines);
  const annotated = options.values.has('annotated');
  const text = options.values.get('title') ?? (annotated ? firstParagraph(content) : undefined);
  const label = text === undefined ? undefined : labelFromText(text);
  return {
    document: comment.place.file,
    definition: comment.definition === '' ? OUTSIDE : comment.definition,
    line: directive.line,
    section: directive.line,
    ...(label !== undefined && { label }),
    lines: annotated ? literalBlocks(content) : content,
  };
}

/** The options that follow a directive without an empty line, and how many lines they take. */
function optionsOf(body: readonly DocLine[]): { values: ReadonlyMap<string, string>; lines: number } {
  const values = new Map<string, string>();
  let last: string | undefined;
  let lines = 0;
  for (const { text } of body) {
    const option = OPTION.exec(text);
    if (option?.[1] !== undefined) {
      last = option[1];
      values.set(last, option[2] ?? '');
    } else if (last !== undefined && text.trim() !== '') {
      values.set(last, `${values.get(last) ?? ''} ${text.trim()}`);
    } else {
      break;
    }
    lines++;
  }
  return { values, lines };
}

function firstParagraph(lines: readonly DocLine[]): string {
  const start = lines.findIndex(({ text }) => text.trim() !== '');
  const rest = lines.slice(Math.max(start, 0));
  const end = rest.findIndex(({ text }) => text.trim() === '');
  return rest
    .slice(0, end === -1 ? rest.length : end)
    .map(({ text }) => text.trim())
    .join(' ');
}

function literalBlocks(lines: readonly DocLine[]): DocLine[] {
  const literal: DocLine[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (line?.text.endsWith('::') !== true) continue;
    const block = linesDeeperThan(lines.slice(at + 1), indentOf(line.text));
    literal.push(...block);
    at += block.length;
  }
  return literal;
}

/** The first lines, up to one that is not indented deeper than `indent`; empty lines are no such end. */
function linesDeeperThan(lines: readonly DocLine[], indent: number): readonly DocLine[] {
  const end = lines.findIndex(({ text }) => text.trim() !== '' && indentOf(text) <= indent);
  return end === -1 ? lines : lines.slice(0, end);
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}
