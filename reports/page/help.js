/* global document */
import { make } from './dom.js';

const QUERIES = [
  ['query-status', 'rows with this text in their name'],
  ['passed in 7.2, fails in 10.0', 'comma, and, or nothing: both hold'],
  [
    'first-bad:10.0',
    'passes in the version before that was run, fails in this; also fixed-in:10.0, first-bad:*',
  ],
  ['module:block-core not passes', 'not; or and ( ) too'],
  ['rule:schema/* in 10.0/kvm', 'a finding of that rule, in these columns; * stands for anything'],
  ['blame:target or crashed', 'who is to blame: example, target, behaviour'],
  ['verdict:known-failure', 'a verdict by its word; the word alone does it, too'],
  ['reason:"absent from"', 'words of a reason; quotes hold words together'],
  ['differs', 'two columns have different verdicts'],
  ['predicted:absent in 6.2', 'not run; the schema says absent, refused or fits'],
  ['not-run in 5.2-7.2', 'columns by version, range, architecture, accelerator, or their name in quotes'],
];

const MEANINGS = [
  ['passes, passed', 'pass, or unexpected-pass: on each of the columns that ran it, and on one at least'],
  ['fails, failed', 'fail, crash, timeout, or known-failure: on one of the columns'],
  ['red', 'what makes the exit code other than 0'],
  ['ran', 'what asserted something'],
  ['documented', 'the release documents the row'],
];

const KEYS = [
  ['/', 'to the query'],
  ['arrow keys, Page Up, Page Down, Home, End', 'from cell to cell; with Ctrl to the first and last row'],
  ['Enter', 'opens the cell; then ← and → go to the next target'],
  ['Escape', 'closes what is open, empties the query'],
  ['?', 'this help'],
];

/** The help: the query language and the keys. `use` puts an example into the query. */
export function makeHelp(use) {
  const close = () => dialog.close();
  const example = (query) =>
    make(
      'button',
      {
        type: 'button',
        class: 'link',
        onclick: () => {
          close();
          use(query);
        },
      },
      query,
    );
  const dialog = make(
    'dialog',
    { class: 'help', 'aria-labelledby': 'help-title' },
    make(
      'header',
      {},
      make('div', { class: 'names' }, make('h2', { id: 'help-title', tabindex: '-1' }, 'Query and keys')),
      make('button', { type: 'button', class: 'plain', 'aria-label': 'Close', onclick: close }, '×'),
    ),
    make(
      'div',
      { class: 'content' },
      make('h3', {}, 'Queries'),
      listOfPairs(QUERIES.map(([query, meaning]) => [example(query), meaning])),
      make('h3', {}, 'Words'),
      listOfPairs(MEANINGS.map(([word, meaning]) => [make('code', {}, word), meaning])),
      make('h3', {}, 'Keys'),
      listOfPairs(KEYS.map(([key, meaning]) => [make('kbd', {}, key), meaning])),
    ),
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) close();
  });
  document.body.append(dialog);
  return {
    open: () => {
      dialog.showModal();
      dialog.querySelector('h2').focus();
    },
  };
}

function listOfPairs(pairs) {
  return make(
    'dl',
    {},
    pairs.map(([term, meaning]) => [make('dt', {}, term), make('dd', {}, meaning)]),
  );
}
