/* global document */
import { makeCauses } from './causes-view.js';
import { makeDialog } from './cell-dialog.js';
import { make, plural, readEmbedded } from './dom.js';
import { makeFilter } from './filter.js';
import { makeTable } from './matrix-table.js';
import { makeTargets } from './targets-view.js';

const LOUD = ['bad', 'error'];

function start() {
  const data = readEmbedded('matrix-data');
  const opener = {};
  const openCell = (row, column, button) => opener.open(row, column, button);
  const { table, bodies } = makeTable(data, openCell);
  const loud = data.causes.filter(({ verdict }) =>
    LOUD.includes(data.verdicts.find(({ word }) => word === verdict).tone),
  );
  const views = [
    {
      name: 'Matrix',
      nodes: [makeFilter(data, bodies, table), make('div', { class: 'scroll', tabindex: '-1' }, table)],
    },
    {
      name: 'Causes',
      count: data.causes.length,
      isLoud: loud.length > 0,
      nodes: [makeCauses(data, openCell)],
    },
    { name: 'Targets', count: data.targets.length, nodes: [makeTargets(data)] },
  ];
  document
    .getElementById('app')
    .append(makeHeader(data, views), ...makeAbsences(data), ...views.map(makeView));
  showView(views, 0);
  Object.assign(opener, makeDialog(data, table));
  opener.openByHash();
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
    'nav',
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
  const absent = data.targets.filter(({ state }) => state !== 'run');
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
