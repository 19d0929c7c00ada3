import type { Definition, Place, QapiModel } from '../../qapi/model.ts';
import { partsOf, type Part } from '../../qapi/language/definition-parts.ts';
import { compareReleases, isRelease, seriesOfRelease } from '../../release/compare-releases.ts';
import type { History, PlaceHistory } from './history.ts';
import { nameOfPath } from '../wire-path.ts';

/**
 * - `since-too-early`, `since-too-late`: the documents name another first release than the schemas show
 * - `since-missing`: a command or event has none; or a member or value came after its definition and is not said to
 * - `since-malformed`: what stands there is no release
 * - `removal-differs`: the list of removed features names another release than the one whose schema first lacks it
 * - `deprecation-unmarked`: the list of deprecated features has it, the newest schema has it without the feature `deprecated`
 */
export type ContradictionRule =
  | 'since-too-early'
  | 'since-too-late'
  | 'since-missing'
  | 'since-malformed'
  | 'removal-differs'
  | 'deprecation-unmarked';

/** Documents and schemas of QEMU disagree. */
export interface Contradiction {
  readonly rule: ContradictionRule;
  /** `COMMAND`, `DEFINITION.member`, or a wire path where documents speak of one. */
  readonly subject: string;
  /** What the documents say; absent when they say nothing. */
  readonly documented?: string;
  /** What the schemas show: a release, `x.y`; `deprecated` has none. */
  readonly shown?: string;
  /** Where the definition stands in the newest schema. */
  readonly place?: Place;
}

/**
 * What the newest model's documents say against what the schemas of all releases show. Left out is what may be right in
 * both: a member whose definition was split off from an older one, or that had an `x-` name or was unstable before;
 * point releases; what was there before the first schema or before QAPI described it; types, whose names are no
 * interface.
 */
export function findContradictions(history: History, models: readonly QapiModel[]): Contradiction[] {
  const sorted = [...models].sort((a, b) => compareReleases(a.release, b.release));
  const newest = sorted.filter(({ sources }) => sources.includes('qapi')).at(-1);
  if (newest === undefined) return [];
  const shown = firstShown(history, sorted);
  const found: Contradiction[] = [];
  for (const definition of newest.definitions.values()) {
    if (definition.name.startsWith('q_obj_')) continue;
    const at = definition.place === undefined ? {} : { place: definition.place };
    for (const finding of [...ofDefinition(definition, shown), ...ofMembers(definition, shown)]) {
      found.push({ ...finding, ...at });
    }
  }
  const places = new Map([...newest.definitions.values()].map(({ name, place }) => [name, place]));
  return [...found, ...ofAnnouncements(history, places)];
}

/** When things came, by `DEFINITION` and `DEFINITION.member`. */
interface Shown {
  readonly releases: readonly string[];
  /** In which schema the definition first has it. */
  readonly written: ReadonlyMap<string, string>;
  /** The same by the letters of names: `WheelUp` became `wheel-up`. */
  readonly letters: ReadonlyMap<string, string>;
  /** Releases that QAPI does not describe alone, in their order, and the first that it does. */
  readonly early: readonly string[];
  /** Places on the wire that are written there now. */
  readonly wire: ReadonlyMap<string, readonly PlaceHistory[]>;
}

