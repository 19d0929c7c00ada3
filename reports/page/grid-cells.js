import { make, makeBar } from './dom.js';

/** How a prediction is shown. None of them looks like a verdict. */
const PREDICTED = {
  absent: { glyph: '∅', words: 'the release has not got it' },
  refused: { glyph: '×', words: 'the schema refuses it' },
  fits: { glyph: '·', words: 'the schema allows it' },
};

export function makeHead(data) {
  const heads = data.targets.map((target) => {
    const [version, ...rest] = target.name.split(' ');
    const ran = target.state === 'run';
    return make(
      'th',
      { scope: 'col', class: ran ? 'run' : 'absent', title: titleOfHead(target) },
      make(
        'div',
        { class: 'head' },
        make('span', { class: 'version' }, version),
        make('span', { class: 'build' }, rest.join(' ')),
        make(
          'span',
          { class: 'share' },
          ran ? `${target.counts.pass ?? 0}/${target.counts.ran}` : shareWords(target),
        ),
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
  return make('tr', { 'aria-rowindex': '1' }, corner, heads);
}

function shareWords({ state }) {
  return state === 'predicted' ? 'predicted' : 'not run';
}

/** What a column is: the target's own version string and digest, not our name for it alone. */
function titleOfHead(target) {
  if (target.state !== 'run') return `${target.name}: ${target.reason}`;
  const { version, package: packaged, digest } = target.facts;
  const words = [target.name, `QEMU ${version}${packaged === '' ? '' : ` (${packaged})`}`];
  return [...words, ...(digest === undefined ? [] : [`SHA-256 ${digest}`])].join('\n');
}

export function makeModuleLine(module, isFolded, data, toggle) {
  const fold = make(
    'button',
    { class: 'fold', 'aria-expanded': String(!isFolded), type: 'button', onclick: toggle },
    make('span', { class: 'arrow', 'aria-hidden': 'true' }, '▾'),
    make('span', { class: 'module-name' }, module.module),
    make('small', {}, String(module.rows)),
  );
  const cells = module.counts.map((counts, column) => {
    if (data.targets[column].state !== 'run') return make('td', {});
    const words = `${counts.pass ?? 0}/${counts.ran}`;
    return make('td', {}, make('span', { class: 'share' }, words), makeBar(counts, data.verdicts));
  });
  return make('tr', { class: 'module' }, make('th', { scope: 'row' }, fold), cells);
}

/** A row; cells of other verdicts than the chosen are dimmed. */
export function makeRowLine(index, data, chosen) {
  const row = data.rows[index];
  const { suite, name } = namesOfRow(row);
  const before = suite === '' ? undefined : make('span', { class: 'suite' }, `${suite} `);
  const tr = make(
    'tr',
    {},
    make('th', { scope: 'row', title: row.row }, make('span', { class: 'name' }, before, name)),
  );
  tr.dataset.row = index;
  const turns = new Map((row.changes ?? []).map(([isFirstBad, column]) => [column, isFirstBad]));
  row.cells.forEach((cell, column) => {
    const td = cellLike(cell, data, turns.get(column), chosen);
    td.firstChild.setAttribute('aria-label', labelOf(cell, row, column, data, turns.get(column)));
    tr.append(td);
  });
  return tr;
}

/** A row's name without its module, which stands above; and the suite, where rows of several stand below one another. */
function namesOfRow({ row, module }) {
  const cut = row.indexOf(`${module}/`);
  if (cut < 0) return { suite: '', name: row };
  const suite = row.slice(0, Math.max(cut - 1, 0));
  return { suite: suite === 'examples' ? '' : suite, name: row.slice(cut + module.length + 1) };
}

/** Cells that look alike, made once and copied: the same few look alike thousands of times. */
const alike = new Map();

function cellLike(cell, data, turn, chosen) {
  const isDim = chosen.size > 0 && typeof cell !== 'number' && !chosen.has(cell[0]);
  const look = typeof cell === 'number' ? cell : `${cell[0]} ${cell[1]} ${turn ?? ''} ${isDim}`;
  let model = alike.get(look);
  if (model === undefined) {
    model = make('td', {}, makeCell(cell, data, turn, isDim));
    alike.set(look, model);
  }
  return model.cloneNode(true);
}

function makeCell(cell, data, turn, isDim) {
  if (cell === 0) return make('span', { class: 'cell not-run', role: 'img' });
  const props = { type: 'button', tabindex: '-1' };
  if (typeof cell === 'number') {
    const { kind } = JSON.parse(data.predictions[cell - 1]);
    return make('button', { ...props, class: `cell predicted predicted-${kind}` }, PREDICTED[kind].glyph);
  }
  const { tone, glyph } = data.verdicts[cell[0]];
  const classes = [
    `cell tone-${tone}`,
    cell[1] === 1 && 'documented',
    turn !== undefined && 'turn',
    isDim && 'dim',
  ];
  return make('button', { ...props, class: classes.filter(Boolean).join(' ') }, glyph);
}

/** What a screen reader says: where the cell is, and what came of it. */
function labelOf(cell, row, column, data, turn) {
  const where = `${row.row} @ ${data.targets[column].name}`;
  if (cell === 0) return `${where}: not run: ${whyNotRun(data.targets[column])}`;
  if (typeof cell !== 'number') return `${where}: ${data.verdicts[cell[0]].word}${turnWords(turn)}`;
  return `${where}: not run; predicted: ${PREDICTED[JSON.parse(data.predictions[cell - 1]).kind].words}`;
}

/** What stands beside the pointer that rests on a cell. */
export function titleOfCell(cell, row, column, data) {
  if (cell === 0) return `not run: ${whyNotRun(data.targets[column])}`;
  if (typeof cell === 'number') {
    const { kind, evidence } = JSON.parse(data.predictions[cell - 1]);
    return `not run; predicted: ${evidence === '' ? PREDICTED[kind].words : evidence}`;
  }
  const turn = (row.changes ?? []).find(([, at]) => at === column)?.[0];
  const reason = cell[4] < 0 ? '' : `: ${data.texts[cell[4]]}`;
  return `${data.verdicts[cell[0]].word}${turnWords(turn)}${reason}`;
}

function turnWords(turn) {
  if (turn === undefined) return '';
  return turn === 1 ? ', first bad version' : ', fixed in this version';
}

function whyNotRun({ state, reason }) {
  return state === 'run' ? 'this row was not planned for this target' : reason;
}
