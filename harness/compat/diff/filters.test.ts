import { expect } from 'chai';
import type { Definition, Member, QapiModel } from '../../qapi/model.ts';
import { diffModels } from './diff-models.ts';
import {
  alternate,
  command,
  enumOf,
  event,
  membersOf,
  modelOf,
  refTo,
  struct,
  union,
} from './fixture-models.ts';
import type { SchemaChange } from './schema-diff.ts';

type Definitions = readonly Definition[];

function changesOf(before: Definitions, after: Definitions): readonly SchemaChange[] {
  return diffModels(modelOf(before), modelOf(after)).changes;
}

function rulesOf(before: QapiModel, after: QapiModel): readonly string[] {
  return diffModels(before, after).changes.map(({ rule, paths }) => `${rule} ${paths[0] ?? ''}`);
}

const both = (type: string): Definition[] => [command('c', { x: type }, type), event('X', { x: type })];
const E = enumOf('E', ['a', 'b']);
const A = struct('A', { m: 'str' });

/** A simple union as it was written until 6.2, and the struct around its data that it abbreviates. */
const wrapper = (name: string): Definition => struct(name, { data: 'A' });

const SILENT: readonly (readonly [string, Definitions, Definitions])[] = [
  [
    'a type was renamed',
    [...both('T'), struct('T', { a: 'int' })],
    [...both('S'), struct('S', { a: 'int' })],
  ],
  [
    'members were written in another order',
    [...both('T'), struct('T', { a: 'int', b: 'str' })],
    [...both('T'), struct('T', { b: 'str', a: 'int' })],
  ],
  [
    'members moved into a common base',
    [...both('T'), struct('T', { a: 'int', b: 'str' })],
    [...both('T'), struct('B', { a: 'int' }), struct('T', { b: 'str' }, { base: 'B' })],
  ],
  [
    'arguments got a type of their own',
    [command('c', { a: 'int' })],
    [command('c', 'T'), struct('T', { a: 'int' })],
  ],
  ['a reply without members was written', [command('c')], [command('c', undefined, 'T'), struct('T', {})]],
  [
    'a member of the base moved into all branches',
    [...both('U'), E, A, struct('N', {}), union('U', { k: 'E', m: 'str' }, 'k', { a: 'N', b: 'N' })],
    [...both('U'), E, A, union('U', { k: 'E' }, 'k', { a: 'A', b: 'A' })],
  ],
  [
    'a member of all branches moved into the base',
    [...both('U'), E, A, union('U', { k: 'E' }, 'k', { a: 'A', b: 'A' })],
    [...both('U'), E, A, union('U', { k: 'E', m: 'str' }, 'k', {})],
  ],
  [
    'a union without branches became a struct',
    [...both('U'), E, union('U', { k: 'E', '*m': 'str' }, 'k', {})],
    [...both('U'), E, struct('U', { k: 'E', '*m': 'str' })],
  ],
  [
    'a simple union was written as a flat one with an enum of its own',
    [
      ...both('U'),
      enumOf('UKind', ['a']),
      A,
      wrapper('q_obj_A-wrapper'),
      union('U', { type: 'UKind' }, 'type', { a: 'q_obj_A-wrapper' }),
    ],
    [
      ...both('U'),
      enumOf('K', ['a']),
      A,
      wrapper('AWrapper'),
      struct('B', { type: 'K' }),
      union('U', 'B', 'type', { a: 'AWrapper' }),
    ],
  ],
  [
    'a type that comes inside itself was split',
    [...both('T'), struct('T', { '*t': 'T', '*a': 'int' })],
    [...both('T'), struct('T', { '*t': 'S', '*a': 'int' }), struct('S', { '*t': 'T', '*a': 'int' })],
  ],
  [
    'two types that come inside each other were merged, in a list and a union',
    [
      ...both('U'),
      E,
      struct('P', { '*l': ['S'] }),
      struct('S', { k: 'E', '*l': ['U'], '*n': 'E' }),
      union('U', { k: 'E', '*n': 'E' }, 'k', { a: 'P', b: 'P' }),
    ],
    [
      ...both('U'),
      E,
      struct('P', { '*l': ['U'] }),
      union('U', { k: 'E', '*n': 'E' }, 'k', { a: 'P', b: 'P' }),
    ],
  ],
  ['int is int64', both('int'), both('int64')],
  ['size is uint64', both('size'), both('uint64')],
  ['introspection folds integers', both('integer'), both('uint8')],
  ['any says nothing', both('any'), [...both('T'), struct('T', { a: 'int' })]],
  ['any in a list says nothing', [command('c', { x: ['any'] })], [command('c', { x: ['str'] })]],
  [
    'the reply was not known',
    [command('c', undefined, 'any', { replyUnknown: true })],
    [command('c', undefined, ['str'])],
  ],
  [
    'the reply was not known to be an object',
    [command('c', undefined, 'int', { replyUnknown: true })],
    [command('c', undefined, 'A'), A],
  ],
  [
    'a feature moved from a member to its type',
    [command('c', membersOf({ x: 'A' }, { features: ['f'] })), A],
    [command('c', { x: 'A' }), struct('A', { m: 'str' }, { features: ['f'] })],
  ],
  [
    'the alternatives of an alternate were written in another order',
    [...both('O'), alternate('O', ['str', 'int'])],
    [...both('P'), alternate('P', ['int', 'str'])],
  ],
  [
    'commands without arguments that nobody checked are checked',
    [command('c', undefined, undefined, { gen: false })],
    [command('c')],
  ],
];

