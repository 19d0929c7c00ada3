import type { Change, History, PlaceHistory } from './history.ts';
import { enclosingPath, nameOfPath } from '../wire-path.ts';

/** What can happen to a place in one release. */
export type ChangeKind =
  /** It stands in the first release that is known: it came with it or before. */
  | 'first'
  | 'added'
  /** The schema begins to describe what may have been there before. */
  | 'described'
  | 'returned'
  | 'removed'
  /** It stands where it stood in the JSON, in another part of a union; the detail is the place before. */
  | 'moved'
  /** It lost its `x-`; the detail is the place before. */
  | 'renamed'
  | 'deprecated'
  | 'unstable'
  | 'feature-added'
  | 'feature-removed'
  | 'flag-added'
  | 'flag-removed'
  | 'type'
  | 'optional'
  | 'mandatory'
  | 'condition'
  /** The documents say that it is deprecated, or was removed. */
  | 'announced-deprecated'
  | 'announced-removed';

export interface HistoryChange {
  /** `x.y` */
  readonly release: string;
  readonly kind: ChangeKind;
  readonly path: string;
  /** Old and new value, the names of features, where it stood before, or since which release by the documents. */
  readonly detail?: string;
  /** Other paths at which the same member or value of the same definition changed alike. */
  readonly others: readonly string[];
}

/**
 * What happened to places, sorted by release and path. What came or went with the place that encloses it is not told
 * again; the same change of one member of a definition is told once, however many places it has.
 * @param places some of the history's.
 */
