import { make, makeBadge, plural } from './dom.js';

/** How many places of a cause are listed. */
const MAX_LISTED = 30;

/** What is wrong, the same cause once, with links to the cells where it shows. */
export function makeCauses(data, openCell) {
  const signs = new Map(data.verdicts.map((verdict) => [verdict.word, verdict]));
  if (data.causes.length === 0)
    return make('p', { class: 'empty' }, 'Nothing stands in the way: every cell is a pass.');
  return make(
    'div',
    { class: 'causes' },
    data.causes.map((cause) => makeCause(cause, data, signs, openCell)),
    data.moreCauses > 0
      ? make('p', { class: 'cut' }, `and ${plural(data.moreCauses, 'more cause')}`)
      : undefined,
  );
}

function makeCause(cause, data, signs, openCell) {
  const spread = `${plural(cause.rows, 'row')} on ${plural(cause.targets, 'target')}`;
  const summary = make(
    'summary',
    {},
    makeBadge(signs.get(cause.verdict)),
    make(
      'span',
      { class: 'cause' },
      cause.rule === cause.verdict ? undefined : make('code', {}, cause.rule),
      make('span', { class: 'what' }, cause.what),
    ),
    make('span', { class: 'spread' }, spread),
  );
  const details = make('details', {}, summary);
  // Filled when it is opened: a cause can show in thousands of places.
  details.addEventListener('toggle', () => {
    if (details.childElementCount > 1) return;
    details.append(makePlaces(cause, data, openCell));
  });
  return details;
}

function makePlaces(cause, data, openCell) {
  const listed = cause.places.slice(0, MAX_LISTED);
  const items = listed.map(([row, column, message, pointer]) => {
    const name = `${data.rows[row].row} @ ${data.targets[column].name}`;
    const place = message < 0 ? '' : ` message ${message}${pointer === '' ? '' : ` at ${pointer}`}`;
    return make(
      'li',
      {},
      make('button', { type: 'button', class: 'link', onclick: () => openCell(row, column) }, name),
      place,
    );
  });
  const blame = cause.blame === undefined ? '' : `${cause.blame} to blame. `;
  const expected = cause.expected === '' ? '' : `Expected: ${cause.expected}`;
  return make(
    'div',
    { class: 'places' },
    blame + expected === '' ? undefined : make('p', {}, blame + expected),
    make('ul', {}, items),
    cause.count > listed.length
      ? make('p', { class: 'cut' }, `and ${plural(cause.count - listed.length, 'more place')}`)
      : undefined,
  );
}
