import { InputError } from '../errors.ts';
import { compareReleases, partsOfRelease } from './compare-releases.ts';

/** A set of releases, read from `2.9-8.0`, `10.2`, `6.0-`, `-9.0`, or several of these with commas between. */
export interface ReleaseRange {
  readonly text: string;
  readonly spans: readonly ReleaseSpan[];
}

/** Consecutive releases; both ends belong to it. */
interface ReleaseSpan {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const SPAN = /^(?:([0-9.]+)(?:(-)([0-9.]+)?)?|-([0-9.]+))$/;
const RELEASE = /^(?:0|[1-9][0-9]{0,3})(?:\.(?:0|[1-9][0-9]{0,3})){1,2}$/;

/** What {@link parseReleaseRange} accepts, in words for an error. */
export const RANGE_FORMS = 'a range of releases such as 2.9-8.0, 10.2, 6.0-, -9.0, or several with commas';

/**
 * Reads a range of releases.
 * @throws {InputError} (without a place) when it is none, or runs backwards
 */
export function parseReleaseRange(text: string): ReleaseRange {
  return { text, spans: text.split(',').map((part) => parseSpan(part.trim(), text)) };
}

function parseSpan(part: string, text: string): ReleaseSpan {
  const [, first, dash, last, upTo] = SPAN.exec(part) ?? [];
  const from = first;
  const to = dash === undefined ? (upTo ?? first) : last;
  const good = [from, to].every((end) => end === undefined || RELEASE.test(end));
  if (!good || (from === undefined && to === undefined))
    throw new InputError(`releases '${text}'; expected ${RANGE_FORMS}`);
  if (from !== undefined && to !== undefined && compareReleases(from, to) > 0 && !isWithin(from, to)) {
    throw new InputError(`releases '${text}' run backwards; expected ${to}-${from}`);
  }
  return { from, to };
}

/** Tells whether a range holds a release. `x.y` in the range stands for every `x.y.z`: `-9.0` holds 9.0.5. */
export function rangeHolds(range: ReleaseRange, release: string): boolean {
  return range.spans.some(({ from, to }) => {
    if (from !== undefined && compareReleases(release, from) < 0) return false;
    return to === undefined || compareReleases(release, to) <= 0 || isWithin(release, to);
  });
}

/** Tells whether `release` is `series` or one of its point releases. */
function isWithin(release: string, series: string): boolean {
  const length = partsOfRelease(series).length;
  return compareReleases(partsOfRelease(release).slice(0, length).join('.'), series) === 0;
}

/**
 * The shortest range that holds exactly `releases` among the `known` ones: neighbours are joined, and `x.y.0` is
 * written `x.y` where no other known point release would slip in.
 * @throws {RangeError} when there is no release
 */
export function rangeFromReleases(releases: readonly string[], known: readonly string[]): string {
  if (releases.length === 0) throw new RangeError('no releases; expected at least one');
  const wanted = new Set(releases);
  const all = [...new Set([...known, ...releases])].sort(compareReleases);
  const runs: string[][] = [];
  all.forEach((release, at) => {
    if (!wanted.has(release)) return;
    if (at > 0 && wanted.has(all[at - 1] ?? '')) runs.at(-1)?.push(release);
    else runs.push([release]);
  });
  return runs.map((run) => textOfRun(run, all)).join(', ');
}

function textOfRun(run: readonly string[], all: readonly string[]): string {
  const series = (release: string): string => {
    const short = partsOfRelease(release).slice(0, 2).join('.');
    return all.every((other) => run.includes(other) || !isWithin(other, short)) ? short : release;
  };
  const [from, to] = [series(run[0] ?? ''), series(run.at(-1) ?? '')];
  return from === to ? from : `${from}-${to}`;
}
