/* global document, matchMedia, requestAnimationFrame, window */
import { make } from './dom.js';
import { makeHead, makeModuleLine, makeRowLine, titleOfCell } from './grid-cells.js';
import { layLines, lineAt, MODULE_HEIGHT, ROW_HEIGHT } from './grid-lines.js';

/** From this many columns on, columns are narrow and their heads stand upright. */
const MANY_TARGETS = 14;

/** Lines that are kept above and below those in sight. */
const MARGIN = 12;

/** Only as many lines as are in sight stand in the document; a page of 50,000 buttons would stutter. */
export function makeGrid(data, openCell) {
  const narrow = data.targets.length > MANY_TARGETS ? ' narrow' : '';
  const body = make('tbody');
  const table = make(
    'table',
    {
      class: `matrix${narrow}`,
      role: 'grid',
      'aria-label': 'Verdicts of rows on targets',
      'aria-colcount': String(data.targets.length + 1),
    },
    make(
      'colgroup',
      {},
      make('col', { class: 'names' }),
      data.targets.map(() => make('col', { class: 'target' })),
    ),
    make('thead', {}, makeHead(data)),
    body,
  );
  const node = make('div', { class: 'scroll', tabindex: '-1' }, table);
  const spacers = [makeSpacer(data), makeSpacer(data)];
  body.append(...spacers);
  const grid = {
    data,
    node,
    table,
    body,
    spacers,
    folded: new Set(),
    wanted: data.rows.map(() => true),
    chosen: new Set(),
    laid: { lines: [], tops: [], height: 0 },
    shown: new Map(),
    at: undefined,
    isPrinting: false,
    openCell,
  };
  listenOnGrid(grid);
  relay(grid);
  return {
    node,
    /** Shows only wanted rows, and dims cells of verdicts that are not among the chosen. */
    filter: (wanted, chosen) => {
      Object.assign(grid, { wanted, chosen });
      relay(grid);
    },
    focusCell: (row, column) => focusCell(grid, row, column),
  };
}

/** Takes the place of the lines above or below; one that is hidden from nobody's reading, as it holds nothing. */
function makeSpacer(data) {
  return make(
    'tr',
    { class: 'spacer', 'aria-hidden': 'true' },
    make('td', { colspan: String(data.targets.length + 1) }),
  );
}

function listenOnGrid(grid) {
  const { node, table } = grid;
  let isAsked = false;
  const later = () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      showWindow(grid);
    });
  };
  node.addEventListener('scroll', later, { passive: true });
  new window.ResizeObserver(later).observe(node);
  table.addEventListener('click', ({ target }) => {
    const at = placeOf(target.closest('button.cell'));
    if (at === undefined) return;
    grid.at = at;
    grid.openCell(at.row, at.column);
  });
  table.addEventListener('pointerover', ({ target }) => {
    const cell = target.closest('.cell');
    const at = placeOf(cell);
    if (at === undefined || cell.title !== '') return;
    const row = grid.data.rows[at.row];
    cell.title = titleOfCell(row.cells[at.column], row, at.column, grid.data);
  });
  table.addEventListener('focusin', ({ target }) => {
    const at = placeOf(target.closest('button.cell'));
    if (at !== undefined) makeReachable(grid, at);
  });
  node.addEventListener('keydown', (event) => moveByKey(grid, event));
  // A sheet of paper does not scroll: all lines stand on it.
  const print = (isPrinting) => {
    if (grid.isPrinting === isPrinting) return;
    grid.isPrinting = isPrinting;
    showWindow(grid);
  };
  matchMedia('print').addEventListener('change', ({ matches }) => print(matches));
  window.addEventListener('beforeprint', () => print(true));
  window.addEventListener('afterprint', () => print(false));
}

/** The row and column of a cell; `undefined` for what is none. */
function placeOf(cell) {
  const tr = cell?.closest('tr[data-row]');
  if (tr === null || tr === undefined) return undefined;
  return { row: Number(tr.dataset.row), column: cell.parentNode.cellIndex - 1 };
}

/** Lays the lines out again, after rows or folds have changed. */
function relay(grid) {
  grid.laid = layLines(grid.data, grid.wanted, grid.folded);
  for (const tr of grid.shown.values()) tr.remove();
  grid.shown.clear();
  grid.table.setAttribute('aria-rowcount', String(grid.laid.lines.length + 1));
  if (grid.at === undefined || !grid.wanted[grid.at.row]) grid.at = firstCell(grid);
  showWindow(grid);
}

/** Puts the lines that are in sight, and some around them, into the document, and takes out all others. */
function showWindow(grid) {
  const { laid, node, spacers, shown } = grid;
  const [first, last] = windowOf(grid);
  const wanted = new Set();
  if (laid.lines.length > 0) {
    // Its module's head sticks to the top, however far above it stands.
    wanted.add(laid.lines[first].head);
    for (let at = first; at <= last; at++) wanted.add(at);
  }
  const active = document.activeElement;
  for (const [at, tr] of shown) {
    if (wanted.has(at)) continue;
    // The focus must not fall to the page when its line leaves.
    if (tr.contains(active)) node.focus({ preventScroll: true });
    tr.remove();
    shown.delete(at);
  }
  let before = spacers[0];
  for (const at of [...wanted].sort((a, b) => a - b)) {
    const tr = shown.get(at) ?? makeLine(grid, at);
    if (!shown.has(at)) before.after(tr);
    shown.set(at, tr);
    before = tr;
  }
  const head = laid.lines[first]?.head;
  const above = (laid.tops[first] ?? 0) - (head === first || head === undefined ? 0 : MODULE_HEIGHT);
  setHeight(spacers[0], Math.max(above, 0));
  setHeight(spacers[1], laid.height - endOfLine(laid, last));
}