export function listChanges(history: History, places: Iterable<PlaceHistory>): HistoryChange[] {
  const order = new Map(history.releases.map((release, index) => [release, index]));
  const grouped = new Map<string, { change: HistoryChange; others: string[] }>();
  const movedAway = new Set([...history.places.values()].map(({ movedFrom }) => movedFrom));
  for (const place of places) {
    const changes = [...presenceChanges(history, place, movedAway), ...stateChanges(history, place)];
    for (const change of changes) {
      const key = groupKey(place, change);
      const group = grouped.get(key);
      if (group === undefined) grouped.set(key, { change, others: [] });
      else group.others.push(change.path);
    }
  }
  const changes = [...grouped.values()].map(({ change, others }) => ({ ...change, others }));
  return [...changes, ...announcedChanges(history, places)].sort(
    (a, b) => (order.get(a.release) ?? 0) - (order.get(b.release) ?? 0) || compareText(a.path, b.path),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function groupKey(place: PlaceHistory, { release, kind, detail, path }: HistoryChange): string {
  const isWritten = place.kind === 'member' || place.kind === 'value';
  const definition = place.definitions.at(-1)?.value ?? '';
  const what = isWritten ? `${definition} ${nameOfPath(path)}` : path;
  return [release, kind, what, kind === 'moved' || kind === 'renamed' ? '' : detail].join(' ');
}

function* presenceChanges(
  history: History,
  place: PlaceHistory,
  movedAway: ReadonlySet<string | undefined>,
): Generator<HistoryChange> {
  const above = placeAbove(history, place.path);
  if (place.kind === 'body' && hasMembers(history, place.path)) return;
  for (const [index, { from, until }] of place.intervals.entries()) {
    if (above?.intervals.some((outer) => outer.from === from) !== true) {
      yield { ...arrival(history, place, index, from), release: from, path: place.path, others: [] };
    }
    const wentAlong = above?.intervals.some((outer) => outer.until === until) === true;
    if (until !== undefined && !wentAlong && !movedAway.has(place.path)) {
      yield { release: until, kind: 'removed', path: place.path, others: [] };
    }
  }
}

/** The place that encloses another; bodies are passed over: they are told by their members. */
function placeAbove({ places }: History, path: string): PlaceHistory | undefined {
  for (let at = enclosingPath(path); at !== undefined; at = enclosingPath(at)) {
    const place = places.get(at);
    if (place !== undefined && place.kind !== 'body') return place;
  }
  return undefined;
}

const BODIES_WITH_MEMBERS = new WeakMap<History['places'], ReadonlySet<string>>();

function hasMembers({ places }: History, path: string): boolean {
  let bodies = BODIES_WITH_MEMBERS.get(places);
  if (bodies === undefined) {
    const inner = [...places.keys()].filter((at) => at.includes('/')).map(enclosingPath);
    bodies = new Set(inner.filter((at) => at !== undefined));
    BODIES_WITH_MEMBERS.set(places, bodies);
  }
  return bodies.has(path);
}

function arrival(
  { releases }: History,
  place: PlaceHistory,
  index: number,
  from: string,
): Pick<HistoryChange, 'kind' | 'detail'> {
  if (index > 0) return { kind: 'returned' };
  if (place.movedFrom !== undefined) return { kind: 'moved', detail: place.movedFrom };
  if (place.renamedFrom !== undefined) return { kind: 'renamed', detail: place.renamedFrom };
  if (from === releases[0]) return { kind: 'first' };
  const features = place.features[0]?.release === from ? place.features[0].value : [];
  const kind = place.described === true ? 'described' : 'added';
  return { kind, ...(features.length > 0 && { detail: features.join(', ') }) };
}

function* stateChanges(history: History, place: PlaceHistory): Generator<HistoryChange> {
  const first = place.intervals[0]?.from;
  const at = (release: string, kind: ChangeKind, detail?: string): HistoryChange => ({
    release,
    kind,
    path: place.path,
    ...(detail !== undefined && detail !== '' && { detail }),
    others: [],
  });
  for (const { release, before, value } of pairs(place.types, first, ''))
    if (!isFirstTold(history, place, release)) yield at(release, 'type', `${before} → ${value}`);
  for (const { release, value } of pairs(place.optional, first, false))
    yield at(release, value ? 'optional' : 'mandatory');
  for (const { release, before, value } of pairs(place.features, first, []))
    yield* listDifference(before, value, (kind, name) => at(release, featureKind(kind, name), name));
  for (const { release, before, value } of pairs(place.typeFeatures, first, []))
    yield* listDifference(before, value, (kind, name) => at(release, featureKind(kind, name), name));
  for (const { release, before, value } of pairs(place.flags, first, []))
    yield* listDifference(told(before), told(value), (kind, name) => at(release, `flag-${kind}`, name));
  for (const { release, before, value } of pairs(place.conditions, first, [])) {
    yield at(release, 'condition', `${before.join(' and ') || 'none'} → ${value.join(' and ') || 'none'}`);
  }
}

/** Whether a reply's type is told for the first time in a release: until then nothing was known of it. */
function isFirstTold({ places }: History, { kind, path }: PlaceHistory, release: string): boolean {
  if (kind !== 'body') return false;
  const flags = places.get(enclosingPath(path) ?? '')?.flags ?? [];
  const now = flags.findIndex((change) => change.release === release);
  return now > 0 && flags[now - 1]?.value.includes('reply-unknown') === true;
}

/** Flags without the one that tells of our knowledge only. */
function told(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => flag !== 'reply-unknown');
}

/** Changes after the first release, each with the value before. */
function* pairs<T>(
  changes: readonly Change<T>[],
  first: string | undefined,
  empty: T,
): Generator<{ release: string; before: T; value: T }> {
  let before = empty;
  for (const { release, value } of changes) {
    if (release !== first) yield { release, before, value };
    before = value;
  }
}

function* listDifference(
  before: readonly string[],
  after: readonly string[],
  make: (kind: 'added' | 'removed', name: string) => HistoryChange,
): Generator<HistoryChange> {
  for (const name of after) if (!before.includes(name)) yield make('added', name);
  for (const name of before) if (!after.includes(name)) yield make('removed', name);
}

function featureKind(kind: 'added' | 'removed', name: string): ChangeKind {
  if (kind === 'added' && (name === 'deprecated' || name === 'unstable')) return name;
  return `feature-${kind}`;
}

/** What the documents say, under the release whose documents are the first to say so. */
function announcedChanges(history: History, places: Iterable<PlaceHistory>): HistoryChange[] {
  const wanted = new Set([...places].map(({ path }) => path));
  return history.announcements.flatMap(({ paths, deprecated, removed, from }) => {
    const [path, ...others] = paths.filter((one) => wanted.has(one));
    if (path === undefined) return [];
    const change = { path, others };
    const changes: HistoryChange[] = [];
    if (deprecated !== undefined)
      changes.push({ ...change, kind: 'announced-deprecated', release: from, detail: deprecated });
    if (removed !== undefined) changes.push({ ...change, kind: 'announced-removed', release: removed });
    return changes;
  });
}
