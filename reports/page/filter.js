/* global document */
import { make, plural } from './dom.js';
import { keepReachable } from './matrix-table.js';

/** The controls above the table. They hide rows; `bodies` are those of the table. */
export function makeFilter(data, bodies, table) {
  const fields = makeFields(data);
  const chosen = new Set();
  const apply = () => {
    const { text, module, differing, shown, clear } = fields;
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wants = ({ row }) =>
      words.every((word) => row.row.toLowerCase().includes(word)) &&
      (module.value === '' || row.module === module.value) &&
      (!differing.checked || row.differs) &&
      (chosen.size === 0 || row.cells.some((cell) => cell !== 0 && chosen.has(cell[0])));
    const count = showRows(bodies, wants);
    keepReachable(table);
    shown.textContent = `${count.toLocaleString('en')} of ${plural(data.rows.length, 'row')}`;
    clear.hidden = words.length === 0 && module.value === '' && !differing.checked && chosen.size === 0;
  };
  const choose = () => {
    apply();
    dimCells(table, chosen, data);
  };
  const chips = makeChips(data, chosen, choose);
  listen(fields, apply, () => {
    chosen.clear();
    for (const chip of chips) chip.setAttribute('aria-pressed', 'false');
    choose();
  });
  apply();
  const legend = { class: 'legend', role: 'group', 'aria-label': 'Verdicts: legend and filter' };
  return make('div', { class: 'filter' }, makeControls(fields), make('div', legend, chips, makeKey()));
}

function makeFields(data) {
  const placeholder = 'Filter rows…  ( / )';
  const options = data.modules.map(({ module, rows }) =>
    make('option', { value: module }, `${module} (${rows})`),
  );
  const all = make('option', { value: '' }, 'all modules');
  return {
    text: make('input', {
      type: 'search',
      placeholder,
      'aria-label': 'Filter rows by text',
      spellcheck: 'false',
    }),
    module: make('select', { 'aria-label': 'Module' }, all, options),
    differing: make('input', { type: 'checkbox' }),
    shown: make('output', { class: 'rows-shown', 'aria-live': 'polite' }),
    clear: make('button', { type: 'button', class: 'plain' }, 'Clear'),
  };
}

function makeControls({ text, module, differing, clear, shown }) {
  const onlyDifferences = make('label', { class: 'switch' }, differing, 'only differences');
  return make('div', { class: 'controls' }, text, module, onlyDifferences, clear, shown);
}

function listen({ text, module, differing, clear }, apply, reset) {
  text.addEventListener('input', apply);
  module.addEventListener('change', apply);
  differing.addEventListener('change', apply);
  clear.addEventListener('click', () => {
    text.value = '';
    module.value = '';
    differing.checked = false;
    reset();
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key !== '/' || isTyping || document.querySelector('dialog[open]') !== null) return;
    event.preventDefault();
    text.focus();
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

function makeKey() {
  return [
    make(
      'span',
      { class: 'key', title: 'The target’s release documents this example.' },
      make('span', { class: 'swatch documented tone-good' }),
      'release documents it',
    ),
    make(
      'span',
      { class: 'key', title: 'The release does not document it: a question of compatibility.' },
      make('span', { class: 'swatch tone-good' }),
      'release does not',
    ),
    make('span', { class: 'key' }, make('span', { class: 'swatch not-run' }), 'not run'),
  ];
}

function showRows(bodies, wants) {
  let count = 0;
  for (const { body, rows } of bodies) {
    let inBody = 0;
    for (const entry of rows) {
      const wanted = wants(entry);
      entry.node.hidden = !wanted;
      if (wanted) inBody++;
    }
    body.hidden = inBody === 0;
    count += inBody;
  }
  return count;
}

function dimCells(table, chosen, data) {
  for (const cell of table.querySelectorAll('button.cell')) {
    const verdict = data.rows[cell.dataset.row].cells[cell.dataset.column][0];
    cell.classList.toggle('dim', chosen.size > 0 && !chosen.has(verdict));
  }
}
