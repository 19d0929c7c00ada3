import { expect } from 'chai';
import type { Definition } from '../../qapi/model.ts';
import { diffModels } from './diff-models.ts';
import { alternate, command, enumOf, event, membersOf, modelOf, struct, union } from './fixture-models.ts';
import { listRules, type RuleId } from './rules.ts';

type Definitions = readonly Definition[];
type Row = readonly [RuleId, string, Definitions, Definitions];

const E = (...values: string[]): Definition => enumOf('E', values);
const U = (base: Record<string, string>, ...with_: string[]): Definitions => [
  E('a', 'b'),
  struct('A', { '*m': 'str' }),
  struct('N', {}),
  union('U', { k: 'E', ...base }, 'k', {
    a: with_.includes('a') ? 'A' : 'N',
    b: with_.includes('b') ? 'A' : 'N',
  }),
];
const UM = (base: Record<string, string>, member: string, ...with_: string[]): Definitions => [
  ...U(base, ...with_).filter(({ name }) => name !== 'A'),
  struct('A', { [member]: 'str' }),
];
const sent = (type: string): Definition => command('c', { x: type });
const got = (type: string): Definition => command('c', undefined, type);
const T = (members: Record<string, string>): Definition => struct('T', members);
const c = command('c');

const ROWS: readonly Row[] = [
  ['command-added', 'c', [], [c]],
  ['command-removed', 'c', [c], []],
  ['oob-allowed', 'c', [c], [command('c', undefined, undefined, { allowOob: true })]],
  ['oob-refused', 'c', [command('c', undefined, undefined, { allowOob: true })], [c]],
  ['preconfig-allowed', 'c', [c], [command('c', undefined, undefined, { allowPreconfig: true })]],
  ['preconfig-refused', 'c', [command('c', undefined, undefined, { allowPreconfig: true })], [c]],
  [
    'arguments-became-checked',
    'c',
    [command('c', { '*a': 'int' }, undefined, { gen: false })],
    [command('c', { '*a': 'int' })],
  ],
  ['arguments-became-unchecked', 'c', [c], [command('c', undefined, undefined, { gen: false })]],
  ['success-response-added', 'c', [command('c', undefined, undefined, { successResponse: false })], [c]],
  ['success-response-removed', 'c', [c], [command('c', undefined, undefined, { successResponse: false })]],
  ['event-added', 'X', [], [event('X')]],
  ['event-removed', 'X', [event('X')], []],
  ['argument-added', 'c/arguments/a', [c], [command('c', { '*a': 'int' })]],
  ['mandatory-argument-added', 'c/arguments/a', [c], [command('c', { a: 'int' })]],
  ['argument-removed', 'c/arguments/a', [command('c', { '*a': 'int' })], [c]],
  [
    'argument-limited-to-branches',
    'c/arguments/k=a/m',
    [command('c', 'U'), ...U({ '*m': 'str' })],
    [command('c', 'U'), ...U({}, 'a')],
  ],
  [
    'argument-extended-to-branches',
    'c/arguments/m',
    [command('c', 'U'), ...U({}, 'a')],
    [command('c', 'U'), ...U({ '*m': 'str' })],
  ],
  [
    'mandatory-argument-added',
    'c/arguments/m',
    [command('c', 'U'), ...UM({}, 'm', 'a')],
    [command('c', 'U'), ...U({ m: 'str' })],
  ],
  [
    'argument-became-mandatory',
    'c/arguments/a',
    [command('c', { '*a': 'int' })],
    [command('c', { a: 'int' })],
  ],
  [
    'argument-became-optional',
    'c/arguments/a',
    [command('c', { a: 'int' })],
    [command('c', { '*a': 'int' })],
  ],
  [
    'argument-type-widened',
    'c/arguments/x',
    [sent('str')],
    [sent('O'), alternate('O', ['str', 'T']), T({ a: 'int' })],
  ],
  [
    'argument-type-narrowed',
    'c/arguments/x',
    [sent('O'), alternate('O', ['str', 'T']), T({ a: 'int' })],
    [sent('str')],
  ],
  ['argument-type-narrowed', 'c/arguments/x', [sent('number')], [sent('int')]],
  ['argument-became-enum', 'c/arguments/x', [sent('str')], [sent('E'), E('a')]],
  ['argument-type-changed', 'c/arguments/x', [sent('str')], [sent('int')]],
  ['argument-range-widened', 'c/arguments/x', [sent('int32')], [sent('int')]],
  ['argument-range-narrowed', 'c/arguments/x', [sent('int')], [sent('uint8')]],
  ['argument-range-narrowed', 'c/arguments/x', [sent('int')], [sent('uint64')]],
  ['value-added-to-argument', 'c/arguments/x=b', [sent('E'), E('a')], [sent('E'), E('a', 'b')]],
  ['value-removed-from-argument', 'c/arguments/x=b', [sent('E'), E('a', 'b')], [sent('E'), E('a')]],
  ['reply-member-added', 'c/returns/a', [c], [got('T'), T({ a: 'int' })]],
  ['reply-member-removed', 'c/returns/a', [got('T'), T({ a: 'int' })], [c]],
  ['reply-member-removed', 'X/data/a', [event('X', { a: 'int' })], [event('X')]],
  ['optional-reply-member-removed', 'c/returns/a', [got('T'), T({ '*a': 'int' })], [c]],
  [
    'reply-member-limited-to-branches',
    'c/returns/k=a/m',
    [got('U'), ...U({ m: 'str' })],
    [got('U'), ...UM({}, 'm', 'a')],
  ],
  [
    'reply-member-extended-to-branches',
    'c/returns/m',
    [got('U'), ...UM({}, 'm', 'a')],
    [got('U'), ...U({ m: 'str' })],
  ],
  [
    'reply-member-became-optional',
    'c/returns/a',
    [got('T'), T({ a: 'int' })],
    [got('T'), T({ '*a': 'int' })],
  ],
  [
    'reply-member-became-mandatory',
    'c/returns/a',
    [got('T'), T({ '*a': 'int' })],
    [got('T'), T({ a: 'int' })],
  ],
  ['reply-type-widened', 'c/returns', [got('int')], [got('O'), alternate('O', ['int', 'str'])]],
  ['reply-type-narrowed', 'c/returns', [got('str')], [got('E'), E('a')]],
  ['reply-type-changed', 'c/returns', [got('str')], [got('int')]],
  ['reply-type-changed', 'c/returns', [c], [got('int')]],
  ['reply-range-widened', 'c/returns', [got('uint8')], [got('size')]],
  ['reply-range-narrowed', 'c/returns', [got('size')], [got('uint32')]],
  ['value-added-to-reply', 'c/returns=b', [got('E'), E('a')], [got('E'), E('a', 'b')]],
  ['value-removed-from-reply', 'c/returns=b', [got('E'), E('a', 'b')], [got('E'), E('a')]],
  ...marks('deprecation-announced', 'deprecated'),
  ...marks('became-unstable', 'unstable'),
  ...marks('feature-added', 'f'),
  ...marks('deprecation-withdrawn', 'deprecated').map(swap),
  ...marks('became-stable', 'unstable').map(swap),
  ...marks('feature-removed', 'f').map(swap),
  ['became-conditional', 'c', [c], [command('c', undefined, undefined, { condition: 'A' })]],
  ['became-unconditional', 'c', [command('c', undefined, undefined, { condition: 'A' })], [c]],
  ...conditions('condition-widened', 'A', 'A|B'),
  ...conditions('condition-narrowed', 'A|B', 'A'),
  ...conditions('condition-changed', 'A', 'B'),
];

