import { compareReleases } from '../release/compare-releases.ts';
import { parseReleaseRange, rangeHolds, type ReleaseRange } from '../release/release-range.ts';
import type { Transcript } from '../transcript/transcript.ts';

/**
 * The rows that the documentation of some target shows, and those that nothing documents, being their author's own
 * claim. What only other releases show needs states that nobody has described for these, and is checked by
 * `examples lint` against its own. A target newer than all documentation, such as a development version, is
 * held to the newest.
 * @param corpus all recordings, by which it is known what documentation there is
 */
export function selectDocumented(
  rows: readonly Transcript[],
  versions: readonly string[],
  corpus: readonly Transcript[],
): readonly Transcript[] {
  const documented = corpus.map(rangesOf);
  const inForce = versions.map((version) => documentationFor(version, documented));
  return rows
    .map((row) => ({ row, ranges: rangesOf(row) }))
    .filter(({ ranges }) => ranges.length === 0 || inForce.some((release) => holds(ranges, release)))
    .map(({ row }) => row);
}

function rangesOf({ head }: Transcript): readonly ReleaseRange[] {
  return head.source.map(({ releases }) => parseReleaseRange(releases));
}

function holds(ranges: readonly ReleaseRange[], release: string): boolean {
  return ranges.some((range) => rangeHolds(range, release));
}

/** The release itself where anything documents it, else the newest documented one before it. */
function documentationFor(version: string, corpus: readonly (readonly ReleaseRange[])[]): string {
  if (corpus.some((ranges) => holds(ranges, version))) return version;
  const ends = corpus
    .flatMap((ranges) => ranges.flatMap(({ spans }) => spans.map(({ to }) => to)))
    .filter((end) => end !== undefined)
    .filter((end) => compareReleases(end, version) <= 0);
  return ends.toSorted(compareReleases).at(-1) ?? version;
}
