/* global document */
import { make, plural } from './dom.js';
import { keepState, readState } from './page-state.js';
import { readQuery } from './query.js';

/** A query is typed; what is longer is no query. */
const MAX_QUERY = 1000;

/** The controls above the grid: they say which rows it shows. */
export function makeFilter(data, grid, openHelp) {
  const fields = makeFields(data);
  const chosen = new Set();
  const apply = () => {
    const query = readQuery(fields.text.value, data);
    tellError(fields, query.error);
    // While a query is being typed it is often wrong: the rows of the last right one stay.
    if (query.error !== undefined) return;
    const wants = (row) =>
      (fields.module.value === '' || row.module === fields.module.value) &&
      (!fields.differing.checked || row.differs) &&
      (chosen.size === 0 || row.cells.some((cell) => typeof cell !== 'number' && chosen.has(cell[0]))) &&
      query.test(row);
    const wanted = data.rows.map(wants);
    grid.filter(wanted, chosen);
    const count = wanted.reduce((sum, isWanted) => sum + Number(isWanted), 0);
    fields.shown.textContent = `${count.toLocaleString('en')} of ${plural(data.rows.length, 'row')}`;
    keepState(stateOf(fields, chosen, data));
    fields.clear.hidden = Object.values(stateOf(fields, chosen, data)).every((value) => value === '');
  };
  const chips = makeChips(data, chosen, apply);
  const restore = (state) => {
    fields.text.value = (state.q ?? '').slice(0, MAX_QUERY);
    fields.module.value = data.modules.some(({ module }) => module === state.module) ? state.module : '';
    fields.differing.checked = state.differs === '1';
    chosen.clear();
    for (const word of (state.verdict ?? '').split(',')) {
      const index = data.verdicts.findIndex((verdict) => verdict.word === word);
      if (index >= 0) chosen.add(index);
    }
    chips.forEach((chip, index) => chip.setAttribute('aria-pressed', String(chosen.has(index))));
    apply();
  };
  listen(fields, apply, () => restore({}), openHelp);
  restore(readState());
  const legend = { class: 'legend', role: 'group', 'aria-label': 'Verdicts: legend and filter' };
  const node = make(
    'div',
    { class: 'filter' },
    makeControls(fields),
    make('div', legend, chips, makeKey(data)),
  );
  return {
    node,
    /** Puts a query in the place of whatever filters there are. */
    use: (query) => {
      restore({ q: query });
      fields.text.focus();
    },
  };
}

function stateOf({ text, module, differing }, chosen, data) {
  return {
    q: text.value,
    module: module.value,
    differs: differing.checked ? '1' : '',
    verdict: [...chosen].map((index) => data.verdicts[index].word).join(','),
  };
}

function makeFields(data) {
  const options = data.modules.map(({ module, rows }) =>
    make('option', { value: module }, `${module} (${rows})`),
  );
  const all = make('option', { value: '' }, 'all modules');
  return {
    text: make('input', {
      type: 'search',
      placeholder: 'passed in 7.2, fails in 10.0  ( / )',
      'aria-label': 'Query: which rows to show',
      'aria-describedby': 'query-error',
      spellcheck: 'false',
      autocomplete: 'off',
      maxlength: String(MAX_QUERY),
    }),
    error: make('p', { id: 'query-error', class: 'query-error', 'aria-live': 'polite' }),
    module: make('select', { 'aria-label': 'Module' }, all, options),
    differing: make('input', { type: 'checkbox' }),
    shown: make('output', { class: 'rows-shown', 'aria-live': 'polite' }),
    clear: make('button', { type: 'button', class: 'plain' }, 'Clear'),
    help: make(
      'button',
      { type: 'button', class: 'plain', 'aria-label': 'Help: query and keys', title: 'Help ( ? )' },
      '?',
    ),
  };
}

/** An error stands under the field, with a mark under the place that is meant. */
function tellError({ text, error }, found) {
  text.setAttribute('aria-invalid', String(found !== undefined));
  error.replaceChildren(
    ...(found === undefined
      ? []
      : [make('span', { class: 'column' }, `column ${found.column}: `), `${found.message}`]),
  );
}

function makeControls({ text, error, module, differing, clear, shown, help }) {
  const onlyDifferences = make('label', { class: 'switch' }, differing, 'only differences');
  const controls = make('div', { class: 'controls' }, text, help, module, onlyDifferences, clear, shown);
  return [controls, error];
}

function listen({ text, module, differing, clear, help }, apply, reset, openHelp) {
  text.addEventListener('input', apply);
  module.addEventListener('change', apply);
  differing.addEventListener('change', apply);
  clear.addEventListener('click', reset);
  help.addEventListener('click', openHelp);
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || text.value === '') return;
    event.preventDefault();
    text.value = '';
    apply();
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (isTyping || document.querySelector('dialog[open]') !== null) return;
    if (event.key !== '/' && event.key !== '?') return;
    event.preventDefault();
    if (event.key === '?') openHelp();
    else if (text.offsetParent !== null) text.focus();
  });
}

/** The legend: each verdict with its count; pressing one shows only rows that have it. */
function makeChips(data, chosen, apply) {
  return data.verdicts.map((verdict, index) => {
    const chip = make(
      'button',
      {
        type: 'button',
        class: 'chip',
        'aria-pressed': 'false',
        title: verdict.meaning,
        disabled: verdict.count === 0,
      },
      make('span', { class: `swatch documented tone-${verdict.tone}`, 'aria-hidden': 'true' }, verdict.glyph),
      verdict.word,
      make('b', {}, verdict.count.toLocaleString('en')),
    );
    chip.addEventListener('click', () => {
      if (!chosen.delete(index)) chosen.add(index);
      chip.setAttribute('aria-pressed', String(chosen.has(index)));
      apply();
    });
    return chip;
  });
}

function makeKey({ predictions }) {
  const entry = (swatch, words, title) =>
    make('span', { class: 'key', title }, make('span', { class: `swatch ${swatch}` }), words);
  return [
    entry('documented tone-good', 'release documents it', 'The target’s release documents this example.'),
    entry('tone-good', 'release does not', 'The release does not document it: a question of compatibility.'),
    entry('not-run', 'not run'),
    predictions.length === 0 ? undefined : entry('predicted', 'not run; predicted by the schema'),
  ];
}
