const STRING_OR_SPACE = /"[^"\\]*(?:\\.[^"\\]*)*"|\s+/g;

/**
 * A JSON text on one line. One that stands on several is laid out as QEMU lays out its messages: a space behind ',' and
 * ':', none elsewhere. Numbers, strings and the order of members stay as they are spelled.
 * @param text right JSON
 */
export function onOneLine(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const bare = text.replaceAll(STRING_OR_SPACE, (part) => (part.startsWith('"') ? part : ''));
  return bare.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[,:]/g, (part) =>
    part.startsWith('"') ? part : `${part} `,
  );
}
