import { make, makeBar } from './dom.js';

/** The targets: what each is, and what it came to. */
export function makeTargets(data) {
  return make(
    'div',
    { class: 'targets', tabindex: '0' },
    data.targets.filter(({ state }) => state !== 'predicted').map((target) => makeTarget(target, data)),
  );
}

function makeTarget(target, data) {
  if (target.state !== 'run') {
    const why = target.state === 'missing' ? 'not run' : 'not whole, and therefore not shown';
    return make(
      'section',
      { class: 'target absent' },
      make('h2', {}, target.name),
      make('p', { class: 'reason' }, `${why}: ${target.reason}`),
    );
  }
  const { facts, counts } = target;
  const counted = data.verdicts
    .filter(({ word }) => counts[word] > 0)
    .map(({ word }) => `${counts[word]} ${word}`);
  const entries = [
    ['version', facts.version],
    ['package', facts.package],
    [facts.kind === 'qemu' ? 'binary' : 'address', facts.where],
    ['SHA-256', facts.digest],
    ['judged by', facts.schema],
    ['documented and valid', target.documented],
    ...target.runs.map(({ started, finished }) => [
      'run',
      `${dayAndTime(started)} to ${dayAndTime(finished)}`,
    ]),
  ];
  return make(
    'section',
    { class: 'target' },
    make('h2', {}, target.name),
    make('p', { class: 'share' }, `${counts.pass ?? 0} of ${counts.ran} passed`),
    makeBar(counts, data.verdicts),
    make('p', { class: 'counts' }, counted.join(' · ')),
    make(
      'dl',
      {},
      entries
        .filter(([, value]) => value)
        .map(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
    ),
  );
}

/** `2026-01-15 09:00:00 UTC` of a time as the archive writes it. */
function dayAndTime(time) {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time) ? `${time.slice(0, 10)} ${time.slice(11, 19)} UTC` : time;
}
