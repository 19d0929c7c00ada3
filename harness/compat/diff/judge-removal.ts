import { compareReleases, seriesOfRelease } from '../../release/compare-releases.ts';
import type { WireItem, WireItems } from '../wire-item.ts';
import { enclosingPath } from '../wire-path.ts';
import { hasFeature } from './compare-features.ts';
import { releasesBetween } from './releases-between.ts';
import type { Announcement } from './schema-diff.ts';
import { findItem } from './wire-shapes.ts';

/** What travelled on the wire in a release. */
export interface ReleaseItems {
  readonly release: string;
  readonly items: WireItems;
}

/** What is known of announcements. */
export interface Announcements {
  /** Releases before the one that is compared, oldest first; among them the one it is compared with. */
  readonly earlier: readonly ReleaseItems[];
  /** The release of the later schema. */
  readonly removed: string;
  /** What QEMU's list of deprecated features says of a path or the name of a definition: since when. */
  readonly listed: (name: string) => string | undefined;
}

/** Deprecated in so many releases, a feature may be removed in the next (docs/about/deprecated.rst). */
const POLICY_RELEASES = 2;

/** The first releases whose schemas have `deprecated`, and have it on values of enums. */
const FIRST_DEPRECATED = '5.0';
const FIRST_DEPRECATED_VALUE = '6.2';

/** Whether the removal of a thing was announced as QEMU's policy asks, by its own feature or by that of what encloses it. */
export function judgeRemoval(item: WireItem, known: Announcements): Announcement {
  const last = known.earlier.findLastIndex(({ items }) => findItem(items, item.path) !== undefined);
  const removed = last < 0 ? known.removed : (known.earlier[last + 1]?.release ?? known.removed);
  const marked = markedSince(item.path, known.earlier.slice(0, last + 1));
  const listed = listedSince(item, known);
  const since = earlierOf(marked, listed);
  if (since === undefined) return notAnnounced(item, removed);
  const by = since === marked ? 'schema' : 'documents';
  const count = releasesBetween(since, removed);
  const kind = count >= POLICY_RELEASES ? 'announced' : 'announced-late';
  const late = kind === 'announced' ? '' : 'too late: ';
  const text = `announced ${late}since ${seriesOfRelease(since)}, ${count} release${count === 1 ? '' : 's'} before ${seriesOfRelease(removed)}`;
  return { kind, since: seriesOfRelease(since), removed: seriesOfRelease(removed), by, text };
}

function notAnnounced(item: WireItem, removed: string): Announcement {
  const first = item.kind === 'value' ? FIRST_DEPRECATED_VALUE : FIRST_DEPRECATED;
  const release = seriesOfRelease(removed);
  if (releasesBetween(first, removed) >= POLICY_RELEASES) {
    return { kind: 'not-announced', removed: release, text: 'not announced' };
  }
  return { kind: 'unknown', removed: release, text: `schemas before ${first} cannot announce this` };
}

/** The first of the last releases in a row that had the thing marked. */
function markedSince(path: string, releases: readonly ReleaseItems[]): string | undefined {
  let since: string | undefined;
  for (const { release, items } of releases.toReversed()) {
    if (!isMarked(items, path)) break;
    since = release;
  }
  return since;
}

function isMarked(items: WireItems, path: string): boolean {
  return someEnclosing(path, (at) => {
    const item = findItem(items, at);
    return item !== undefined && hasFeature(item, 'deprecated');
  });
}

function listedSince(item: WireItem, { listed }: Announcements): string | undefined {
  let since = listed(item.definition);
  someEnclosing(item.path, (at) => {
    since = earlierOf(since, listed(at));
    return false;
  });
  return since;
}

/** Whether something holds of a path or of one that encloses it. */
function someEnclosing(path: string, holds: (path: string) => boolean): boolean {
  for (let at: string | undefined = path; at !== undefined; at = enclosingPath(at))
    if (holds(at)) return true;
  return false;
}

function earlierOf(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return compareReleases(left, right) <= 0 ? left : right;
}
