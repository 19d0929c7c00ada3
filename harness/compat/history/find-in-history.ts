import type { DefinitionHistory, History, Interval, PlaceHistory } from './history.ts';
import { listChanges, type HistoryChange } from './list-changes.ts';
import { nameOfPath, plainNames } from '../wire-path.ts';

/** All that a history knows of a name. */
export interface NameHistory {
  /** As it was asked for. */
  readonly name: string;
  /** The places that are meant, without those below them; of a definition its members, `DEFINITION.member`. */
  readonly places: readonly PlaceHistory[];
  /** Present when the name is that of a definition. */
  readonly definition?: DefinitionHistory;
  /** Changes of these places and of all below, sorted by release. */
  readonly changes: readonly HistoryChange[];
}

/**
 * What became of a command, event, definition, member or enum value.
 * @param name a wire path; `COMMAND.member`, `EVENT.member`, without `arguments`, `returns`, `data` and branches;
 *   a definition; `DEFINITION.member`, `DEFINITION.value`; or the bare name of a member or value.
 * @returns `undefined` when nothing has that name.
 */
export function findInHistory(history: History, name: string): NameHistory | undefined {
  const places = placesOf(history, name);
  if (places.length > 0) {
    const roots = places.map(({ path }) => path);
    const below = [...history.places.values()].filter(({ path }) =>
      roots.some((root) => isAtOrBelow(path, root)),
    );
    return { name, places, changes: withArrivals(history, places, listChanges(history, below)) };
  }
  return findDefinition(history, name) ?? findWritten(history, name);
}

function placesOf({ places }: History, name: string): PlaceHistory[] {
  const exact = places.get(name);
  if (exact !== undefined) return [exact];
  const top = name.split(/[/.=]/, 1)[0] ?? '';
  if (!places.has(top)) return [];
  const wanted = name
    .slice(top.length + 1)
    .replaceAll('[]', '')
    .replaceAll('=', '/');
  return [...places.values()].filter(({ path }) => {
    if (!path.startsWith(`${top}/`)) return false;
    const inner = plainNames(path).split('/').slice(2);
    return inner.join('/') === wanted || inner.join('.') === wanted || withoutBranches(path) === wanted;
  });
}

/** The names of members on the way to a place, without the body and without branches; dots between. */
function withoutBranches(path: string): string {
  return path
    .replaceAll(/=[^/=]+(?=\/)/g, '')
    .replaceAll('[]', '')
    .split('/')
    .slice(2)
    .join('.');
}