function firstShown(history: History, models: readonly QapiModel[]): Shown {
  const written = new Map<string, string>();
  const letters = new Map<string, string>();
  for (const model of models.filter(({ sources }) => sources[0] !== 'introspection')) {
    const release = seriesOfRelease(model.release);
    for (const definition of model.definitions.values()) {
      const names = membersOf(definition).map(({ name }) => `${definition.name}.${name}`);
      for (const key of [definition.name, ...names]) {
        if (!written.has(key)) written.set(key, release);
        if (!letters.has(lettersOf(key))) letters.set(lettersOf(key), release);
      }
    }
  }
  const wire = new Map<string, PlaceHistory[]>();
  for (const place of history.places.values()) {
    const definition = place.definitions.at(-1)?.value;
    if (definition === undefined || place.kind === 'body') continue;
    const isTop = place.kind === 'command' || place.kind === 'event';
    const key = isTop ? definition : `${definition}.${nameOfPath(place.path)}`;
    const places = wire.get(key);
    if (places === undefined) wire.set(key, [place]);
    else places.push(place);
  }
  return { releases: history.releases, early: earlyReleases(models), written, letters, wire };
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

function earlyReleases(models: readonly QapiModel[]): string[] {
  const last = models.findLastIndex(({ sources }) => sources.includes('hx'));
  return models.slice(0, last < 0 ? 0 : last + 2).map(({ release }) => seriesOfRelease(release));
}

/** The alternatives of an alternate are types, and no document says since when. */
function membersOf(definition: Definition): readonly Part[] {
  return definition.kind === 'alternate' ? [] : partsOf(definition);
}

function ofDefinition({ kind, name, since }: Definition, shown: Shown): Contradiction[] {
  if (since !== undefined && !isRelease(since)) return [malformed(name, since)];
  if (kind !== 'command' && kind !== 'event') return [];
  const first = firstOf(name, shown);
  if (first === undefined) return [];
  if (since === undefined)
    return first.isExact ? [{ rule: 'since-missing', subject: name, shown: first.earliest }] : [];
  return compare(name, since, first, shown);
}

function malformed(subject: string, documented: string): Contradiction {
  return { rule: 'since-malformed', subject, documented };
}

function ofMembers(definition: Definition, shown: Shown): Contradiction[] {
  const definitionFirst = firstOf(definition.name, shown)?.earliest ?? shown.written.get(definition.name);
  return membersOf(definition).flatMap((member) => {
    const subject = `${definition.name}.${member.name}`;
    const first = firstOf(subject, shown);
    if (member.since !== undefined && !isRelease(member.since)) return [malformed(subject, member.since)];
    if (first === undefined || definitionFirst === undefined) return [];
    const cameLater = compareReleases(first.earliest, definitionFirst) > 0;
    if (!shown.wire.has(subject)) return [];
    if (member.since !== undefined) {
      const found = compare(subject, member.since, first, shown);
      return found.filter(({ rule }) => rule !== 'since-too-early' || cameLater);
    }
    return cameLater && isSilent(definition, first) ? [missing(definition, subject, first)] : [];
  });
}

/** Whether what the documents say of the definition would hold for a member that came later. */
function isSilent({ since }: Definition, { earliest, isExact }: First): boolean {
  return (
    isExact &&
    since !== undefined &&
    isRelease(since) &&
    compareReleases(seriesOfRelease(since), earliest) < 0
  );
}

function missing({ since }: Definition, subject: string, { earliest }: First): Contradiction {
  return {
    rule: 'since-missing',
    subject,
    ...(since !== undefined && { documented: since }),
    shown: earliest,
  };
}

interface First {
  /** The first release that has it, on the wire or only in the definition. */
  readonly earliest: string;
  /** The later of both, when they differ. */
  readonly latest: string;
  /** Whether it was not there, in any form that is known, in the release before. */
  readonly isExact: boolean;
  /** Releases in which something of it changed. */
  readonly changed: ReadonlySet<string>;
}

function firstOf(key: string, shown: Shown): First | undefined {
  const written = shown.written.get(key);
  if (written === undefined) return undefined;
  const places = shown.wire.get(key) ?? [];
  const starts = [written, ...places.map(({ intervals }) => intervals[0]?.from ?? written)];
  const sorted = starts.toSorted(compareReleases);
  const earliest = sorted[0] ?? written;
  const onWire = places.map(({ intervals }) => intervals[0]?.from ?? written).toSorted(compareReleases)[0];
  const latest = onWire !== undefined && compareReleases(onWire, written) > 0 ? onWire : written;
  const otherCase = shown.letters.get(lettersOf(key)) !== written;
  const unclear = places.some(
    (place) =>
      place.intervals[0]?.from === earliest &&
      (place.described === true || place.movedFrom !== undefined || place.renamedFrom !== undefined),
  );
  const isExact =
    !unclear && !otherCase && earliest !== shown.releases[0] && !isOnlyWrittenDown(earliest, places, shown);
  return { earliest, latest, isExact, changed: new Set(places.flatMap(releasesOfChanges)) };
}

/**
 * Whether something may only have been written down in a release. Before QAPI, events stood in a text; and up to the
 * last release with a command table that alone told which arguments there are.
 */
function isOnlyWrittenDown(release: string, places: readonly PlaceHistory[], { early }: Shown): boolean {
  const isEvent = places.some(({ path }) => /^[A-Z][A-Z0-9_]*(\/|$)/.test(path));
  return isEvent ? early.includes(release) : release === early.at(-1);
}

function releasesOfChanges(place: PlaceHistory): string[] {
  const { types, optional, features, typeFeatures, flags, conditions, intervals } = place;
  const changes = [types, optional, features, typeFeatures, flags, conditions].flat();
  return [...changes.map(({ release }) => release), ...intervals.map(({ from }) => from)];
}

function compare(subject: string, since: string, first: First, { releases }: Shown): Contradiction[] {
  const series = seriesOfRelease(since);
  const finding = { subject, documented: since, shown: first.earliest };
  if (compareReleases(series, first.earliest) < 0) {
    const isPoint = /\.[1-9][0-9]*$/.test(since.slice(series.length));
    const next = releases[releases.indexOf(series) + 1];
    if (!first.isExact || (isPoint && next === first.earliest)) return [];
    return [{ ...finding, rule: 'since-too-early' }];
  }
  const isLate = compareReleases(series, first.latest) > 0 && !first.changed.has(series);
  return isLate ? [{ ...finding, rule: 'since-too-late' }] : [];
}

function ofAnnouncements(
  history: History,
  definitions: ReadonlyMap<string, Place | undefined>,
): Contradiction[] {
  return history.announcements.flatMap(({ paths, deprecated, removed }) =>
    paths.slice(0, 1).flatMap((path): Contradiction[] => {
      const place = history.places.get(path);
      const until = place?.intervals.at(-1)?.until;
      if (place === undefined) return [];
      const at = definitions.get(place.definitions.at(-1)?.value ?? '');
      const where = at === undefined ? {} : { place: at };
      if (removed !== undefined && removed !== until) {
        const shown = until === undefined ? {} : { shown: until };
        return [{ rule: 'removal-differs', subject: path, documented: removed, ...shown, ...where }];
      }
      const isMarked = place.features.at(-1)?.value.includes('deprecated') === true;
      if (removed !== undefined || deprecated === undefined || until !== undefined || isMarked) return [];
      return [{ rule: 'deprecation-unmarked', subject: path, documented: deprecated, ...where }];
    }),
  );
}
