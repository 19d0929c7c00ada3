/**
 * A text of unknown origin on one line: control characters, which could rewrite a terminal, become visible, as do
 * halves of surrogate pairs.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (char) => {
    if (char === '\n') return '⏎';
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
