import type { DocComment, DocLine } from '../qapi/language/read-doc-comments.ts';
import { executedNames } from '../qapi/hx/document-sections.ts';
import { linesOfText } from './hx-examples.ts';

/**
 * The documentation comments of a piece of a schema, which may begin or end in the middle of one. A comment is a run of
 * lines with `#`; `##` and any other line end it. Where the name of its definition was cut off, it is what its first
 * example executes.
 */
export function commentsInFragment(text: string, file: string): readonly DocComment[] {
  const comments: DocComment[] = [];
  let open: DocLine[] = [];
  const close = (): void => {
    if (open.length > 0) comments.push(commentFromLines(open, file));
    open = [];
  };
  for (const { line, text: written } of linesOfText(text)) {
    if (/^##\s*$/.test(written) || !written.startsWith('#')) close();
    else open.push({ line, text: written.replace(/^# ?/, '').trimEnd() });
  }
  close();
  return comments;
}

function commentFromLines(lines: readonly DocLine[], file: string): DocComment {
  const first = lines.find(({ text }) => text !== '')?.text ?? '';
  const definition = /^@([^\s:]+):/.exec(first)?.[1] ?? executedNames(lines)[0] ?? '';
  return { definition, kind: 'free-form', place: { file, line: lines[0]?.line ?? 1 }, lines };
}