describe('schema diff is silent when', () => {
  for (const [what, before, after] of SILENT) {
    it(what, () => {
      expect(changesOf(before, after)).to.deep.equal([]);
      if (!/not known|^commands/.test(what)) expect(changesOf(after, before)).to.deep.equal([]);
    });
  }

  it('hx says only that a string is taken, of which an enum tells which', () => {
    const x: Member = {
      name: 'x',
      type: refTo('str'),
      optional: false,
      features: [],
      origin: { type: 'hx' },
    };
    const after = modelOf([command('c', { x: 'E' }), E]);
    expect(rulesOf(modelOf([command('c', [x])]), after)).to.deep.equal([]);
    expect(rulesOf(modelOf([command('c', [{ ...x, origin: {} }])]), after)).to.deep.equal([
      'argument-became-enum c/arguments/x',
    ]);
  });

  it('the name x- became the feature unstable in 6.2', () => {
    const named = (name: string, features: string[], release: string): QapiModel =>
      modelOf([command(name, undefined, undefined, { features })], { release });
    expect(rulesOf(named('x-c', [], '6.1'), named('x-c', ['unstable'], '6.2'))).to.deep.equal([]);
    expect(rulesOf(named('c', [], '6.1'), named('c', ['unstable'], '6.2'))).to.deep.equal([
      'became-unstable c',
    ]);
  });

  it('introspection does not tell flags and conditions', () => {
    const source = modelOf([
      command('c', undefined, undefined, { allowPreconfig: true, successResponse: false, condition: 'A' }),
    ]);
    expect(rulesOf(source, modelOf([command('c')], { sources: ['introspection'] }))).to.deep.equal([]);
    expect(rulesOf(modelOf([command('c')], { sources: ['introspection'] }), source)).to.deep.equal([]);
  });
});

