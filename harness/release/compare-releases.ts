/** Orders releases by number, part by part, never as strings; a missing part counts as 0. */
export function compareReleases(left: string, right: string): number {
  const [a, b] = [partsOfRelease(left), partsOfRelease(right)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The numbers of a release. What follows a number within a part (`0-rc1`, `13+ds`) says nothing about its order. */
export function partsOfRelease(release: string): number[] {
  return release.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

/** Tells whether `text` is a release number: `x.y` or `x.y.z`. */
export function isRelease(text: string): boolean {
  return /^[0-9]{1,4}\.[0-9]{1,4}(\.[0-9]{1,4})?$/.test(text);
}

/**
 * `7.2` of `7.2.22`: the series whose schema and documents a release follows. A development version, `10.2.50` or the
 * candidate `10.2.91`, follows none: it is on its way to the next series, and stays what it is.
 */
export function seriesOfRelease(release: string): string {
  return isDevelopment(release) ? release : release.split('.').slice(0, 2).join('.');
}

/** QEMU counts what is between two series from 50 on, and candidates from 90 on. */
const FIRST_DEVELOPMENT = 50;

/** Tells whether a version is one between two series. */
export function isDevelopment(release: string): boolean {
  return (partsOfRelease(release)[2] ?? 0) >= FIRST_DEVELOPMENT;
}
