/** Compares two release numbers (`7.2`, `10.0.3`) by number, never as strings. A missing part counts as 0. */
export function compareReleases(left: string, right: string): number {
  const [a, b] = [left.split('.'), right.split('.')];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = Number(a[at] ?? 0) - Number(b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Tells whether `text` is a release number: `x.y` or `x.y.z`. */
export function isRelease(text: string): boolean {
  return /^[0-9]{1,4}\.[0-9]{1,4}(\.[0-9]{1,4})?$/.test(text);
}
