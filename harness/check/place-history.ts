import { listedDeprecations } from '../compat/history/listed-deprecations.ts';
import { loadHistory } from '../compat/history/read-history.ts';
import type { History, PlaceHistory } from '../compat/history/history.ts';
import { jsonPath } from '../compat/wire-path.ts';
import type { SchemaFamily } from '../qapi/model.ts';
import { compareReleases } from '../release/compare-releases.ts';

/** What the releases of a family tell of places on the wire. What is not asked for is not read. */
export interface PlaceHistories {
  /** What is to be said of a place that a release does not have: since when, until when, what has its place now. */
  readonly tellAbsence: (path: string, release: string) => AbsenceFacts;
  /** Since when a place has a feature flag. */
  readonly sinceFeature: (path: string, feature: string, release: string) => string | undefined;
  /** Since when the documents list a place as deprecated, if that was before or in `release`. */
  readonly listedSince: (path: string, release: string) => string | undefined;
}

/** Texts for a finding; absent where the history does not know. */
export interface AbsenceFacts {
  /** Why the release does not have it. */
  readonly since: string;
  /** What is there instead. */
  readonly instead?: string;
  readonly isRemoved: boolean;
}

/** The histories that come with this package. */
export function openPlaceHistories(family: SchemaFamily, load = loadHistory): PlaceHistories {
  const known = new Map<string, CommandHistory>();
  const historyOf = (path: string): CommandHistory => {
    const top = path.split('/', 1)[0] ?? '';
    let history = known.get(top);
    if (history === undefined) known.set(top, (history = openHistory(load(family, top))));
    return history;
  };
  return {
    tellAbsence: (path, release) => {
      const told = tellAbsence(historyOf(path), path, release);
      // A command that lost its `x-` has a history of its own.
      const stable = path.replace(/^x-(?=[^/=]+$)/, '');
      const isRenamed = told.isRemoved && stable !== path && historyOf(stable).history.places.has(stable);
      return isRenamed ? { ...told, instead: stable } : told;
    },
    sinceFeature: (path, feature, release) => sinceFeature(historyOf(path), path, feature, release),
    listedSince: (path, release) => {
      const since = historyOf(path).listed(path);
      return since !== undefined && compareReleases(since, release) <= 0 ? since : undefined;
    },
  };
}

interface CommandHistory {
  readonly history: History;
  readonly listed: (path: string) => string | undefined;
}

function openHistory(history: History): CommandHistory {
  return { history, listed: listedDeprecations(history) };
}

/** The place itself; else one that stands there in the JSON, in whichever part of a union it is written. */
function findPlace({ history }: CommandHistory, path: string): PlaceHistory | undefined {
  const { places } = history;
  const exact = places.get(path);
  if (exact !== undefined) return exact;
  const wanted = jsonPath(path);
  const found = [...places.values()].filter((place) => jsonPath(place.path) === wanted);
  return found.toSorted((a, b) => compareReleases(lastOf(b), lastOf(a)))[0];
}

function lastOf({ intervals }: PlaceHistory): string {
  return intervals.at(-1)?.until ?? '9999.0';
}

function tellAbsence(command: CommandHistory, path: string, release: string): AbsenceFacts {
  const place = findPlace(command, path);
  if (place === undefined) return { since: 'no release has it', isRemoved: false };
  const gone = place.intervals.findLast(
    ({ until }) => until !== undefined && compareReleases(until, release) <= 0,
  );
  if (gone?.until === undefined) {
    const from = place.intervals.find((one) => compareReleases(one.from, release) > 0)?.from;
    return {
      since: from === undefined ? 'this release leaves it out' : `comes with ${from}`,
      isRemoved: false,
    };
  }
  const deprecated = deprecatedSince(command, place, gone.until);
  const before = deprecated === undefined ? '' : `, deprecated since ${deprecated}`;
  const instead = successorOf(command, place.path, release);
  return {
    since: `removed in ${gone.until}${before}`,
    isRemoved: true,
    ...(instead !== undefined && { instead }),
  };
}

function deprecatedSince({ listed }: CommandHistory, place: PlaceHistory, until: string): string | undefined {
  const flagged = [...place.features, ...place.typeFeatures]
    .filter(({ release, value }) => value.includes('deprecated') && compareReleases(release, until) < 0)
    .map(({ release }) => release);
  const all = [...flagged, listed(place.path)].filter((one) => one !== undefined);
  return all.sort(compareReleases)[0];
}

/** A place that took another's name or stands where it stood. */
function successorOf({ history }: CommandHistory, path: string, release: string): string | undefined {
  const next = [...history.places.values()].find(
    ({ renamedFrom, movedFrom }) => renamedFrom === path || movedFrom === path,
  );
  const isThere = next?.intervals.some(
    ({ from, until }) =>
      compareReleases(from, release) <= 0 && (until === undefined || compareReleases(release, until) < 0),
  );
  return isThere === true ? next?.path : undefined;
}

function sinceFeature(
  command: CommandHistory,
  path: string,
  feature: string,
  release: string,
): string | undefined {
  const place = findPlace(command, path);
  const changes = place === undefined ? [] : [...place.features, ...place.typeFeatures];
  const known = changes.filter(
    (change) => change.value.includes(feature) && compareReleases(change.release, release) <= 0,
  );
  const listed = feature === 'deprecated' ? command.listed(path) : undefined;
  return [...known.map((change) => change.release), listed]
    .filter((one) => one !== undefined)
    .sort(compareReleases)[0];
}
