/* global document */
import { make, makeBar } from './dom.js';

/** From this many columns on, columns are narrow and their heads stand upright. */
const MANY_TARGETS = 14;

/** The table of the matrix. Rows are grouped by module; every cell that was run is a button. */
export function makeTable(data, openCell) {
  const table = make('table', { class: data.targets.length > MANY_TARGETS ? 'matrix narrow' : 'matrix' });
  table.append(
    make('caption', { class: 'unseen' }, 'Verdicts of rows (transcripts) on targets'),
    make(
      'colgroup',
      {},
      make('col', { class: 'names' }),
      data.targets.map(() => make('col', { class: 'target' })),
    ),
    make('thead', {}, makeHead(data)),
  );
  const bodies = makeBodies(data);
  table.append(...bodies.map(({ body }) => body));
  table.addEventListener('click', (event) => {
    const button = event.target.closest('button.cell');
    if (button !== null) openCell(Number(button.dataset.row), Number(button.dataset.column), button);
  });
  table.addEventListener('keydown', moveByArrow);
  keepReachable(table);
  return { table, bodies };
}

function makeHead(data) {
  const heads = data.targets.map((target) => {
    const [version, ...rest] = target.name.split(' ');
    const ran = target.state === 'run';
    return make(
      'th',
      {
        scope: 'col',
        class: ran ? 'run' : 'absent',
        title: ran ? target.name : `${target.name}: ${target.reason}`,
      },
      make(
        'div',
        { class: 'head' },
        make('span', { class: 'version' }, version),
        make('span', { class: 'build' }, rest.join(' ')),
        make('span', { class: 'share' }, ran ? `${target.counts.pass ?? 0}/${target.counts.ran}` : 'not run'),
        ran ? makeBar(target.counts, data.verdicts) : make('span', { class: 'bar hatch' }),
      ),
    );
  });
  const corner = make(
    'th',
    { scope: 'col', class: 'corner' },
    make('span', {}, 'row'),
    make('small', {}, 'passed/ran'),
  );
  return make('tr', {}, corner, heads);
}

function makeBodies(data) {
  const byModule = new Map(
    data.modules.map((module) => [module.module, { module, body: make('tbody'), rows: [] }]),
  );
  for (const group of byModule.values()) group.body.append(makeModuleRow(group, data));
  data.rows.forEach((row, index) => {
    const group = byModule.get(row.module);
    const node = makeRow(row, index, data);
    group.rows.push({ row, node });
    group.body.append(node);
  });
  return [...byModule.values()];
}

function makeModuleRow({ module, body }, data) {
  const fold = make(
    'button',
    { class: 'fold', 'aria-expanded': 'true', type: 'button' },
    make('span', { class: 'arrow', 'aria-hidden': 'true' }, '▾'),
    make('span', { class: 'module-name' }, module.module),
    make('small', {}, String(module.rows)),
  );
  fold.addEventListener('click', () => {
    const folded = body.classList.toggle('folded');
    fold.setAttribute('aria-expanded', String(!folded));
  });
  const cells = module.counts.map((counts, column) => {
    if (data.targets[column].state !== 'run') return make('td', {});
    const words = `${counts.pass ?? 0}/${counts.ran}`;
    return make('td', {}, make('span', { class: 'share' }, words), makeBar(counts, data.verdicts));
  });
  return make('tr', { class: 'module' }, make('th', { scope: 'rowgroup' }, fold), cells);
}

function makeRow(row, index, data) {
  const cut = row.row.indexOf(`${row.module}/`);
  const name = cut < 0 ? row.row : row.row.slice(cut + row.module.length + 1);
  const tr = make(
    'tr',
    {},
    make('th', { scope: 'row', title: row.row }, make('span', { class: 'name' }, name)),
  );
  row.cells.forEach((cell, column) => {
    tr.append(make('td', {}, makeCell(cell, row, index, column, data)));
  });
  return tr;
}

function makeCell(cell, row, index, column, data) {
  const target = data.targets[column];
  const where = `${row.row} @ ${target.name}`;
  if (cell === 0) {
    const why = target.state === 'run' ? 'this row was not planned for this target' : target.reason;
    return make('span', {
      class: 'cell not-run',
      role: 'img',
      'aria-label': `${where}: not run: ${why}`,
      title: `not run: ${why}`,
    });
  }
  const verdict = data.verdicts[cell[0]];
  const reason = cell[4] < 0 ? '' : `: ${data.texts[cell[4]]}`;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = `cell tone-${verdict.tone}${cell[1] === 1 ? ' documented' : ''}`;
  button.tabIndex = -1;
  button.dataset.row = index;
  button.dataset.column = column;
  button.textContent = verdict.glyph;
  button.title = `${verdict.word}${reason}`;
  button.setAttribute('aria-label', `${where}: ${verdict.word}`);
  return button;
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Moves the focus to the next cell in the direction of an arrow key; Home and End go to the ends of the row. */
function moveByArrow(event) {
  const from = event.target.closest('button.cell');
  if (from === null) return;
  const next = cellFrom(from, event.key);
  if (next === undefined) return;
  event.preventDefault();
  takeFocus(next);
}

/** The cell that a key leads to from another, or `undefined`. Cells that were not run and hidden rows are passed over. */
export function cellFrom(from, key) {
  const tr = from.closest('tr');
  const inRow = [...tr.querySelectorAll('button.cell')];
  if (key === 'Home') return inRow[0];
  if (key === 'End') return inRow.at(-1);
  const step = STEPS[key];
  if (step === undefined) return undefined;
  if (step[1] !== 0) return inRow[inRow.indexOf(from) + step[1]];
  const column = `button.cell[data-column="${from.dataset.column}"]`;
  const inColumn = [...from.closest('table').querySelectorAll(column)].filter(
    (cell) => cell.offsetParent !== null,
  );
  return inColumn[inColumn.indexOf(from) + step[0]];
}

/** Makes a cell the one that the Tab key reaches, and goes there. */
export function takeFocus(cell) {
  for (const other of cell.closest('table').querySelectorAll('button.cell[tabindex="0"]'))
    other.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
}

/** Lets the Tab key reach a cell that is not hidden. */
export function keepReachable(table) {
  const current = table.querySelector('button.cell[tabindex="0"]');
  if (current !== null && current.closest('tr[hidden]') === null) return;
  if (current !== null) current.tabIndex = -1;
  const first = table.querySelector('tr:not([hidden]) > td > button.cell');
  if (first !== null) first.tabIndex = 0;
}