function windowOf({ laid, node, isPrinting }) {
  const count = laid.lines.length;
  if (count === 0) return [0, -1];
  if (isPrinting) return [0, count - 1];
  const top = node.scrollTop;
  const height = node.clientHeight || window.innerHeight;
  const first = Math.max(lineAt(laid.tops, top) - MARGIN, 0);
  const last = Math.min(lineAt(laid.tops, top + height) + MARGIN, count - 1);
  return [first, last];
}

function endOfLine({ tops, height }, at) {
  return at < 0 ? height : (tops[at + 1] ?? height);
}

function setHeight(spacer, height) {
  spacer.firstChild.style.height = `${height}px`;
  spacer.hidden = height === 0;
}

function makeLine(grid, at) {
  const line = grid.laid.lines[at];
  const tr = line.kind === 'module' ? makeModule(grid, line) : makeRowLine(line.row, grid.data, grid.chosen);
  tr.setAttribute('aria-rowindex', String(at + 2));
  if (line.kind === 'row' && line.row === grid.at?.row) {
    tr.cells[grid.at.column + 1].firstChild.tabIndex = 0;
  }
  return tr;
}

function makeModule(grid, { module }) {
  return makeModuleLine(grid.data.modules[module], grid.folded.has(module), grid.data, () => {
    if (!grid.folded.delete(module)) grid.folded.add(module);
    relay(grid);
    const head = grid.laid.lines.findIndex((line) => line.kind === 'module' && line.module === module);
    grid.shown.get(head)?.querySelector('button').focus();
  });
}

/** The first cell that can be opened. */
function firstCell({ laid, data }) {
  for (const { kind, row } of laid.lines) {
    const column = kind === 'row' ? data.rows[row].cells.findIndex((cell) => cell !== 0) : -1;
    if (column >= 0) return { row, column };
  }
  return undefined;
}

/** Makes a cell the one that the Tab key reaches. */
function makeReachable(grid, at) {
  grid.at = at;
  for (const other of grid.table.querySelectorAll('button.cell[tabindex="0"]')) other.tabIndex = -1;
  cellNode(grid, at)?.setAttribute('tabindex', '0');
}

function cellNode({ laid, shown }, { row, column }) {
  for (const [at, tr] of shown) {
    if (laid.lines[at].kind === 'row' && laid.lines[at].row === row) return tr.cells[column + 1].firstChild;
  }
  return undefined;
}

/** Brings a cell into sight, and the focus to it. */
function focusCell(grid, row, column) {
  const line = grid.laid.lines.findIndex((one) => one.kind === 'row' && one.row === row);
  if (line < 0) return;
  makeReachable(grid, { row, column });
  bringIntoSight(grid, line);
  showWindow(grid);
  cellNode(grid, grid.at)?.focus({ preventScroll: true });
  cellNode(grid, grid.at)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function bringIntoSight({ laid, node, table }, line) {
  const head = table.tHead.offsetHeight;
  const top = laid.tops[line];
  const room = node.clientHeight - head - MODULE_HEIGHT;
  if (top - MODULE_HEIGHT < node.scrollTop) node.scrollTop = top - MODULE_HEIGHT;
  else if (top + ROW_HEIGHT > node.scrollTop + room + MODULE_HEIGHT)
    node.scrollTop = top + ROW_HEIGHT - room - MODULE_HEIGHT;
}

const PAGE = 20;

/** What each key does to the place: rows down, and cells to the right. */
const MOVES = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-PAGE, 0],
  PageDown: [PAGE, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

function moveByKey(grid, event) {
  const { at, data } = grid;
  const isOnCell = event.target === grid.node || event.target.closest('button.cell') !== null;
  const move = MOVES[event.key];
  if (!isOnCell || move === undefined || at === undefined || event.altKey || event.metaKey) return;
  event.preventDefault();
  if (event.ctrlKey && (event.key === 'Home' || event.key === 'End')) {
    moveDown(grid, move[1]);
  } else if (move[0] !== 0) {
    moveDown(grid, move[0]);
  } else {
    const column = nextColumn(data.rows[at.row].cells, at.column, move[1]);
    focusCell(grid, at.row, column);
  }
}

/** The next cell of a row that can be opened; the same where there is none. */
export function nextColumn(cells, from, step) {
  const open = cells.flatMap((cell, column) => (cell === 0 ? [] : [column]));
  const at = open.indexOf(from);
  return open[Math.min(Math.max(at + step, 0), open.length - 1)] ?? from;
}

function moveDown(grid, step) {
  const { at, data, laid } = grid;
  const open = laid.lines.flatMap(({ kind, row }) =>
    kind === 'row' && data.rows[row].cells[at.column] !== 0 ? [row] : [],
  );
  const index = Math.min(Math.max(open.indexOf(at.row) + step, 0), open.length - 1);
  const row = open[index];
  if (row !== undefined) focusCell(grid, row, at.column);
}