describe('schema diff says once', () => {
  it('what one type has at many paths', () => {
    const commands = ['c', 'd', 'e'].map((name) => command(name, { x: 'T', '*l': ['T'] }));
    const changes = changesOf([...commands, struct('T', {})], [...commands, struct('T', { '*a': 'int' })]);
    expect(
      changes.map(({ rule, definition, name, paths }) => [rule, definition, name, paths.length]),
    ).to.deep.equal([['argument-added', 'T', 'a', 6]]);
  });

  it('that a branch came, with its value', () => {
    const U = (values: string[]): Definitions => [
      ...both('U'),
      enumOf('E', values),
      A,
      union('U', { k: 'E' }, 'k', Object.fromEntries(values.map((value) => [value, 'A']))),
    ];
    const rules = (before: string[], after: string[]): string[] =>
      changesOf(U(before), U(after)).map(({ rule }) => rule);
    expect(rules(['a'], ['a', 'b'])).to.have.members(['value-added-to-reply', 'value-added-to-argument']);
    expect(rules(['a', 'b'], ['a'])).to.have.members([
      'value-removed-from-reply',
      'value-removed-from-argument',
    ]);
  });

  it('that a struct became a union, by its discriminator', () => {
    const U = [...both('U'), E, A];
    const after = [...U, union('U', { k: 'E' }, 'k', { a: 'A', b: 'A' })];
    const rules = changesOf([...U, struct('U', {})], after).map(({ rule, name }) => `${rule} ${name}`);
    expect(rules).to.have.members(['mandatory-argument-added k', 'reply-member-added k']);
    const back = changesOf(after, [...U, struct('U', {})]).map(({ rule, name }) => `${rule} ${name}`);
    expect(back).to.have.members(['argument-removed k', 'reply-member-removed k']);
  });

  it('nothing of arguments that are not checked before and after', () => {
    const open = (members: Record<string, string>): Definition[] => [
      command('c', members, undefined, { gen: false }),
    ];
    expect(changesOf(open({ a: 'int' }), open({ b: 'int' }))).to.deep.equal([]);
  });

  it('that a branch became conditional, with its value', () => {
    const U = (condition?: string): Definitions => {
      const marks = condition === undefined ? {} : { condition };
      const branches = {
        kind: 'union',
        name: 'U',
        features: [],
        base: membersOf({ k: 'E' }),
        discriminator: 'k',
      } as const;
      const branch = {
        name: 'a',
        type: refTo('A'),
        ...(condition !== undefined && { condition: { symbol: condition } }),
      };
      return [command('c', 'U'), enumOf('E', [['a', marks], 'b']), A, { ...branches, branches: [branch] }];
    };
    expect(changesOf(U(), U('X')).map(({ rule, paths }) => [rule, paths[0]])).to.deep.equal([
      ['became-conditional', 'c/arguments/k=a'],
    ]);
  });

  it('that a command became conditional, and not that its arguments did', () => {
    const on = (condition?: string): Definitions => [
      command('c', { a: 'int' }, 'A', condition === undefined ? {} : { condition }),
      A,
    ];
    expect(changesOf(on(), on('X')).map(({ rule }) => rule)).to.deep.equal(['became-conditional']);
  });

  it('that arguments which were not checked now are', () => {
    const before = [command('c', { t: 'str' }, undefined, { gen: false })];
    const after = [command('c', { t: 'E', id: 'str' }), E];
    expect(changesOf(before, after).map(({ rule }) => rule)).to.deep.equal(['arguments-became-checked']);
  });
});

describe('schema diff of builds', () => {
  const whole = modelOf([
    command('c', membersOf({ '*a': 'int' }, { condition: 'A' })),
    command('d', undefined, undefined, { condition: 'B' }),
    command('e'),
  ]);
  const build = (...definitions: Definition[]): QapiModel =>
    modelOf(definitions, { sources: ['introspection'] });

  it('says of what depends on conditions that it may be there elsewhere', () => {
    const { changes } = diffModels(whole, build(command('c'), command('e')));
    expect(
      changes.map(({ rule, severity, change, was, paths }) => [rule, severity, change, was, paths[0]]),
    ).to.deep.equal([
      ['absent-in-build', 'compatible', 'removed', 'A', 'c/arguments/a'],
      ['absent-in-build', 'compatible', 'removed', 'B', 'd'],
    ]);
    expect(
      diffModels(build(command('c'), command('e')), whole).changes.map(({ rule }) => rule),
    ).to.deep.equal(['absent-in-build', 'absent-in-build']);
  });

  it('says that conditions are unknown where nothing tells them', () => {
    const bare = build(command('c'));
    const both = modelOf([command('c')], { sources: ['introspection', 'qapi'] });
    const page = modelOf([command('c')], { sources: ['manual-page'] });
    const unknown = (before: QapiModel, after: QapiModel): boolean | undefined =>
      diffModels(before, after).conditionsUnknown;
    for (const [before, after] of [
      [bare, bare],
      [bare, both],
      [both, bare],
    ] as const)
      expect(unknown(before, after)).to.equal(true);
    for (const [before, after] of [
      [whole, whole],
      [whole, bare],
      [bare, whole],
      [both, both],
      [page, bare],
    ] as const)
      expect(unknown(before, after)).to.equal(undefined);
  });

  it('says of all else that it is removed', () => {
    expect(rulesOf(whole, build(command('c'), command('d')))).to.include('command-removed e');
  });

  it('names no masked types, and compares them by path', () => {
    const masked = (type: string, members: Record<string, string>): QapiModel =>
      build(command('c', type, type), struct(type, members));
    expect(rulesOf(masked('t7', { a: 'integer' }), masked('t12', { a: 'integer' }))).to.deep.equal([]);
    const { changes } = diffModels(masked('t7', { a: 'str' }), masked('t12', {}));
    expect(changes.map(({ rule, definition, name, paths }) => [rule, definition, name, paths])).to.deep.equal(
      [
        ['argument-removed', undefined, 'a', ['c/arguments/a']],
        ['reply-member-removed', undefined, 'a', ['c/returns/a']],
      ],
    );
  });
});
