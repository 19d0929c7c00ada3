import { compareReleases } from '../release/compare-releases.ts';
import { parseReleaseRange } from '../release/release-range.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { isDocumentedIn } from './find-applicability.ts';

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
  const documented = corpus.filter(({ head }) => head.source.length > 0);
  const inForce = versions.map((version) => documentationFor(version, documented));
  return rows.filter((row) => inForce.some((release) => isDocumentedIn(row, release)));
}

/** The release itself where anything documents it, else the newest documented one before it. */
function documentationFor(version: string, documented: readonly Transcript[]): string {
  if (documented.some((row) => isDocumentedIn(row, version))) return version;
  const ends = documented
    .flatMap(({ head }) => head.source.flatMap(({ releases }) => parseReleaseRange(releases).spans))
    .map(({ to }) => to)
    .filter((end) => end !== undefined)
    .filter((end) => compareReleases(end, version) <= 0);
  return ends.toSorted(compareReleases).at(-1) ?? version;
}
