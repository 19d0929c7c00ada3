/** Cuts without leaving half of a surrogate pair. */
export function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

const ESCAPED = /["\\<\p{Cc}\p{Cs}]/gu;

/** About how many bytes a text takes in the page, as JSON in UTF-8: what is escaped takes up to six for one. */
export function costOf(text: string): number {
  return Buffer.byteLength(text) + 5 * (text.match(ESCAPED)?.length ?? 0) + 3;
}
