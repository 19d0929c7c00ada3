import type { QapiModel } from '../../qapi/model.ts';
import { compareReleases, seriesOfRelease } from '../../release/compare-releases.ts';
import { flattenModel } from '../flatten-model.ts';
import { historiesOfDefinitions } from './definition-history.ts';
import type { Announcement, History, PlaceHistory } from './history.ts';
import { linkRenamedPlaces } from './linked-places.ts';
import { carryUnseen, finishPlace, recordItem, type PlaceDraft, type Snapshot } from './place-draft.ts';

/**
 * The history of everything that one family's models let onto the wire.
 * @param models of one family, each release once, in any order.
 * @param announcements what the documents say; see `readAnnouncements`.
 */
export function buildHistory(
  models: readonly QapiModel[],
  announcements: readonly Announcement[] = [],
): History {
  const sorted = [...models].sort((a, b) => compareReleases(a.release, b.release));
  const family = sorted[0]?.family;
  if (family === undefined) throw new RangeError('a history needs at least one model');
  const releases = sorted.map(({ release }) => seriesOfRelease(release));
  return {
    family,
    releases,
    places: historiesOfPlaces(sorted, releases),
    definitions: historiesOfDefinitions(sorted, releases),
    announcements,
  };
}

function historiesOfPlaces(
  models: readonly QapiModel[],
  releases: readonly string[],
): Map<string, PlaceHistory> {
  const drafts = new Map<string, PlaceDraft>();
  let before: Snapshot | undefined;
  for (const [index, model] of models.entries()) {
    const first = (path: string) => drafts.get(path)?.spans[0]?.from ?? index;
    const wire = flattenModel(model);
    const tellsConditions = [...wire.items.values()].some(({ conditions }) => conditions.length > 0);
    const now: Snapshot = { ...wire, index, sources: model.sources, tellsConditions, first };
    for (const item of now.items.values()) recordItem(drafts, item, now, before);
    carryUnseen(drafts, now);
    before = now;
  }
  linkRenamedPlaces(drafts);
  const paths = [...drafts.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return new Map(paths.map((draft) => [draft.path, finishPlace(draft, releases)]));
}
