/* global document, history, location */
import { make, makeBadge, plural, readEmbedded } from './dom.js';
import { cellFrom, takeFocus } from './matrix-table.js';
import { makeMessage, makeTranscript } from './message-view.js';

/** The dialog behind a cell. Arrow keys go on to the next cell while it is open. */
export function makeDialog(data, table) {
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' });
  let dialogues;
  let current;
  const open = (row, column, button) => {
    dialogues ??= readEmbedded('dialogue-data');
    current = button ?? cellOf(table, row, column);
    dialog.replaceChildren(
      ...makeContent(row, column, data, dialogues, { step, close: () => dialog.close() }),
    );
    history.replaceState(null, '', `#${encodeURIComponent(nameOf(row, column, data))}`);
    if (!dialog.open) dialog.showModal();
    // What had the focus is gone with the earlier content; without it no key would reach the dialog.
    dialog.querySelector('h2').focus();
    dialog.scrollTop = 0;
  };
  const step = (key) => {
    const next = current === null ? undefined : cellFrom(current, key);
    if (next !== undefined) open(Number(next.dataset.row), Number(next.dataset.column), next);
  };
  dialog.addEventListener('keydown', (event) => {
    if (!/^Arrow(Left|Right)$/.test(event.key)) return;
    event.preventDefault();
    step(event.key);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    history.replaceState(null, '', location.pathname + location.search);
    if (current !== null && current.offsetParent !== null) takeFocus(current);
  });
  document.body.append(dialog);
  return { open, openByHash: () => openByHash(data, open) };
}

/** Opens the cell that the address names after `#`, as `<row> @ <target>`. */
function openByHash(data, open) {
  let name;
  try {
    name = decodeURIComponent(location.hash.slice(1));
  } catch {
    return;
  }
  const [rowName, targetName] = name.split(' @ ');
  const row = data.rows.findIndex((candidate) => candidate.row === rowName);
  const column = data.targets.findIndex((candidate) => candidate.name === targetName);
  if (row >= 0 && column >= 0 && data.rows[row].cells[column] !== 0) open(row, column);
}

function nameOf(row, column, data) {
  // Half a surrogate pair cannot stand in an address.
  return `${data.rows[row].row} @ ${data.targets[column].name}`.toWellFormed();
}

function cellOf(table, row, column) {
  return table.querySelector(`button.cell[data-row="${row}"][data-column="${column}"]`);
}

function makeContent(row, column, data, dialogues, actions) {
  const [verdictIndex, documented, duration, checks, reason, findingIndexes, processIndex, shrunkIndex] =
    data.rows[row].cells[column];
  const findings = findingIndexes.map((index) => JSON.parse(data.texts[index]));
  const marked = new Set(findings.map(({ message }) => message));
  const button = (label, glyph, action) =>
    make(
      'button',
      { type: 'button', class: 'plain', 'aria-label': label, title: label, onclick: action },
      glyph,
    );
  const header = make(
    'header',
    {},
    make(
      'div',
      { class: 'names' },
      make('h2', { id: 'dialog-title', tabindex: '-1', autofocus: true }, data.rows[row].row),
      make('p', {}, data.targets[column].name),
    ),
    button('Previous target', '←', () => actions.step('ArrowLeft')),
    button('Next target', '→', () => actions.step('ArrowRight')),
    button('Close', '×', actions.close),
  );
  const facts = make(
    'p',
    { class: 'facts' },
    makeBadge(data.verdicts[verdictIndex]),
    make('span', {}, documented === 1 ? 'documented in this release' : 'not documented in this release'),
    make('span', {}, plural(checks, 'comparison')),
    make('span', {}, `${duration.toLocaleString('en')} ms`),
  );
  return [
    header,
    make(
      'div',
      { class: 'content' },
      facts,
      reason < 0
        ? undefined
        : make('p', { class: `reason tone-${data.verdicts[verdictIndex].tone}` }, data.texts[reason]),
      findings.map(makeFinding),
      processIndex < 0 ? undefined : makeProcess(JSON.parse(data.texts[processIndex])),
      shrunkIndex < 0 ? undefined : makeShrunk(data.texts[shrunkIndex]),
      make(
        'div',
        { class: 'witnesses' },
        makeExpectation(row, marked, dialogues),
        makeDialogue(row, column, dialogues),
      ),
    ),
  ];
}

function makeFinding(finding) {
  const place = finding.message < 0 ? '' : `message ${finding.message}`;
  return make(
    'section',
    { class: 'finding' },
    make(
      'h3',
      {},
      make('code', {}, finding.rule),
      make('span', { class: 'blame' }, `${finding.blame} to blame`),
      place === '' ? undefined : make('span', {}, place),
      finding.pointer === '' ? undefined : make('code', { class: 'pointer' }, finding.pointer),
    ),
    make(
      'dl',
      {},
      make('dt', {}, 'found'),
      make('dd', {}, finding.what),
      make('dt', {}, 'expected'),
      make('dd', {}, finding.expected),
    ),
  );
}

function makeProcess({ command, code, signal, stderr }) {
  const end = signal === null ? `exit status ${code}` : `signal ${signal}`;
  return make(
    'section',
    { class: 'process' },
    make('h3', {}, `The process ended: ${end}`),
    make('pre', {}, command.join(' ')),
    stderr === '' ? undefined : make('pre', { class: 'stderr' }, stderr),
  );
}

function makeShrunk(transcript) {
  return make(
    'section',
    { class: 'process' },
    make('h3', {}, 'The least that still shows it'),
    make('pre', { class: 'stderr' }, transcript),
  );
}

function makeExpectation(row, marked, dialogues) {
  const index = dialogues.expectations[row];
  const body =
    index < 0
      ? make('p', { class: 'empty' }, 'The transcript is not at hand.')
      : makeTranscript(dialogues.texts[index], marked);
  return make('section', {}, make('h3', {}, 'Transcript'), body);
}

function makeDialogue(row, column, dialogues) {
  const dialogue = dialogues.cells[`${row}:${column}`];
  const title = make('h3', {}, 'Dialogue');
  if (dialogue === undefined) {
    return make('section', {}, title, make('p', { class: 'empty' }, 'No message went over the wire.'));
  }
  const list = (messages) =>
    make(
      'ol',
      { class: 'dialogue' },
      messages.map((message) => makeMessage(message, dialogues.texts)),
    );
  const { prepare, messages, omitted } = dialogue;
  const summary = make('summary', {}, `preparation of the stage: ${plural(prepare.length, 'message')}`);
  return make(
    'section',
    {},
    title,
    prepare.length === 0 ? undefined : make('details', { class: 'front' }, summary, list(prepare)),
    list(messages),
    omitted === 0 ? undefined : make('p', { class: 'cut' }, `${plural(omitted, 'more message')} left out`),
  );
}
