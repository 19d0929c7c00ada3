import { compareReleases } from '../../release/compare-releases.ts';
import type { Announcement, History, PlaceHistory } from './history.ts';
import type { AnnouncedHeading } from './read-announcements.ts';
import { nameOfPath, plainNames } from '../wire-path.ts';

/**
 * Which places headings mean. A heading that names a command and means something else, such as one way to write its
 * arguments, has no paths; one that names nothing of this family is left out.
 */
export function resolveAnnouncements(
  headings: readonly AnnouncedHeading[],
  history: Pick<History, 'family' | 'places' | 'definitions'>,
): Announcement[] {
  const found = new Map<string, Announcement>();
  for (const heading of headings) {
    if (!isOfFamily(heading, history)) continue;
    for (const { names, paths } of resolve(heading, history)) addFact(found, heading, names, paths);
  }
  return [...found.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

/** The storage daemon has part of QEMU's commands, and no documents of its own. */
function isOfFamily({ family }: AnnouncedHeading, history: Pick<History, 'family'>): boolean {
  return history.family === 'qga' ? family === 'qga' : family !== 'qga';
}

function sortKey({ paths, names }: Announcement): string {
  return [paths[0] ?? '', ...names].join(' ');
}

/** Deprecation and removal of the same thing are one announcement; its earliest number holds. */
function addFact(
  found: Map<string, Announcement>,
  { deprecated, removed, from }: AnnouncedHeading,
  names: readonly string[],
  paths: readonly string[],
): void {
  const key = paths.length > 0 ? paths.join(' ') : names.join(' ');
  const old = found.get(key);
  const facts = {
    paths,
    names: old?.names ?? names,
    deprecated: earliest(old?.deprecated, deprecated),
    removed: earliest(old?.removed, removed),
    from: old?.from ?? from,
  };
  const { deprecated: since, removed: gone, ...rest } = facts;
  found.set(key, {
    ...rest,
    ...(since !== undefined && { deprecated: since }),
    ...(gone !== undefined && { removed: gone }),
  });
}

function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareReleases(a, b) <= 0 ? a : b;
}

interface Resolved {
  readonly names: readonly string[];
  readonly paths: readonly string[];
}

type Places = Pick<History, 'places' | 'definitions'>;

/** Words that may stand between the names of owners and of their members. */
const MEMBER_WORDS =
  /^(?<owners>.+?) (?:(?:command )?(?:arguments?|options?|parameters?)|(?:return value |output )?members?|results?(?: fields?)?) (?<members>.+)$/;
const MEMBER_FIRST = /^(?<owners>\S+) (?<members>\S+) (?:option|parameter|argument|output member)$/;

function resolve({ family, heading }: AnnouncedHeading, history: Places): Resolved[] {
  if (family === 'block-driver') return resolveDriver(heading, history);
  const owners = namesIn(heading);
  if (owners !== undefined) {
    return owners.flatMap((name) => {
      const top = findTop(name, history);
      return top === undefined ? [] : [{ names: [name], paths: [top] }];
    });
  }
  const split = (MEMBER_FIRST.exec(heading) ?? MEMBER_WORDS.exec(heading))?.groups;
  const [of, members] = [namesIn(split?.['owners'] ?? ''), namesIn(split?.['members'] ?? '')];
  const pairs = (of ?? []).flatMap((owner) => (members ?? []).map((member) => ({ owner, member })));
  const found = pairs
    .map(({ owner, member }) => ({ names: [owner, member], paths: findMember(owner, member, history) }))
    .filter(({ paths }) => paths.length > 0);
  return found.length > 0 ? found : unclear(heading, history);
}

function unclear(heading: string, history: Places): Resolved[] {
  const names = heading.split(/[\s,]+/).filter((word) => history.places.has(word));
  return names.length === 0 ? [] : [{ names, paths: [] }];
}

/** `A`, `A and B`, `A, B and C`; `undefined` when other words stand there. */
function namesIn(text: string): string[] | undefined {
  const names = text.split(/, | and /);
  return names.every((name) => /^[\w.\-[\]]+$/.test(name)) ? names : undefined;
}

/** A command or event; documents take `_` for `-` and leave out a plural's ending now and then. */
function findTop(name: string, { places }: Places): string | undefined {
  if (places.has(name)) return name;
  const wanted = looseName(name);
  for (const path of places.keys()) if (!path.includes('/') && looseName(path) === wanted) return path;
  return undefined;
}

function looseName(name: string): string {
  return name.replaceAll('_', '-').replace(/(ies|y|s)$/, '');
}

/**
 * Places of a member below a command, or of a type's member. A bare name means the outermost places that have it, one
 * after a dot any that ends so.
 */
function findMember(owner: string, member: string, history: Places): string[] {
  const names = member.replaceAll(/\[\w*\]/g, '').split('.');
  const top = findTop(owner, history);
  const all = [...history.places.values()];
  if (top === undefined) {
    const ofType = (place: PlaceHistory) => place.definitions.some(({ value }) => value === owner);
    return all.filter((place) => nameOfPath(place.path) === member && ofType(place)).map(({ path }) => path);
  }
  const wanted = `/${names.join('/')}`;
  const inner = all.map(({ path }) => path).filter((path) => path.startsWith(`${top}/`));
  const matching = inner.filter((path) => plainNames(path).endsWith(wanted));
  if (names.length > 1) return matching;
  const depth = (path: string) => plainNames(path).split('/').length;
  const least = Math.min(...matching.map(depth));
  return matching.filter((path) => depth(path) === least);
}

/** `NAME driver` and `NAME backend` of a section about block devices: the value of each discriminator that has it. */
function resolveDriver(heading: string, { places }: Places): Resolved[] {
  const name = /^(\S+) (?:driver|backend)$/.exec(heading)?.[1]?.toLowerCase();
  if (name === undefined) return [];
  const paths = [...places.keys()].filter((path) =>
    /^blockdev-add\/arguments(\/options)?\/driver=/.test(path),
  );
  const found = paths.filter((path) => path.endsWith(`=${name}`));
  return found.length === 0 ? [] : [{ names: [name], paths: found }];
}