function isAtOrBelow(path: string, root: string): boolean {
  return path.startsWith(root) && (path.length === root.length || /[/=[]/.test(path[root.length] ?? ''));
}

/** What was asked for by name is told to have come, even where it came with what encloses it. */
function withArrivals(
  history: History,
  places: readonly PlaceHistory[],
  changes: readonly HistoryChange[],
): HistoryChange[] {
  const told = new Set(changes.map(({ release, path }) => `${release} ${path}`));
  const missing = places.flatMap(({ path, intervals, described }) => {
    const [first] = intervals;
    if (first === undefined || told.has(`${first.from} ${path}`)) return [];
    if (changes.some(({ release, others }) => release === first.from && others.includes(path))) return [];
    const kind = first.from === history.releases[0] ? 'first' : described === true ? 'described' : 'added';
    return [{ release: first.from, kind, path, others: [] } as const];
  });
  const gone = places.flatMap(({ path, intervals }) =>
    intervals.flatMap(({ until }) =>
      until === undefined || told.has(`${until} ${path}`)
        ? []
        : [{ release: until, kind: 'removed', path, others: [] } as const],
    ),
  );
  const order = (change: HistoryChange) => history.releases.indexOf(change.release);
  return [...missing, ...changes, ...gone].sort((a, b) => order(a) - order(b));
}

function findDefinition(history: History, name: string): NameHistory | undefined {
  const definition = history.definitions.get(name);
  if (definition === undefined) return undefined;
  const members = writtenPlaces(history, (place) => isWrittenIn(place, name));
  const changes = listChanges(asWritten(history, members), members);
  return { name, definition, places: members, changes };
}

/** `DEFINITION.member`, or a member's bare name in all definitions. */
function findWritten(history: History, name: string): NameHistory | undefined {
  const split = /^([^./=]+)[./=](.+)$/.exec(name);
  const [, definition, member] = split ?? [];
  const isKnown = definition !== undefined && history.definitions.has(definition);
  const found = writtenPlaces(history, (place) => {
    const placeName = nameOfPath(place.path);
    if (isKnown) return placeName === member && isWrittenIn(place, definition);
    return placeName === name;
  });
  const own = isKnown ? found.filter(({ path }) => path.startsWith(`${definition}.`)) : found;
  const places = own.length === 0 && isKnown ? inheritedPlaces(history, definition, member) : own;
  if (places.length === 0) return undefined;
  return { name, places, changes: listChanges(asWritten(history, places), places) };
}

/** A member that a definition has from its base: it stands beside the definition's own. */
function inheritedPlaces(history: History, definition: string, member = ''): PlaceHistory[] {
  const own = [...history.places.values()].filter((place) => isWrittenIn(place, definition));
  const beside = new Set(own.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return writtenPlaces(history, ({ path }) => {
    const end = path.lastIndexOf('/');
    return path.slice(end + 1) === member && beside.has(path.slice(0, end));
  });
}

function isWrittenIn({ definitions, kind }: PlaceHistory, definition: string): boolean {
  return (kind === 'member' || kind === 'value') && definitions.some(({ value }) => value === definition);
}

/** A history of nothing but `places`, so that each one's coming is told; the documents speak of places on the wire. */
function asWritten(history: History, places: readonly PlaceHistory[]): History {
  return { ...history, places: new Map(places.map((place) => [place.path, place])) };
}

/**
 * Members of definitions, each once, with the path `DEFINITION.member`: present when any place is that has it; of the
 * rest what its oldest place tells.
 */
function writtenPlaces(history: History, isWanted: (place: PlaceHistory) => boolean): PlaceHistory[] {
  const groups = new Map<string, PlaceHistory[]>();
  for (const place of history.places.values()) {
    if (!isWanted(place) || (place.kind !== 'member' && place.kind !== 'value')) continue;
    for (const definition of new Set(place.definitions.map(({ value }) => value))) {
      const key = `${definition}.${nameOfPath(place.path)}`;
      groups.set(key, [...(groups.get(key) ?? []), place]);
    }
  }
  const first = (place: PlaceHistory) => history.releases.indexOf(place.intervals[0]?.from ?? '');
  return [...groups].flatMap(([path, places]) => {
    const [oldest] = places.toSorted((a, b) => first(a) - first(b));
    if (oldest === undefined) return [];
    return [{ ...oldest, path, intervals: uniteIntervals(history.releases, places) }];
  });
}

function uniteIntervals(releases: readonly string[], places: readonly PlaceHistory[]): Interval[] {
  const index = (release: string) => releases.indexOf(release);
  const all = places.flatMap(({ intervals }) =>
    intervals.map(({ from, until }) => ({
      from: index(from),
      end: until === undefined ? releases.length : index(until),
    })),
  );
  const united: { from: number; end: number }[] = [];
  for (const { from, end } of all.sort((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (last !== undefined && from <= last.end) last.end = Math.max(last.end, end);
    else united.push({ from, end });
  }
  return united.map(({ from, end }) => {
    const until = releases[end];
    return { from: releases[from] ?? '', ...(until !== undefined && { until }) };
  });
}

/** Names that can be asked for and are like `name` in form; to suggest one of them for a mistyped one. */
export function namesLike(history: History, name: string): string[] {
  const split = /^([^./=]+)[./=]/.exec(name);
  const of = split?.[1];
  if (of !== undefined && history.places.has(of)) {
    const inner = [...history.places.keys()].filter((path) => path.startsWith(`${of}/`));
    return [...new Set(inner.map((path) => `${of}.${withoutBranches(path)}`)), ...inner];
  }
  if (of !== undefined && history.definitions.has(of)) {
    return writtenPlaces(history, (place) => isWrittenIn(place, of)).map(({ path }) => path);
  }
  const tops = [...history.places.keys()].filter((path) => !path.includes('/'));
  return [...new Set([...tops, ...history.definitions.keys()])];
}

/** What one release changed. */
export function changesInRelease(history: History, release: string): HistoryChange[] {
  return listChanges(history, history.places.values()).filter((change) => change.release === release);
}