/** The same feature on a command, on an argument, and on the type of a reply. */
function marks(rule: RuleId, feature: string): Row[] {
  const features = { features: [feature] };
  return [
    [rule, 'c', [c], [command('c', undefined, undefined, features)]],
    [rule, 'c/arguments/a', [command('c', { a: 'int' })], [command('c', membersOf({ a: 'int' }, features))]],
    [rule, 'c/returns', [got('T'), struct('T', {})], [got('T'), struct('T', {}, features)]],
  ];
}

function conditions(rule: RuleId, was: string, now: string): Row[] {
  const on = (condition: string): Definitions => [command('c', undefined, undefined, { condition })];
  return [[rule, 'c', on(was), on(now)]];
}

function swap([rule, path, before, after]: Row): Row {
  return [rule, path, after, before];
}

describe('the rules of schema diff', () => {
  const severities = new Map(listRules().map(({ id, severity }) => [id, severity]));
  for (const [rule, path, before, after] of ROWS) {
    it(`${rule} at ${path}`, () => {
      const { changes } = diffModels(modelOf(before), modelOf(after));
      expect(changes.map((change) => [change.rule, change.paths])).to.deep.equal([[rule, [path]]]);
      if (changes[0]?.unstable !== true) expect(changes[0]?.severity).to.equal(severities.get(rule));
    });
  }

  it('are all shown above, but for the one that needs a build', () => {
    const shown = new Set(ROWS.map(([rule]) => rule));
    const ids = listRules().map(({ id }) => id);
    expect(ids.filter((id) => !shown.has(id))).to.deep.equal(['absent-in-build']);
  });

  it('have words, a section, and a name of small letters', () => {
    for (const { id, text, section } of listRules()) {
      expect(id).to.match(/^[a-z]+(-[a-z]+)+$/);
      expect(text).to.match(/[^.]$/);
      expect(section).to.match(/^qapi-code-gen, "[A-Z].*"$/);
    }
  });

  it('are one step less severe for what is unstable', () => {
    const removed = (release: string, features: string[], name: string): unknown => {
      const before = modelOf([command(name, undefined, undefined, { features })], { release });
      return diffModels(before, modelOf([], { release })).changes.map(({ severity, unstable }) => [
        severity,
        unstable,
      ]);
    };
    expect(removed('10.0', ['unstable'], 'c')).to.deep.equal([['risky', true]]);
    expect(removed('6.1', [], 'x-c')).to.deep.equal([['risky', true]]);
    expect(removed('6.2', [], 'x-c')).to.deep.equal([['breaking', undefined]]);
  });
});
