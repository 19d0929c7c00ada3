/** The words of a target's name: `<version> <architecture> <accelerator>`. */
interface TargetWords {
  readonly version: string;
  readonly architecture: string;
  readonly accelerator: string;
}

/** Reads a target's name apart; a word that is missing is ''. */
export function wordsOfTarget(name: string): TargetWords {
  const [version = '', architecture = '', ...rest] = name.split(' ');
  return { version, architecture, accelerator: rest.join(' ') };
}

/** Orders targets by version (as numbers), then architecture, accelerator, and the rest of the name. */
export function compareTargets(left: string, right: string): number {
  const a = wordsOfTarget(left);
  const b = wordsOfTarget(right);
  return (
    compareVersions(a.version, b.version) ||
    compareText(a.architecture, b.architecture) ||
    compareText(a.accelerator, b.accelerator)
  );
}

/** Orders texts by code unit: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Versions by number; a release candidate (`10.0.0-rc1`) comes before its release. */
function compareVersions(a: string, b: string): number {
  const [left, leftRest] = splitVersion(a);
  const [right, rightRest] = splitVersion(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (leftRest === '' || rightRest === '') return Number(leftRest === '') - Number(rightRest === '');
  return compareText(leftRest, rightRest);
}

function splitVersion(version: string): [numbers: readonly number[], rest: string] {
  const numbers = /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  // A name that is no version comes after all versions.
  if (numbers === '') return [[Number.MAX_SAFE_INTEGER], version];
  return [numbers.split('.').map(Number), version.slice(numbers.length)];
}
