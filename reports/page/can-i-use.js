import { make, makeBadge, plural, readEmbedded, unpack } from './dom.js';
import { keepState, readState } from './page-state.js';
import { describeSpans, innerNames, openHistory, stripOf } from './read-history.js';

const FAMILIES = { qmp: 'QEMU', qsd: 'qemu-storage-daemon', qga: 'guest agent' };

/** How many places below a command are listed. */
const MAX_BELOW = 300;

/** "Can I use": since when, and until when, there is a command, event or member; and what the runs say of it. */
export function makeCanIUse(data, showRows) {
  const packed = readEmbedded('history-data');
  const families = Object.keys(FAMILIES).filter((family) => Object.hasOwn(packed, family));
  const opened = new Map();
  const historyOf = (family) => {
    const history = opened.get(family) ?? unpack(packed[family]).then(openHistory);
    opened.set(family, history);
    return history;
  };
  const fields = makeUseFields(families);
  const answer = async () => {
    const name = fields.name.value.trim();
    keepState({ use: name });
    const family = fields.family.value;
    const history = await historyOf(family);
    fillNames(fields.names, history, family);
    if (fields.name.value.trim() !== name || fields.family.value !== family) return;
    fields.result.replaceChildren(...(name === '' ? [] : makeAnswer(name, history, data, { showRows, ask })));
  };
  const ask = (name) => {
    fields.name.value = name;
    return answer();
  };
  fields.name.addEventListener('input', answer);
  fields.name.addEventListener('focus', answer, { once: true });
  fields.family.addEventListener('change', answer);
  const node = make(
    'div',
    { class: 'can-i-use' },
    families.length === 0
      ? make('p', { class: 'empty' }, 'The page was made without schema histories.')
      : [make('div', { class: 'controls' }, fields.name, fields.names, fields.family), fields.result],
  );
  const asked = readState().use;
  if (families.length > 0 && asked) void ask(asked);
  return { node, ask, focus: () => fields.name.focus() };
}

function makeUseFields(families) {
  return {
    name: make('input', {
      type: 'search',
      list: 'history-names',
      placeholder: 'query-migrate, migrate.blk, MIGRATION.status',
      'aria-label': 'Can I use: a command, event, member, or path',
      spellcheck: 'false',
      autocomplete: 'off',
      maxlength: '300',
    }),
    names: make('datalist', { id: 'history-names' }),
    family: make(
      'select',
      { 'aria-label': 'Of which program' },
      families.map((family) => make('option', { value: family }, FAMILIES[family])),
    ),
    result: make('div', { class: 'answer', role: 'region', 'aria-live': 'polite', 'aria-label': 'Answer' }),
  };
}

function fillNames(list, { names }, family) {
  if (list.dataset.family === family) return;
  list.dataset.family = family;
  list.replaceChildren(...names.map((name) => make('option', { value: name })));
}

function makeAnswer(name, history, data, actions) {
  const found = history.find(name);
  if (found.length === 0) {
    const like = history.names
      .filter((other) => other.toLowerCase().includes(name.toLowerCase()))
      .slice(0, 20);
    const first = `No release from ${history.releases[0]} to ${history.releases.at(-1)} has '${name}'.`;
    return [
      make('p', { class: 'empty' }, first),
      like.length === 0
        ? undefined
        : make(
            'p',
            {},
            'There are ',
            like.map((other) => [askButton(other, actions), ' ']),
          ),
    ].filter((node) => node !== undefined);
  }
  const cards = found.map((place) => makeCard(place, history));
  const [only] = found;
  if (found.length > 1 || only.path.includes('/')) return cards;
  return [...cards, makeEvidence(only.path, data, actions), makeBelow(only.path, history, actions)].filter(
    Boolean,
  );
}

function askButton(name, { ask }) {
  return make('button', { type: 'button', class: 'link', onclick: () => ask(name) }, name);
}

function makeCard(place, { releases }) {
  const facts = factsOf(place);
  return make(
    'section',
    { class: 'use-card' },
    make('h2', {}, make('code', {}, place.path), make('span', { class: 'kind' }, place.kind)),
    make('p', { class: 'spans' }, describeSpans(place, releases)),
    makeStrip(place, releases),
    facts.length === 0
      ? undefined
      : make(
          'ul',
          { class: 'use-facts' },
          facts.map((fact) => make('li', {}, fact)),
        ),
  );
}

