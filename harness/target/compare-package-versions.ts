/**
 * Compares two versions of packages, `1:10.2.2+ds-1`, as deb-version(7) orders them: epoch, upstream version, revision.
 * Negative where `a` is the older one.
 */
export function comparePackageVersions(a: string, b: string): number {
  const [one, other] = [splitVersion(a), splitVersion(b)];
  return (
    one.epoch - other.epoch ||
    compareParts(one.upstream, other.upstream) ||
    compareParts(one.revision, other.revision)
  );
}

interface PackageVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/** The parts of a package's version. The revision of a package without one is empty. */
export function splitVersion(version: string): PackageVersion {
  const match = /^(?:([0-9]+):)?(.*?)(?:-([^-]*))?$/s.exec(version);
  return { epoch: Number(match?.[1] ?? 0), upstream: match?.[2] ?? '', revision: match?.[3] ?? '' };
}

/** Stretches without digits are compared by `rankOf`, those of digits as numbers, in turns. */
function compareParts(a: string, b: string): number {
  const [one, other] = [stretches(a), stretches(b)];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const [left = '', right = ''] = [one[at], other[at]];
    const order = at % 2 === 0 ? compareText(left, right) : compareNumbers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function stretches(text: string): string[] {
  return [...text.matchAll(/([^0-9]*)([0-9]*)/g)].flatMap((match) => [match[1] ?? '', match[2] ?? '']);
}

function compareText(a: string, b: string): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = rankOf(a[at]) - rankOf(b[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, letters before the rest. */
function rankOf(character: string | undefined): number {
  if (character === '~') return -1;
  if (character === undefined) return 0;
  const code = character.charCodeAt(0);
  return /[a-z]/i.test(character) ? code : code + 256;
}

/** Of any length. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
