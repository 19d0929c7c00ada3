import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../errors.ts';
import { readJson } from '../../json/read-json.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json/value.ts';
import type { SchemaFamily } from '../../qapi/model.ts';
import type { Announcement, Change, DefinitionHistory, History, Interval, PlaceHistory } from './history.ts';

/**
 * The history that comes with this package.
 * @param about what will be asked for: see `readHistory`.
 * @throws {InputError} when it is not there.
 */
export function loadHistory(family: SchemaFamily, about?: string): History {
  const file = fileURLToPath(new URL(`../../../schemas/history/${family}.json`, import.meta.url));
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InputError(`can't read '${file}'; expected the history of family ${family}`, { cause });
  }
  return readHistory(text, file, about);
}

/**
 * Reads what `writeHistory` wrote.
 * @param about a name for `findInHistory`. Where it begins with a command or event, only that one's places are read, which
 *   is many times as fast; it is found as in the whole.
 * @throws {InputError} when `text` is something else, under the name `file`.
 */
export function readHistory(text: string, file = 'history', about = ''): History {
  const value = readJson(text);
  const family = isJsonObject(value) ? value['family'] : undefined;
  if (!isJsonObject(value) || (family !== 'qmp' && family !== 'qga' && family !== 'qsd'))
    throw new InputError(`${file}: no history; expected "family" of qmp, qga or qsd`);
  const releases = stringsOf(value['releases']);
  const reading: Reading = { file, releases, shared: objectOf(value['shared']), places: new Map() };
  const [commands, events] = [objectOf(value['commands']), objectOf(value['events'])];
  const [top = ''] = about.split(/[/.=]/, 1);
  const isKnown = Object.hasOwn(commands, top) || Object.hasOwn(events, top);
  readTops(reading, isKnown ? only(commands, top) : commands, 'command');
  readTops(reading, isKnown ? only(events, top) : events, 'event');
  const places = [...reading.places.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    family,
    releases,
    places: new Map(places.map((place) => [place.path, place])),
    definitions: readDefinitions(reading, objectOf(value['definitions'])),
    announcements: arrayOf(value['announcements']).map(readAnnouncement),
  };
}

function only(tops: JsonObject, name: string): JsonObject {
  const facts = Object.hasOwn(tops, name) ? tops[name] : undefined;
  return facts === undefined ? {} : { [name]: facts };
}

interface Reading {
  readonly file: string;
  readonly releases: readonly string[];
  readonly shared: JsonObject;
  readonly places: Map<string, PlaceHistory>;
}

/** The place that encloses those that are read. */
interface Above {
  readonly top: string;
  readonly path: string;
  readonly intervals: readonly Interval[];
  readonly kind: PlaceHistory['kind'];
  readonly direction: PlaceHistory['direction'];
}

function readTops(reading: Reading, tops: JsonObject, kind: 'command' | 'event'): void {
  for (const [name, facts] of Object.entries(tops)) {
    const direction = kind === 'command' ? 'sent' : 'received';
    readPlace(reading, name, objectOf(facts), { top: name, path: '', intervals: [], kind, direction }, kind);
  }
}

function readPlace(
  reading: Reading,
  label: string,
  facts: JsonObject,
  above: Above,
  kind: PlaceHistory['kind'],
): void {
  const range = facts['in'];
  const intervals = typeof range === 'string' ? readIntervals(range, reading) : above.intervals;
  const isReply = kind === 'body' && label === '/returns';
  const here: Above = {
    top: above.top,
    path: above.path + label,
    intervals,
    kind,
    direction: isReply ? 'received' : above.direction,
  };
  reading.places.set(here.path, placeFrom(facts, here));
  const below = facts['below'];
  const inner = typeof below === 'string' ? reading.shared[below] : below;
  if (typeof below === 'string' && inner === undefined)
    throw new InputError(
      `${reading.file}: nothing shared under '${below}'; expected what is below ${here.path}`,
    );
  for (const [name, value] of Object.entries(objectOf(inner))) {
    readPlace(reading, name, objectOf(value), here, kindBelow(kind, name));
  }
}

function kindBelow(above: PlaceHistory['kind'], label: string): PlaceHistory['kind'] {
  if (above === 'command' || above === 'event') return 'body';
  return label.lastIndexOf('=') > label.lastIndexOf('/') ? 'value' : 'member';
}

function placeFrom(facts: JsonObject, { top, path, intervals, kind, direction }: Above): PlaceHistory {
  const from = intervals[0]?.from ?? '';
  const [moved, renamed] = [facts['moved-from'], facts['renamed-from']];
  return {
    path,
    kind,
    direction,
    intervals,
    types: readChanges(facts['type'], from, stringOf),
    optional: readChanges(facts['optional'], from, (value) => value === true),
    features: readChanges(facts['features'], from, stringsOf),
    typeFeatures: readChanges(facts['type-features'], from, stringsOf),
    flags: readChanges(facts['flags'], from, stringsOf),
    conditions: readChanges(facts['if'], from, stringsOf),
    definitions: readChanges(facts['definition'] ?? top, from, stringOf),
    ...(facts['described'] === true && { described: true }),
    ...(typeof moved === 'string' && { movedFrom: moved }),
    ...(typeof renamed === 'string' && { renamedFrom: renamed }),
  };
}

function readIntervals(text: string, { releases, file }: Reading): Interval[] {
  return text.split(', ').map((range) => {
    const [from = '', last = from] = range.split('-');
    if (!releases.includes(from) || (last !== '' && !releases.includes(last)))
      throw new InputError(`${file}: releases '${range}'; expected some of ${releases.join(', ')}`);
    const until = last === '' ? undefined : releases[releases.indexOf(last) + 1];
    return { from, ...(until !== undefined && { until }) };
  });
}

function readChanges<T>(
  value: JsonValue | undefined,
  from: string,
  read: (value: JsonValue | undefined) => T,
): Change<T>[] {
  if (value === undefined) return [];
  if (!isJsonObject(value)) return [{ release: from, value: read(value) }];
  return Object.entries(value).map(([release, then]) => ({ release, value: read(then) }));
}

const KINDS: readonly DefinitionHistory['kinds'][number]['value'][] = [
  'enum',
  'struct',
  'union',
  'alternate',
  'command',
  'event',
];

function readDefinitions(reading: Reading, definitions: JsonObject): Map<string, DefinitionHistory> {
  const read = Object.entries(definitions).map(([name, value]): [string, DefinitionHistory] => {
    const facts = objectOf(value);
    const intervals = readIntervals(stringOf(facts['in']), reading);
    const from = intervals[0]?.from ?? '';
    const kindOf = (kind: JsonValue | undefined) => KINDS.find((known) => known === kind) ?? 'struct';
    const kinds = readChanges(facts['kind'], from, kindOf);
    return [name, { name, kinds, intervals, modules: readChanges(facts['module'], from, stringOf) }];
  });
  return new Map(read);
}

function readAnnouncement(value: JsonValue): Announcement {
  const { paths, names, deprecated, removed, from } = objectOf(value);
  return {
    paths: stringsOf(paths),
    names: stringsOf(names),
    ...(typeof deprecated === 'string' && { deprecated }),
    ...(typeof removed === 'string' && { removed }),
    from: stringOf(from),
  };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isJsonArray(value) ? value : [];
}

function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function stringsOf(value: JsonValue | undefined): readonly string[] {
  return arrayOf(value).map(stringOf);
}
