/** Compiles a glob in which `*` stands for any text; everything else stands for itself. */
export function compileNameGlob(glob: string): (text: string) => boolean {
  if (!glob.includes('*')) return (text) => text === glob;
  const parts = glob.split('*');
  return (text) => fits(text, parts);
}

/** Takes the parts from left to right, each where it comes first: no text takes more than linear time for each part. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
