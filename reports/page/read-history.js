/** Answers are as long as a reader can bear. */
const MAX_FOUND = 60;

/**
 * A family's history, as `schemas/history` has it: a tree with what is as above left out, and equal branches once.
 * Places are made of it when they are asked for.
 */
export function openHistory(raw) {
  const history = { ...raw, places: new Map() };
  const tops = new Map([...Object.entries(raw.commands), ...Object.entries(raw.events)]);
  const kinds = new Map(Object.keys(raw.commands).map((name) => [name, 'command']));
  const placesOf = (top) => {
    const known = history.places.get(top) ?? walk(history, top, tops.get(top), kinds.get(top) ?? 'event');
    history.places.set(top, known);
    return known;
  };
  return {
    releases: raw.releases,
    names: [...tops.keys()].sort(),
    /** All places of a command or event; the first is itself. */
    placesOf,
    /** What a name means: a path, a command or event, `COMMAND.member`, or the name of a member or value. */
    find: (name) => find(name, tops, placesOf),
  };
}

function find(name, tops, placesOf) {
  const wanted = name.trim();
  const top = wanted.split(/[/.=]/, 1)[0];
  if (!tops.has(top)) return findMembers(wanted, tops, placesOf);
  const places = placesOf(top);
  const exact = places.find(({ path }) => path === wanted);
  if (exact !== undefined) return [exact];
  const rest = wanted
    .slice(top.length + 1)
    .replaceAll('[]', '')
    .replaceAll('=', '.')
    .replaceAll('/', '.');
  return places
    .filter(({ path }) => innerNames(path) === rest || namesWithBranches(path) === rest)
    .slice(0, MAX_FOUND);
}

function findMembers(name, tops, placesOf) {
  const found = [];
  if (name === '') return found;
  for (const top of [...tops.keys()].sort()) {
    found.push(...placesOf(top).filter(({ path }) => lastName(path) === name));
    if (found.length >= MAX_FOUND) break;
  }
  return found.slice(0, MAX_FOUND);
}

/** The names of members on the way to a place, without the body and without branches. */
export function innerNames(path) {
  return path
    .replaceAll(/=[^/=]+(?=\/)/g, '')
    .replaceAll('[]', '')
    .replaceAll('=', '/')
    .split('/')
    .slice(2)
    .join('.');
}

function namesWithBranches(path) {
  return path.replaceAll('[]', '').replaceAll('=', '/').split('/').slice(2).join('.');
}

function lastName(path) {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('=')) + 1).replaceAll('[]', '');
}

function walk(history, top, facts, kind) {
  const places = [];
  const visit = (label, own, above, kindHere) => {
    const spans = typeof own.in === 'string' ? readSpans(own.in, history.releases) : above.spans;
    const place = {
      ...makePlace(history, above.path + label, kindHere, spans, own),
      // What came and went with what encloses it needs no line of its own.
      isOwn: own.in !== undefined && JSON.stringify(spans) !== JSON.stringify(above.spans),
    };
    places.push(place);
    const below = typeof own.below === 'string' ? history.shared[own.below] : own.below;
    for (const [name, value] of Object.entries(below ?? {}))
      visit(name, value, place, kindBelow(kindHere, name));
  };
  visit(top, facts, { path: '', spans: [] }, kind);
  return places;
}

function kindBelow(kind, label) {
  if (kind === 'command' || kind === 'event') return 'body';
  return label.lastIndexOf('=') > label.lastIndexOf('/') ? 'value' : 'member';
}

function makePlace({ releases, announcements }, path, kind, spans, facts) {
  const first = spans[0]?.from;
  const features = changesOf(facts.features, first);
  const announced = announcements.filter(({ paths }) => paths.includes(path));
  const marked = features.find(({ value }) => value.includes('deprecated'))?.release;
  const named = announced.map(({ deprecated }) => deprecated).filter((release) => releases.includes(release));
  const deprecated = [marked, ...named].filter((release) => release !== undefined);
  deprecated.sort((a, b) => releases.indexOf(a) - releases.indexOf(b));
  return {
    path,
    kind,
    spans,
    deprecated: deprecated[0],
    types: changesOf(facts.type, first),
    optional: changesOf(facts.optional, first),
    features,
    conditions: changesOf(facts.if, first),
    isDescribed: facts.described === true,
    movedFrom: facts['moved-from'],
    renamedFrom: facts['renamed-from'],
  };
}

/** `0.14-9.0` and the like: from the first release to the last that has it. */
function readSpans(text, releases) {
  return text.split(', ').map((range) => {
    const [from, last = from] = range.split('-');
    const until = last === '' ? undefined : releases[releases.indexOf(last) + 1];
    return { from, until };
  });
}

function changesOf(value, first) {
  if (value === undefined) return [];
  const isByRelease = typeof value === 'object' && !Array.isArray(value);
  return isByRelease
    ? Object.entries(value).map(([release, then]) => ({ release, value: then }))
    : [{ release: first, value }];
}

/** Of each release whether it has a place: `absent`, `present`, `deprecated`. */
export function stripOf({ spans, deprecated }, releases) {
  const from = deprecated === undefined ? Infinity : releases.indexOf(deprecated);
  return releases.map((_, at) => {
    const isThere = spans.some(
      (span) =>
        at >= releases.indexOf(span.from) && (span.until === undefined || at < releases.indexOf(span.until)),
    );
    if (!isThere) return 'absent';
    return at >= from ? 'deprecated' : 'present';
  });
}

/** `since 2.9, deprecated since 8.2, gone in 9.1`, in the words of a place's spans. */
export function describeSpans({ spans, deprecated, isDescribed }, releases) {
  const words = spans.map(({ from, until }, index) => {
    const came = index > 0 ? `again in ${from}` : firstWords(from, isDescribed, releases);
    return until === undefined ? came : `${came}, gone in ${until}`;
  });
  const last = spans.at(-1)?.until === undefined ? [`still in ${releases.at(-1)}`] : [];
  const warned = deprecated === undefined ? [] : [`deprecated since ${deprecated}`];
  return [...words, ...warned, ...last].join('; ');
}

function firstWords(from, isDescribed, releases) {
  if (from === releases[0]) return `since ${from} or before`;
  return isDescribed ? `described since ${from}, and there before` : `since ${from}`;
}
