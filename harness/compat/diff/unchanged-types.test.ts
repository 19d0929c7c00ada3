import { expect } from 'chai';
import type { Definition } from '../../qapi/model.ts';
import { alternate, command, enumOf, membersOf, modelOf, struct, union } from './fixture-models.ts';
import { unchangedTypes } from './unchanged-types.ts';

const BEFORE: readonly Definition[] = [
  enumOf('E', ['a', 'b']),
  struct('Leaf', { x: 'int' }),
  struct('Base', { k: 'E' }),
  union('U', 'Base', 'k', { a: 'Leaf' }),
  struct('Holder', { '*list': ['U'] }),
  alternate('Either', ['Holder', 'str']),
  struct('Tree', { '*sub': 'Tree' }),
  command('c', 'Holder'),
];
const ALL = ['Base', 'E', 'Either', 'Holder', 'Leaf', 'Tree', 'U'];

function unchangedWith(...changed: readonly Definition[]): readonly string[] {
  const names = changed.map(({ name }) => name);
  const after = [...BEFORE.filter(({ name }) => !names.includes(name)), ...changed];
  return [...unchangedTypes(modelOf(BEFORE), modelOf(after))].sort();
}

describe('unchangedTypes', () => {
  it('is all types where nothing changed', () => expect(unchangedWith()).to.deep.equal(ALL));

  const rows: readonly (readonly [what: string, changed: Definition, gone: readonly string[]])[] = [
    ['a member', struct('Leaf', { x: 'str' }), ['Leaf', 'U', 'Holder', 'Either']],
    ['whether a member is optional', struct('Leaf', { '*x': 'int' }), ['Leaf', 'U', 'Holder', 'Either']],
    [
      'a feature of a type',
      struct('Base', { k: 'E' }, { features: ['f'] }),
      ['Base', 'U', 'Holder', 'Either'],
    ],
    ['a feature of a member', struct('Tree', membersOf({ '*sub': 'Tree' }, { features: ['f'] })), ['Tree']],
    ['a condition of a member', struct('Tree', membersOf({ '*sub': 'Tree' }, { condition: 'A' })), ['Tree']],
    ['a value', enumOf('E', ['a']), ['E', 'Base', 'U', 'Holder', 'Either']],
    [
      'a feature of a value',
      enumOf('E', ['a', ['b', { features: ['f'] }]]),
      ['E', 'Base', 'U', 'Holder', 'Either'],
    ],
    ['a branch', union('U', 'Base', 'k', {}), ['U', 'Holder', 'Either']],
    ['a base', union('U', { k: 'E' }, 'k', { a: 'Leaf' }), ['U', 'Holder', 'Either']],
    ['an alternative', alternate('Either', ['Holder', 'int']), ['Either']],
    ['the kind', enumOf('Leaf', ['x']), ['Leaf', 'U', 'Holder', 'Either']],
    ['what was a name of nothing', struct('int', { y: 'str' }), ['Leaf', 'U', 'Holder', 'Either']],
  ];
  for (const [what, changed, gone] of rows) {
    it(`is without types in which ${what} changed, and those that hold them`, () =>
      expect(unchangedWith(changed)).to.deep.equal(ALL.filter((name) => !gone.includes(name))));
  }

  it('is without types that are gone', () => {
    const after = modelOf(BEFORE.filter(({ name }) => name !== 'Leaf'));
    expect([...unchangedTypes(modelOf(BEFORE), after)].sort()).to.deep.equal(['Base', 'E', 'Tree']);
  });
});
