import { oneLine } from './text.ts';

/** A text of unknown origin as Markdown that shows it and does nothing else. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_[\]|~#!]/g, '\\$&');
}

/** A text inside a code span: no backtick may end it, no bar may end the cell of a table. */
export function codeText(text: string): string {
  return oneLine(text).replaceAll('`', 'ˋ').replaceAll('|', '\\|');
}
