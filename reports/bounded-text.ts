/**
 * A text of at most `length` characters and a few that say how many were left out; a surrogate pair is not cut in two.
 */
export function boundText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
  return `${text.slice(0, end)}… (${text.length - end} more characters)`;
}