/** A box for each release; what it says to the eye stands in words above. */
function makeStrip(place, releases) {
  const states = stripOf(place, releases);
  return make(
    'div',
    { class: 'strip', 'aria-hidden': 'true' },
    releases.map((release, at) =>
      make(
        'span',
        { class: `release ${states[at]}`, title: `${release}: ${states[at]}` },
        make('span', {}, release),
      ),
    ),
  );
}

function factsOf({ types, optional, conditions, features, movedFrom, renamedFrom }) {
  const later = (changes) => changes.slice(changes.length > 1 ? 0 : changes.length);
  const type =
    types.length === 1
      ? [`type ${types[0].value}`]
      : later(types).map(({ release, value }) => `${release}: type ${value}`);
  return [
    ...type,
    ...optional.map(({ release, value }) => `${release}: ${value ? 'optional' : 'not optional'}`),
    ...conditions
      .filter(({ value }) => value.length > 0)
      .map(({ release, value }) => `${release}: only if ${value.join(' and ')}`),
    ...features.map(
      ({ release, value }) =>
        `${release}: ${value.length === 0 ? 'no feature' : `feature ${value.join(', ')}`}`,
    ),
    ...(movedFrom === undefined ? [] : [`moved from ${movedFrom}`]),
    ...(renamedFrom === undefined ? [] : [`renamed from ${renamedFrom}`]),
  ];
}

/** What the runs say of a command or event: rows that are named after it, per target. */
function makeEvidence(name, data, actions) {
  const rows = data.rows.filter(({ row }) => row.split('/').includes(name));
  const title = make('h2', {}, 'What the runs say');
  if (rows.length === 0) {
    return make(
      'section',
      { class: 'use-card' },
      title,
      make('p', { class: 'empty' }, 'No row is named after it.'),
    );
  }
  const items = data.targets.flatMap((target, column) => {
    if (target.state !== 'run') return [];
    const counts = new Map();
    for (const { cells } of rows) {
      const cell = cells[column];
      if (typeof cell !== 'number') counts.set(cell[0], (counts.get(cell[0]) ?? 0) + 1);
    }
    const badges = [...counts]
      .sort(([a], [b]) => a - b)
      .map(([verdict, count]) => [makeBadge(data.verdicts[verdict]), ` ${count} `]);
    return [make('dt', {}, target.name), make('dd', {}, badges.length === 0 ? 'not run' : badges)];
  });
  const show = () => actions.showRows(`row:*/${name} or row:*/${name}/*`);
  return make(
    'section',
    { class: 'use-card' },
    title,
    make('dl', {}, items),
    make('button', { type: 'button', class: 'link', onclick: show }, `Show ${plural(rows.length, 'row')}`),
  );
}

/** The parts of a command or event that came after it, or are deprecated, or gone. */
function makeBelow(top, history, actions) {
  const [, ...below] = history.placesOf(top);
  const changed = below.filter(
    ({ kind, isOwn, deprecated }) =>
      (kind === 'member' || kind === 'value') && (isOwn || deprecated !== undefined),
  );
  if (changed.length === 0) return undefined;
  const shown = changed.slice(0, MAX_BELOW);
  const lines = shown.map((place) =>
    make(
      'tr',
      {},
      make('td', {}, askButton(`${top}.${innerNames(place.path)}`, actions)),
      make('td', {}, place.kind),
      make('td', {}, describeSpans(place, history.releases)),
    ),
  );
  const head = ['part', 'kind', 'releases'].map((word) => make('th', { scope: 'col' }, word));
  return make(
    'section',
    { class: 'use-card' },
    make('h2', {}, 'Parts that came later, are deprecated, or gone'),
    make('table', { class: 'parts' }, make('thead', {}, make('tr', {}, head)), make('tbody', {}, lines)),
    changed.length > shown.length
      ? make('p', { class: 'cut' }, `and ${plural(changed.length - shown.length, 'more part')}`)
      : undefined,
  );
}
