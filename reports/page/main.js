/* global document, window */
import { makeCanIUse } from './can-i-use.js';
import { makeCauses } from './causes-view.js';
import { makeDialog } from './cell-dialog.js';
import { make, plural, readEmbedded } from './dom.js';
import { makeFilter } from './filter.js';
import { makeGrid } from './grid.js';
import { makeHelp } from './help.js';
import { keepState, readState } from './page-state.js';
import { makeTargets } from './targets-view.js';

const LOUD = ['bad', 'error'];

function start() {
  const data = readEmbedded('matrix-data');
  const later = {};
  const openCell = (row, column) => later.dialog.open(row, column);
  const show = (name) =>
    showView(
      views,
      views.findIndex((view) => view.name === name),
    );
  const grid = makeGrid(data, openCell);
  const help = makeHelp((query) => {
    show('Matrix');
    filter.use(query);
  });
  const filter = makeFilter(data, grid, help.open);
  const canIUse = makeCanIUse(data, (query) => {
    show('Matrix');
    filter.use(query);
  });
  const loud = data.causes.filter(({ verdict }) =>
    LOUD.includes(data.verdicts.find(({ word }) => word === verdict).tone),
  );
  const views = [
    { name: 'Matrix', nodes: [filter.node, grid.node] },
    {
      name: 'Causes',
      count: data.causes.length + data.moreCauses,
      isLoud: loud.length > 0,
      nodes: [makeCauses(data, openCell)],
    },
    {
      name: 'Targets',
      count: data.targets.filter(({ state }) => state !== 'predicted').length,
      nodes: [makeTargets(data)],
    },
    { name: 'Can I use', nodes: [canIUse.node] },
  ];
  document
    .getElementById('app')
    .append(makeHeader(data, views), make('main', {}, ...makeAbsences(data), ...views.map(makeView)));
  const given = views.findIndex(({ name }) => name === readState().view);
  showView(views, Math.max(given, 0));
  later.dialog = makeDialog(data, grid, (name) => {
    show('Can I use');
    void canIUse.ask(name);
    canIUse.focus();
  });
  later.dialog.openByState();
  window.addEventListener('hashchange', () => later.dialog.openByState());
}

function makeHeader(data, views) {
  const ran = data.targets.filter(({ state }) => state === 'run').length;
  const suites = data.suites.length > 0 ? [`suite ${data.suites.join(', ')}`] : [];
  const facts = [
    `${plural(data.rows.length, 'row')} × ${plural(ran, 'target')}`,
    ...suites,
    `run in ${data.wallTime}`,
  ];
  const tabs = views.map((view, index) => {
    view.id = `view-${index}`;
    view.tab = make(
      'button',
      {
        type: 'button',
        role: 'tab',
        id: `tab-${index}`,
        'aria-controls': view.id,
        onclick: () => showView(views, index),
      },
      view.name,
      view.count === undefined
        ? undefined
        : make('small', { class: view.isLoud ? 'loud' : 'quiet' }, String(view.count)),
    );
    return view.tab;
  });
  const list = make(
    'div',
    { role: 'tablist', 'aria-label': 'Views', onkeydown: (event) => moveTab(event, views) },
    tabs,
  );
  return make(
    'header',
    { class: 'page' },
    make('h1', {}, data.title),
    make('p', {}, facts.join(' · ')),
    list,
  );
}

/** What was not run is said before anything else. */
function makeAbsences(data) {
  const absent = data.targets.filter(({ state }) => state === 'missing' || state === 'not-whole');
  if (absent.length === 0) return [];
  const items = absent.map(({ name, state, reason }) =>
    make('li', {}, make('b', {}, name), state === 'missing' ? ' not run: ' : ' not whole: ', reason),
  );
  return [make('ul', { class: 'absences' }, items)];
}

function makeView(view, index) {
  view.node = make(
    'section',
    { id: view.id, class: 'view', role: 'tabpanel', 'aria-labelledby': `tab-${index}` },
    view.nodes,
  );
  return view.node;
}

function showView(views, shown) {
  keepState({ view: shown === 0 ? '' : views[shown].name });
  views.forEach((view, index) => {
    const isShown = index === shown;
    view.tab.setAttribute('aria-selected', String(isShown));
    view.tab.tabIndex = isShown ? 0 : -1;
    view.node.classList.toggle('shown', isShown);
  });
}

function moveTab(event, views) {
  const at = views.findIndex(({ tab }) => tab === document.activeElement);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next = step === undefined ? undefined : views[at + step];
  if (next === undefined) return;
  event.preventDefault();
  showView(views, at + step);
  next.tab.focus();
}

start();
