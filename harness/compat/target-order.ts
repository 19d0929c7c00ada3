import { compareReleases } from '../release/compare-releases.ts';

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

/** Versions by number; a release candidate (`10.0.0-rc1`) before its release, a name that is no version last. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [suffixOf(a), suffixOf(b)];
  if (left === undefined || right === undefined) {
    return Number(left === undefined) - Number(right === undefined) || compareText(a, b);
  }
  const byNumber = compareReleases(a, b);
  if (byNumber !== 0) return byNumber;
  if (left === '' || right === '') return Number(left === '') - Number(right === '');
  return compareText(left, right);
}

/** What follows the numbers of a version; `undefined` where it does not begin with a number. */
function suffixOf(version: string): string | undefined {
  return /^\d+(?:\.\d+)*(.*)$/s.exec(version)?.[1];
}
