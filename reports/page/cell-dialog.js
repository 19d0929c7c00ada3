/* global document */
import { make, makeBadge, plural, readPacked } from './dom.js';
import { nextColumn } from './grid.js';
import { makeMessage, makeTranscript } from './message-view.js';
import { keepState, readState } from './page-state.js';
import { makeRowHistory } from './row-history.js';

/** The dialog behind a cell. Arrow keys go on to the next cell while it is open. */
export function makeDialog(data, grid, askHistory) {
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' });
  let current;
  const step = (by) => open(current.row, nextColumn(data.rows[current.row].cells, current.column, by));
  const actions = {
    step,
    close: () => dialog.close(),
    open: (row, column) => open(row, column),
    ask: (name) => {
      dialog.close();
      askHistory(name);
    },
  };
  const open = (row, column) => {
    const shown = { row, column };
    current = shown;
    const witnesses = make('div', { class: 'witnesses' });
    dialog.replaceChildren(...makeContent(row, column, data, witnesses, actions));
    keepState({ cell: `${data.rows[row].row} @ ${data.targets[column].name}` });
    if (!dialog.open) dialog.showModal();
    // What had the focus is gone with the earlier content; without it no key would reach the dialog.
    dialog.querySelector('h2').focus();
    dialog.scrollTop = 0;
    void readPacked('dialogue-data').then((dialogues) => {
      if (current === shown) witnesses.replaceChildren(...makeWitnesses(row, column, data, dialogues));
    });
  };
  dialog.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => {
    keepState({ cell: '' });
    grid.focusCell(current.row, current.column);
    current = undefined;
  });
  document.body.append(dialog);
  return { open, openByState: () => openByState(data, open) };
}

/** Opens the cell that the address names, as `<row> @ <target>`. */
function openByState(data, open) {
  const [rowName, targetName] = (readState().cell ?? '').split(' @ ');
  const row = data.rows.findIndex((candidate) => candidate.row === rowName);
  const column = data.targets.findIndex((candidate) => candidate.name === targetName);
  if (row >= 0 && column >= 0 && data.rows[row].cells[column] !== 0) open(row, column);
}

function makeContent(row, column, data, witnesses, actions) {
  const cell = data.rows[row].cells[column];
  const history = makeRowHistory(data, row, column, actions.open);
  const inside = typeof cell === 'number' ? makePrediction(cell, data) : makeResult(cell, row, data, actions);
  return [
    makeDialogHead(row, column, data, actions),
    make('div', { class: 'content' }, inside, history, witnesses),
  ];
}

function makeDialogHead(row, column, data, actions) {
  const button = (label, glyph, action) =>
    make(
      'button',
      { type: 'button', class: 'plain', 'aria-label': label, title: label, onclick: action },
      glyph,
    );
  return make(
    'header',
    {},
    make(
      'div',
      { class: 'names' },
      make('h2', { id: 'dialog-title', tabindex: '-1', autofocus: true }, data.rows[row].row),
      make('p', {}, data.targets[column].name),
    ),
    button('Previous target', '←', () => actions.step(-1)),
    button('Next target', '→', () => actions.step(1)),
    button('Close', '×', actions.close),
  );
}

function makePrediction(cell, data) {
  const { kind, evidence, documented } = JSON.parse(data.predictions[cell - 1]);
  const words = {
    absent: 'The release has not got it',
    refused: 'The schema of the release refuses it',
    fits: 'The schema of the release allows it; only a run can tell what a target does',
  }[kind];
  return make(
    'p',
    { class: 'reason predicted' },
    make('b', {}, 'Not run; predicted by the schema. '),
    `${words}${evidence === '' ? '.' : `: ${evidence}`}`,
    kind !== 'fits' && documented ? ' The release documents it all the same.' : '',
  );
}

function makeResult(cell, row, data, actions) {
  const [verdictIndex, documented, duration, checks, reason, findingIndexes, processIndex, shrunkIndex] =
    cell;
  const command = data.rows[row].row.split('/')[2];
  const findings = findingIndexes.map((index) => JSON.parse(data.texts[index]));
  return [
    make(
      'p',
      { class: 'facts' },
      makeBadge(data.verdicts[verdictIndex]),
      make('span', {}, documented === 1 ? 'documented in this release' : 'not documented in this release'),
      make('span', {}, plural(checks, 'comparison')),
      make('span', {}, `${duration.toLocaleString('en')} ms`),
    ),
    reason < 0
      ? undefined
      : make('p', { class: `reason tone-${data.verdicts[verdictIndex].tone}` }, data.texts[reason]),
    findings.map((finding) => makeFinding(finding, data.rules, command, actions)),
    processIndex < 0 ? undefined : makeProcess(JSON.parse(data.texts[processIndex])),
    shrunkIndex < 0 ? undefined : makeShrunk(data.texts[shrunkIndex]),
  ].flat();
}

function makeWitnesses(row, column, data, dialogues) {
  const cell = data.rows[row].cells[column];
  const indexes = typeof cell === 'number' ? [] : cell[5];
  const marked = new Set(indexes.map((index) => JSON.parse(data.texts[index]).message));
  const key = `${row}:${data.targets[column].at ?? -1}`;
  return [makeExpectation(row, marked, dialogues), makeDialogue(key, dialogues)];
}

function makeFinding(finding, rules, command, actions) {
  const place = finding.message < 0 ? '' : `message ${finding.message}`;
  const name = nameInHistory(finding, command);
  const rule = Object.hasOwn(rules, finding.rule) ? rules[finding.rule] : undefined;
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
      rule === undefined ? undefined : [make('dt', {}, 'rule'), make('dd', { class: 'rule' }, rule)],
    ),
    name === undefined
      ? undefined
      : make(
          'button',
          { type: 'button', class: 'link', onclick: () => actions.ask(name) },
          `Since when is there ${name}?`,
        ),
  );
}

/** What of QAPI a finding is about, as "Can I use" takes it: the command, and the members on the way to the place. */
function nameInHistory({ rule, pointer }, command) {
  if (command === undefined || !rule.startsWith('schema/')) return undefined;
  const names = pointer
    .split('/')
    .slice(2)
    .filter((name) => !/^\d+$/.test(name));
  return [command, ...names].join('.');
}

function makeProcess({ command, code, signal, stderr }) {
  const end = signal === null ? `exit status ${code}` : `signal ${signal}`;
  return make(
    'section',
    { class: 'process' },
    make('h3', {}, `The process ended: ${end}`),
    make('pre', {}, command.join(' ')),
    stderr === '' ? undefined : make('pre', { class: 'stderr', tabindex: '0' }, stderr),
  );
}

function makeShrunk(transcript) {
  return make(
    'section',
    { class: 'process' },
    make('h3', {}, 'The least that still shows it'),
    make('pre', { class: 'stderr', tabindex: '0' }, transcript),
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

function makeDialogue(key, dialogues) {
  const dialogue = dialogues.cells[key];
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
