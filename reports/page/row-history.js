import { make } from './dom.js';

/**
 * What became of a row over the versions: its verdict in each column, a line for each architecture and accelerator,
 * and where it broke or was mended.
 */
export function makeRowHistory(data, rowIndex, column, openCell) {
  const row = data.rows[rowIndex];
  const lines = new Map();
  data.targets.forEach(({ name, state }, index) => {
    const line = state === 'predicted' ? 'schema' : name.split(' ').slice(1).join(' ');
    lines.set(line, [...(lines.get(line) ?? []), index]);
  });
  const changes = (row.changes ?? []).map(([isFirstBad, at, before]) => {
    const [now, then] = [data.targets[at]?.name, data.targets[before]?.name];
    return isFirstBad === 1
      ? make('p', { class: 'turn-words' }, make('b', {}, `first bad: ${now}`), ` (passes on ${then})`)
      : make('p', { class: 'turn-words' }, make('b', {}, `fixed in: ${now}`), ` (fails on ${then})`);
  });
  const items = [...lines].map(([line, columns]) =>
    make(
      'li',
      {},
      make('span', { class: 'line' }, line),
      columns.map((at) => makeStep(data, row, rowIndex, at, at === column, openCell)),
    ),
  );
  return make(
    'section',
    { class: 'row-history' },
    make('h3', {}, 'History of this row'),
    changes,
    make('ul', {}, items),
  );
}

function makeStep(data, row, rowIndex, column, isCurrent, openCell) {
  const version = data.targets[column].name.split(' ')[0];
  const cell = row.cells[column];
  if (cell === 0) return make('span', { class: 'step not-run', title: 'not run' }, `${version} `);
  const isPredicted = typeof cell === 'number';
  const verdict = isPredicted ? undefined : data.verdicts[cell[0]];
  const words = isPredicted ? `predicted: ${JSON.parse(data.predictions[cell - 1]).kind}` : verdict.word;
  const classes = isPredicted ? 'predicted' : `tone-${verdict.tone} documented`;
  return make(
    'button',
    {
      type: 'button',
      class: `step ${classes}`,
      'aria-current': isCurrent && 'true',
      title: words,
      onclick: () => openCell(rowIndex, column),
    },
    version,
    make('span', { class: 'unseen' }, `${data.targets[column].name.slice(version.length)}: ${words}`),
    isPredicted ? undefined : make('span', { 'aria-hidden': 'true' }, ` ${verdict.glyph}`),
  );
}
