import { expect } from 'chai';
import { flattenModel } from '../flatten-model.ts';
import type { Definition, QapiModel } from '../../qapi/model.ts';
import { diffModels, type DiffContext } from './diff-models.ts';
import { command, enumOf, membersOf, modelOf, struct } from './fixture-models.ts';
import { releasesBetween } from './releases-between.ts';

const marked = { features: ['deprecated'] };
const plain = command('c', { '*a': 'int' });
const old = command('c', { '*a': 'int' }, undefined, marked);

type Release = readonly [string, ...Definition[]];

/** The diff of the first and the last release, the others known. */
function announcementOf(releases: readonly Release[], context: DiffContext = {}): readonly unknown[] {
  const models = releases.map(([release, ...definitions]): QapiModel => modelOf(definitions, { release }));
  const [before, after] = [models[0], models.at(-1)];
  if (!before || !after) throw new Error('no releases');
  const earlier = (): ReturnType<NonNullable<DiffContext['earlier']>> =>
    models.toReversed().map((model) => ({ release: model.release, items: flattenModel(model) }));
  const { changes } = diffModels(before, after, { earlier, ...context });
  return changes.map(({ severity, announcement }) => [severity, announcement?.text]);
}

const ROWS: readonly (readonly [string, readonly Release[], readonly unknown[]])[] = [
  [
    'two releases',
    [['6.0', plain], ['6.1', old], ['6.2', old], ['7.0']],
    ['risky', 'announced since 6.1, 2 releases before 7.0'],
  ],
  [
    'one release',
    [['6.1', plain], ['6.2', old], ['7.0']],
    ['breaking', 'announced too late: since 6.2, 1 release before 7.0'],
  ],
  [
    'what is developed after a series',
    [['6.1', old], ['6.2', old], ['6.2.50']],
    ['risky', 'announced since 6.1, 2 releases before 6.2.50'],
  ],
  ['never', [['6.1', plain], ['6.2', plain], ['7.0']], ['breaking', 'not announced']],
  [
    'withdrawn, then again',
    [['6.0', old], ['6.1', old], ['6.2', plain], ['7.0', old], ['7.1']],
    ['breaking', 'announced too late: since 7.0, 1 release before 7.1'],
  ],
  [
    'removed before the later schema',
    [['6.0', plain], ['6.1', old], ['6.2', old], ['7.0'], ['7.1']],
    ['risky', 'announced since 6.1, 2 releases before 7.0'],
  ],
  [
    'before there were features',
    [['4.1', plain], ['4.2', plain], ['5.0']],
    ['breaking', 'schemas before 5.0 cannot announce this'],
  ],
  [
    'an argument of a deprecated command',
    [
      ['7.0', old],
      ['7.1', old],
      ['7.2', command('c', undefined, undefined, marked)],
    ],
    ['risky', 'announced since 7.0, 2 releases before 7.2'],
  ],
  [
    'an argument of a deprecated type',
    [
      ['7.0', command('c', 'T'), struct('T', { '*a': 'int' }, marked)],
      ['7.2', command('c')],
    ],
    ['risky', 'announced since 7.0, 2 releases before 7.2'],
  ],
  [
    'a member',
    [
      ['7.0', command('c', membersOf({ '*a': 'int' }, marked))],
      ['7.2', command('c')],
    ],
    ['risky', 'announced since 7.0, 2 releases before 7.2'],
  ],
  [
    'a value',
    [
      ['7.0', command('c', { x: 'E' }), enumOf('E', ['a', ['b', marked]])],
      ['7.2', command('c', { x: 'E' }), enumOf('E', ['a'])],
    ],
    ['risky', 'announced since 7.0, 2 releases before 7.2'],
  ],
  [
    'a value, before values had features',
    [
      ['6.1', command('c', { x: 'E' }), enumOf('E', ['a', 'b'])],
      ['6.2', command('c', { x: 'E' }), enumOf('E', ['a'])],
    ],
    ['breaking', 'schemas before 6.2 cannot announce this'],
  ],
];

describe('judgeRemoval', () => {
  for (const [what, releases, expected] of ROWS) {
    it(`judges ${what}`, () => expect(announcementOf(releases)).to.deep.equal([expected]));
  }

  it('believes the list of deprecated features, by path and by definition', () => {
    for (const name of ['c', 'c/arguments/a']) {
      const announcements = (asked: string): string | undefined => (asked === name ? '2.12' : undefined);
      const gone: readonly Release[] = [
        ['4.2', plain],
        ['5.0', command('c')],
      ];
      expect(announcementOf(gone, { announcements }), name).to.deep.equal([
        ['risky', 'announced since 2.12, 6 releases before 5.0'],
      ]);
    }
  });

  it('asks for other releases only when something was removed', () => {
    const earlier = (): never => expect.fail('asked');
    const [before, after] = [modelOf([plain]), modelOf([plain, command('d')])];
    expect(diffModels(before, after, { earlier }).changes).to.have.length(1);
  });
});

describe('releasesBetween', () => {
  for (const [first, end, count] of [
    ['2.12', '3.0', 1],
    ['3.1.0', '4.0.0', 1],
    ['4.2', '5.0', 1],
    ['1.7', '2.0', 1],
    ['0.15', '1.0', 1],
    ['5.2', '10.2.1', 15],
    ['6.0', '6.0', 0],
  ] as const) {
    it(`${first} to ${end}`, () => expect(releasesBetween(first, end)).to.equal(count));
  }
});
