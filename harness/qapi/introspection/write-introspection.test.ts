import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import type { JsonValue } from '../../json/value.ts';
import { modelOfText } from './model-of-text.ts';
import { modelFromIntrospection } from './read-introspection.ts';
import {
  introspectionFromModel,
  writeIntrospection,
  type IntrospectionOptions,
} from './write-introspection.ts';

const EMPTY = { name: 'q_empty', 'meta-type': 'object', members: [] };
const builtin = (name: string, jsonType: string): JsonValue => ({
  name,
  'meta-type': 'builtin',
  'json-type': jsonType,
});

/** The unmasked introspection of a schema in which command `c` takes what is given as `data`. */
function introspect(
  text: string,
  options: IntrospectionOptions = { unmask: true },
  release = '10.0',
): readonly JsonValue[] {
  return introspectionFromModel(modelOfText(text, release), options);
}

const command = (name: string, argType: string, retType = 'q_empty'): Record<string, JsonValue> => ({
  name,
  'meta-type': 'command',
  'arg-type': argType,
  'ret-type': retType,
});

describe('introspectionFromModel', () => {
  const rows: readonly (readonly [string, string, readonly JsonValue[]])[] = [
    ['a command without arguments and return', "{ 'command': 'c' }", [command('c', 'q_empty'), EMPTY]],
    [
      'allow-oob and features',
      "{ 'command': 'c', 'allow-oob': true, 'features': [ 'f' ] }",
      [{ ...command('c', 'q_empty'), 'allow-oob': true, features: ['f'] }, EMPTY],
    ],
    [
      'all integer types as int, and arrays of them',
      "{ 'command': 'c', 'data': { 'a': 'uint8', '*b': 'size', 'c': [ 'int64' ] } }",
      [
        command('c', 'q_obj_c-arg'),
        {
          name: 'q_obj_c-arg',
          'meta-type': 'object',
          members: [
            { name: 'a', type: 'int' },
            { name: 'b', type: 'int', default: null },
            { name: 'c', type: '[int]' },
          ],
        },
        EMPTY,
        builtin('int', 'int'),
        { name: '[int]', 'meta-type': 'array', 'element-type': 'int' },
      ],
    ],
    [
      'the other built-in types',
      "{ 'event': 'E', 'data': { 'a': 'str', 'b': 'number', 'c': 'bool', 'd': 'any', 'e': 'null' } }",
      [
        { name: 'E', 'meta-type': 'event', 'arg-type': 'q_obj_E-arg' },
        {
          name: 'q_obj_E-arg',
          'meta-type': 'object',
          members: ['str', 'number', 'bool', 'any', 'null'].map((type, at) => ({
            name: 'abcde'[at] ?? '',
            type,
          })),
        },
        builtin('str', 'string'),
        builtin('number', 'number'),
        builtin('bool', 'boolean'),
        builtin('any', 'value'),
        builtin('null', 'null'),
      ],
    ],
    [
      'the members of bases first, those of branches not at all, and the branches that are not written',
      `{ 'enum': 'Kin', 'data': [ 'x', 'y' ] }
       { 'struct': 'Bas', 'data': { 'k': 'Kin' } }
       { 'struct': 'Der', 'base': 'Bas', 'data': { '*n': 'bool' } }
       { 'struct': 'Xin', 'data': { 'm': { 'type': 'bool', 'features': [ 'deprecated' ] } } }
       { 'union': 'Uni', 'base': 'Der', 'discriminator': 'k', 'data': { 'x': 'Xin' } }
       { 'command': 'c', 'data': 'Uni', 'boxed': true }`,
      [
        command('c', 'Uni'),
        {
          name: 'Uni',
          'meta-type': 'object',
          members: [
            { name: 'k', type: 'Kin' },
            { name: 'n', type: 'bool', default: null },
          ],
          tag: 'k',
          variants: [
            { case: 'x', type: 'Xin' },
            { case: 'y', type: 'q_empty' },
          ],
        },
        EMPTY,
        { name: 'Kin', 'meta-type': 'enum', members: [{ name: 'x' }, { name: 'y' }], values: ['x', 'y'] },
        builtin('bool', 'boolean'),
        {
          name: 'Xin',
          'meta-type': 'object',
          members: [{ name: 'm', type: 'bool', features: ['deprecated'] }],
        },
      ],
    ],
    [
      'alternates without the names of alternatives, and no types that nothing uses',
      `{ 'alternate': 'Alt', 'data': { 's': 'str', 'n': 'null' } }
       { 'struct': 'Unused', 'data': { 'a': 'Alt' } }
       { 'command': 'c', 'data': { 'm': 'Alt' } }`,
      [
        command('c', 'q_obj_c-arg'),
        { name: 'q_obj_c-arg', 'meta-type': 'object', members: [{ name: 'm', type: 'Alt' }] },
        EMPTY,
        { name: 'Alt', 'meta-type': 'alternate', members: [{ type: 'str' }, { type: 'null' }] },
        builtin('str', 'string'),
        builtin('null', 'null'),
      ],
    ],
  ];
  for (const [what, text, expected] of rows)
    it(`writes ${what}`, () => expect(introspect(text)).to.deep.equal(expected));

  const enumText = "{ 'enum': 'Enu', 'data': [ 'a' ] } { 'command': 'c', 'data': { 'm': 'Enu' } }";
  for (const [release, attributes] of [
    ['2.5', { values: ['a'] }],
    ['6.1', { values: ['a'] }],
    ['6.2', { members: [{ name: 'a' }], values: ['a'] }],
  ] as const) {
    it(`writes the attributes of enums that ${release} has`, () =>
      expect(introspect(enumText, { unmask: true }, release)[3]).to.deep.equal({
        name: 'Enu',
        'meta-type': 'enum',
        ...attributes,
      }));
  }

  for (const [release, plain] of [
    ['2.12', { 'allow-oob': false }],
    ['3.0', {}],
  ] as const) {
    it(`writes allow-oob as ${release} has it`, () => {
      const text = "{ 'command': 'c' } { 'command': 'd', 'allow-oob': true }";
      expect(introspect(text, { unmask: true }, release).slice(0, 2)).to.deep.equal([
        { ...command('c', 'q_empty'), ...plain },
        { ...command('d', 'q_empty'), 'allow-oob': true },
      ]);
    });
  }

  it('puts the conditions of branches into wrapper structs and arrays, too (simple unions, to 6.1)', () => {
    const text = `{ 'struct': 'Sin', 'data': { 'n': 'int' }, 'if': 'defined(A)' }
      { 'union': 'Uni', 'data': { 's': { 'type': 'Sin', 'if': 'defined(A)' }, 't': 'str' } }
      { 'command': 'c', 'data': { '*l': { 'type': ['Sin'], 'if': 'defined(A)' } }, 'returns': 'Uni' }`;
    const names = (on: readonly string[]): readonly unknown[] =>
      introspectionFromModel(modelOfText(text, '5.2'), { conditions: new Set(on), unmask: true }).map(
        (entry) => entry['name'],
      );
    expect(names(['A'])).to.have.members([
      ...['c', 'Uni', 'UniKind', 'q_obj_c-arg', 'q_obj_str-wrapper', 'str'],
      ...['Sin', '[Sin]', 'q_obj_Sin-wrapper', 'int'],
    ]);
    expect(names([])).to.have.members([
      'c',
      'Uni',
      'UniKind',
      'q_obj_c-arg',
      'q_obj_str-wrapper',
      'str',
      'int',
    ]);
  });

  const conditional = `
    { 'enum': 'Kin', 'data': [ 'x', { 'name': 'y', 'if': 'A', 'features': [ { 'name': 'f', 'if': 'B' } ] } ] }
    { 'union': 'Uni', 'base': { 'k': 'Kin' }, 'discriminator': 'k', 'data': {} }
    { 'alternate': 'Tin', 'data': { 's': { 'type': 'str', 'if': { 'not': 'A' } }, 'b': 'null' } }
    { 'struct': 'Arg', 'data': { 'm': { 'type': 'Tin', 'if': { 'any': [ 'A', 'B' ] } } } }
    { 'command': 'c', 'data': { 'm': 'Arg' },
      'returns': 'Uni', 'if': { 'all': [ 'A', 'B' ] }, 'features': [ { 'name': 'g', 'if': 'A' } ] }`;
  const union = conditional.replace(
    "'data': {} }",
    "'data': { 'x': 'Emp' } } { 'struct': 'Emp', 'data': {} }",
  );

  const views: readonly (readonly [string, ReadonlySet<string> | 'all', string, JsonValue | undefined])[] = [
    ['nothing without its condition', new Set(['A']), 'c', undefined],
    [
      'a command under its condition',
      new Set(['A', 'B']),
      'c',
      { ...command('c', 'q_obj_c-arg', 'Uni'), features: ['g'] },
    ],
    ['arguments under that of their command', new Set(['B']), 'q_obj_c-arg', undefined],
    [
      'everything for all',
      'all',
      'Tin',
      { name: 'Tin', 'meta-type': 'alternate', members: [{ type: 'str' }, { type: 'null' }] },
    ],
    [
      'alternatives',
      new Set(['A']),
      'Tin',
      { name: 'Tin', 'meta-type': 'alternate', members: [{ type: 'null' }] },
    ],
    [
      'values in both attributes, and an empty list of features',
      new Set(['A']),
      'Kin',
      {
        name: 'Kin',
        'meta-type': 'enum',
        members: [{ name: 'x' }, { name: 'y', features: [] }],
        values: ['x', 'y'],
      },
    ],
    [
      'no branch for a value that is not there',
      new Set(),
      'Uni',
      {
        name: 'Uni',
        'meta-type': 'object',
        members: [{ name: 'k', type: 'Kin' }],
        tag: 'k',
        variants: [{ case: 'x', type: 'Emp' }],
      },
    ],
  ];
  for (const [what, conditions, name, expected] of views) {
    it(`writes by conditions: ${what}`, () => {
      const reply = introspectionFromModel(modelOfText(union, '10.0'), { conditions, unmask: true });
      expect(reply.find((entry) => entry['name'] === name)).to.deep.equal(expected);
    });
  }

  it('numbers types in the order of first use, whatever the build has', () => {
    const text = `{ 'struct': 'Sin', 'data': { 'n': 'int' }, 'if': 'A' }
      { 'command': 'c', 'data': 'Sin', 'if': 'A' } { 'command': 'd', 'data': { 'l': [ 'Enu' ] } }
      { 'enum': 'Enu', 'data': [ 'a' ] }`;
    expect(introspect(text, { conditions: new Set() })).to.deep.equal([
      command('d', '2', '1'),
      { name: '1', 'meta-type': 'object', members: [] },
      { name: '2', 'meta-type': 'object', members: [{ name: 'l', type: '[3]' }] },
      builtin('int', 'int'),
      { name: '[3]', 'meta-type': 'array', 'element-type': '3' },
      { name: '3', 'meta-type': 'enum', members: [{ name: 'a' }], values: ['a'] },
    ]);
  });

  it('comes back from its own model as it was', () => {
    const full = union.replace("'struct': 'Emp', 'data': {}", "'struct': 'Emp', 'data': { 'n': 'size' }");
    const reply = introspect(full);
    const model = modelFromIntrospection(reply, { release: '10.0' });
    expect(model.definitions.size).to.be.greaterThan(4);
    expect(introspectionFromModel(model, { unmask: true })).to.have.deep.members([...reply]);
  });

  it('refuses releases that have no query-qmp-schema', () =>
    expect(() => introspect("{ 'command': 'c' }", {}, '2.4')).to.throw(InputError, 'release 2.4'));

  it('is written with one entry a line', () =>
    expect(writeIntrospection(introspectionFromModel(modelOfText("{ 'command': 'c' }", '10.0')))).to.equal(
      `[
  {"name": "c", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
  {"name": "0", "meta-type": "object", "members": []}
]
`,
    ));
});
