import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { findTopFile, releaseOfTree } from './find-top-file.ts';
import { withTree } from './fixture-tree.ts';
import type { Definition, QapiModel } from './model.ts';
import { readQapi } from './read-qapi.ts';

function read(text: string, release = '10.0'): QapiModel {
  return withTree({ 'top.json': text }, (folder) =>
    readQapi(join(folder, 'top.json'), { family: 'qmp', release }),
  );
}

function definition(text: string, name: string, release?: string): Definition | undefined {
  return read(text, release).definitions.get(name);
}

/** The error, with the folder cut out of it. */
function errorOf(files: Readonly<Record<string, string>>, release = '10.0'): string {
  return withTree(files, (folder) => {
    try {
      readQapi(join(folder, 'top.json'), { family: 'qmp', release });
    } catch (error) {
      if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
      throw error;
    }
    return 'no error';
  });
}

const member = (name: string, type: string, rest: object = {}): object => ({
  name,
  type: { name: type },
  optional: false,
  features: [],
  ...rest,
});

describe('readQapi', () => {
  it('reads an enum with conditional values and features', () => {
    const text = `# a comment
{ 'enum': 'Color', 'prefix': 'C',
  'data': [ 'red', # another
            { 'name': '4-color', 'if': 'CONFIG_X', 'features': [ 'unstable', { 'name': 'f', 'if': 'Y' } ] } ] }`;
    expect(definition(text, 'Color')).to.deep.equal({
      kind: 'enum',
      name: 'Color',
      place: { file: 'top.json', line: 2 },
      features: [],
      values: [
        { name: 'red', features: [] },
        {
          name: '4-color',
          condition: { symbol: 'CONFIG_X' },
          features: [{ name: 'unstable' }, { name: 'f', condition: { symbol: 'Y' } }],
        },
      ],
    });
  });

  it('reads a struct with base, optional members, arrays, conditions and features', () => {
    const text = `{ 'struct': 'Base', 'data': { 'id': 'str' } }
{ 'struct': 'Cup', 'base': 'Base', 'features': [ 'deprecated' ], 'if': { 'all': [ 'A', 'B' ] },
  'data': { '*sizes': [ 'uint64' ], 'x': { 'type': 'int', 'if': { 'not': 'C' }, 'features': [ 'unstable' ] } } }`;
    expect(definition(text, 'Cup')).to.deep.equal({
      kind: 'struct',
      name: 'Cup',
      place: { file: 'top.json', line: 2 },
      condition: { all: [{ symbol: 'A' }, { symbol: 'B' }] },
      features: [{ name: 'deprecated' }],
      base: 'Base',
      members: [
        { name: 'sizes', type: { array: { name: 'uint64' } }, optional: true, features: [] },
        member('x', 'int', { condition: { not: { symbol: 'C' } }, features: [{ name: 'unstable' }] }),
      ],
    });
  });

  it('reads a union with inline base, and adds the branches that have no members', () => {
    const text = `{ 'enum': 'Kind', 'data': [ 'a', { 'name': 'b', 'if': 'X' }, 'c' ] }
{ 'struct': 'A', 'data': { 'n': 'int' } }
{ 'union': 'U', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'a': { 'type': 'A', 'if': 'Y' } } }`;
    expect(definition(text, 'U')).to.deep.include({
      base: [member('kind', 'Kind')],
      discriminator: 'kind',
      branches: [
        { name: 'a', type: { name: 'A' }, condition: { symbol: 'Y' } },
        { name: 'b', type: undefined, condition: { symbol: 'X' } },
        { name: 'c', type: undefined },
      ],
    });
  });

  it('lets a union be the branch of a union, and a struct its base', () => {
    const text = `{ 'enum': 'K', 'data': [ 'a' ] }
{ 'struct': 'B', 'data': { 'k': 'K' } }
{ 'struct': 'L', 'data': {} }
{ 'union': 'Inner', 'base': { 'j': 'K' }, 'discriminator': 'j', 'data': { 'a': 'L' } }
{ 'union': 'Outer', 'base': 'B', 'discriminator': 'k', 'data': { 'a': 'Inner' } }`;
    expect(definition(text, 'Outer')).to.deep.include({
      base: 'B',
      branches: [{ name: 'a', type: { name: 'Inner' } }],
    });
  });

  it('stores a simple union as the flat union that it abbreviates', () => {
    const { definitions } = read(
      `{ 'struct': 'S', 'data': { 'n': 'int' } }
{ 'union': 'U', 'data': { 'one': 'S', 'many': [ 'S' ], 'more': { 'type': 'S', 'if': 'defined(X)' } } }`,
      '5.2',
    );
    expect(definitions.get('U')).to.deep.include({
      base: [member('type', 'UKind')],
      discriminator: 'type',
      branches: [
        { name: 'one', type: { name: 'q_obj_S-wrapper' } },
        { name: 'many', type: { name: 'q_obj_SList-wrapper' } },
        { name: 'more', type: { name: 'q_obj_S-wrapper' }, condition: { symbol: 'X' } },
      ],
    });
    expect(definitions.get('UKind')).to.deep.include({
      values: [
        { name: 'one', features: [] },
        { name: 'many', features: [] },
        { name: 'more', features: [], condition: { symbol: 'X' } },
      ],
    });
    expect(definitions.get('q_obj_SList-wrapper')).to.deep.include({
      members: [{ name: 'data', type: { array: { name: 'S' } }, optional: false, features: [] }],
    });
  });

  it('reads an alternate', () => {
    const text = `{ 'struct': 'S', 'data': {} }
{ 'alternate': 'Alt', 'data': { 's': 'S', 'n': 'int', 't': 'str', 'l': [ 'S' ], 'z': 'null', 'b': 'bool' } }`;
    expect(definition(text, 'Alt')).to.have.property('alternatives').with.length(6);
  });

  it('reads the flags of a command', () => {
    const text = `{ 'struct': 'S', 'data': {} }
{ 'command': 'c', 'data': 'S', 'boxed': true, 'returns': [ 'S' ], 'gen': false, 'success-response': false,
  'allow-oob': true, 'allow-preconfig': true }
{ 'command': 'd', 'coroutine': true }`;
    expect(definition(text, 'c')).to.deep.include({
      arguments: { type: 'S' },
      returns: { array: { name: 'S' } },
      gen: false,
      successResponse: false,
      allowOob: true,
      allowPreconfig: true,
    });
    expect(definition(text, 'd')).to.deep.include({
      arguments: undefined,
      returns: undefined,
      gen: true,
      successResponse: true,
      allowOob: false,
      allowPreconfig: false,
    });
  });

  it('reads an event with data and one without', () => {
    const text = `{ 'event': 'E', 'data': { '*n': 'int' } } { 'event': 'F' } { 'event': 'G', 'data': {} }`;
    expect(definition(text, 'E')).to.deep.include({
      arguments: { members: [member('n', 'int', { optional: true })] },
    });
    expect(definition(text, 'F')).to.deep.include({ arguments: undefined });
    expect(definition(text, 'G')).to.deep.include({ arguments: undefined });
  });

  it('reads what was written before 2.5', () => {
    const text = `{ 'type': 'T', 'data': { 'in': { 'major': 'int' }, '*any': '**', }, }
{ 'enum': 'E'
  'data': [ 'x', ] }
{ 'union': 'Ref', 'discriminator': {}, 'data': { 'd': 'T', 's': 'str' } }
{ 'command': 'c', 'data': { 'p': 'dict' }, 'gen': 'no', 'success-response': 'no', 'returns': 'visitor' }`;
    const { definitions } = read(text, '2.0');
    expect(definitions.get('T')).to.deep.include({
      kind: 'struct',
      members: [member('in', 'q_obj_T-in'), member('any', 'any', { optional: true })],
    });
    expect(definitions.get('q_obj_T-in')).to.deep.include({ members: [member('major', 'int')] });
    expect(definitions.get('Ref')).to.have.property('kind', 'alternate');
    expect(definitions.get('c')).to.deep.include({
      gen: false,
      successResponse: false,
      returns: { name: 'any' },
    });
  });

  it('includes each file once, in the order of the includes, and keeps places relative to the tree', () => {
    const files = {
      'qapi/qapi-schema.json': `{ 'include': 'a.json' } { 'include': 'sub/b.json' } { 'include': '../qapi/a.json' }`,
      'qapi/a.json': `{ 'include': 'sub/b.json' }\n{ 'command': 'a' }`,
      'qapi/sub/b.json': `##\n# @b: text with 'quotes' { and } brackets\n##\n{ 'command': 'b' }`,
    };
    withTree(files, (folder) => {
      const { definitions } = readQapi(join(folder, 'qapi/qapi-schema.json'), {
        family: 'qmp',
        release: '10.0',
      });
      expect([...definitions.values()].map(({ name, place }) => [name, place])).to.deep.equal([
        ['b', { file: 'qapi/sub/b.json', line: 4 }],
        ['a', { file: 'qapi/a.json', line: 2 }],
      ]);
    });
  });

  it('knows the pragmas of all ages', () => {
    const names = [
      'returns-whitelist',
      'name-case-whitelist',
      'command-name-exceptions',
      'documentation-exceptions',
    ];
    const lists = names.map((name) => `'${name}': [ 'x' ]`).join(', ');
    expect(read(`{ 'pragma': { 'doc-required': true, ${lists} } }`).definitions.size).to.equal(0);
  });
});

describe('readQapi refuses', () => {
  const cases: readonly (readonly [string, string, string?])[] = [
    // text
    [`'x'`, "top.json:1:1: expected '{'"],
    [`{ 'a': 'b' `, "top.json:1:12: expected ',' or '}'"],
    [`{ 'enum': 'E', 'data': [ 'a' 'b' ] }`, "top.json:1:30: expected ',' or ']'"],
    [`{ 'enum': 'E', 'data': [ 'a', ] }`, "top.json:1:31: expected '{', '[', string, or boolean"],
    [`{ 'enum' 'E' }`, "top.json:1:10: expected ':'"],
    [`{ enum: 'E' }`, "top.json:1:3: stray 'enum'"],
    [`{ 'enum': "E" }`, `top.json:1:11: stray '"'`],
    [`{ 'a': 1 }`, "top.json:1:8: stray '1'"],
    [`{ true: 'E' }`, "top.json:1:3: expected string or '}'"],
    [`\n{ 'enum': 'E\n' }`, "top.json:2:11: missing terminating '"],
    [`{ 'enum': 'E`, "top.json:1:11: missing terminating '"],
    [`{ 'enum': 'é' }`, 'top.json:1:12: character in string is not printable ASCII'],
    [`{ 'enum': 'a\\nb' }`, 'top.json:1:13: unknown escape \\n'],
    [`{ 'enum': 'E', 'enum': 'F' }`, "top.json:1:16: duplicate key 'enum'"],
    [`{ 'a': ${'['.repeat(200)}`, 'top.json:1:72: nesting of more than 64 levels'],
    // directives
    [`{ 'include': 'a.json', 'if': 'X' }`, "top.json:1: invalid 'include' directive"],
    [`{ 'include': [ 'a.json' ] }`, "top.json:1: value of 'include' must be a string"],
    [`{ 'pragma': { 'no-such': true } }`, "top.json:1: unknown pragma 'no-such'"],
    [`{ 'pragma': { 'doc-required': 'yes' } }`, "top.json:1: pragma 'doc-required' must be boolean"],
    [
      `{ 'pragma': { 'returns-whitelist': [ true ] } }`,
      "top.json:1: pragma 'returns-whitelist' must be a list of strings",
    ],
    [`{ 'pragma': [] }`, "top.json:1: value of 'pragma' must be an object"],
    [`{ 'pragma': {}, 'x': 'y' }`, "top.json:1: invalid 'pragma' directive"],
    // shape
    [`{}`, 'top.json:1: expression is missing metatype'],
    [`{ 'type': 'T', 'data': {} }`, 'top.json:1: expression is missing metatype'],
    [`{ 'struct': true, 'data': {} }`, "top.json:1: 'struct' key must have a string value"],
    [`{ 'struct': '1x', 'data': {} }`, "top.json:1: In struct '1x': struct '1x' is not a valid name"],
    [`{ 'struct': 'S' }`, "top.json:1: In struct 'S': struct misses key 'data'"],
    [
      `{ 'struct': 'S', 'data': {}, 'gen': false }`,
      "top.json:1: In struct 'S': struct has unknown key 'gen'",
    ],
    [`{ 'struct': 'S', 'data': [] }`, "top.json:1: In struct 'S': 'data' should be an object or type name"],
    [`{ 'struct': 'S', 'data': {}, 'base': {} }`, "top.json:1: In struct 'S': 'base' should be a type name"],
    [
      `{ 'struct': 'S', 'data': { 'a b': 'int' } }`,
      "top.json:1: In struct 'S': 'data' member 'a b' is not a valid name",
    ],
    [
      `{ 'struct': 'S', 'data': { 'a': { 'typ': 'int' } } }`,
      "top.json:1: In struct 'S': 'data' member 'a' misses key 'type'",
    ],
    [
      `{ 'struct': 'S', 'data': { 'a': true } }`,
      "top.json:1: In struct 'S': 'data' member 'a' should be a type name or a list that holds one",
    ],
    [
      `{ 'struct': 'S', 'data': { 'a': [ 'int', 'str' ] } }`,
      "top.json:1: In struct 'S': 'data' member 'a': array type must contain a single type name",
    ],
    [
      `{ 'struct': 'S', 'data': {}, 'features': 'x' }`,
      "top.json:1: In struct 'S': 'features' of struct 'S' must be a list",
    ],
    [
      `{ 'struct': 'S', 'data': {}, 'features': [ 'x', 'x' ] }`,
      "top.json:1: In struct 'S': feature 'x' is defined twice",
    ],
    [
      `{ 'struct': 'S', 'data': {}, 'features': [ { 'if': 'X' } ] }`,
      "top.json:1: In struct 'S': feature of struct 'S' misses key 'name'",
    ],
    [
      `{ 'struct': 'S', 'data': {}, 'if': 'defined(X)' }`,
      "top.json:1: In struct 'S': struct 'S': 'if' condition 'defined(X)' is not a valid identifier",
    ],
    [`{ 'enum': 'E', 'data': {} }`, "top.json:1: In enum 'E': 'data' must be a list"],
    [
      `{ 'enum': 'E', 'data': [ true ] }`,
      "top.json:1: In enum 'E': 'data' value must be a string or an object",
    ],
    [`{ 'enum': 'E', 'data': [ 'a', 'a' ] }`, "top.json:1: In enum 'E': value 'a' is defined twice"],
    [`{ 'enum': 'E', 'data': [ '?' ] }`, "top.json:1: In enum 'E': value '?' is not a valid name"],
    [`{ 'enum': 'E', 'data': [], 'prefix': true }`, "top.json:1: In enum 'E': 'prefix' must be a string"],
    [`{ 'union': 'U', 'data': {} }`, "top.json:1: In union 'U': union misses key 'discriminator'"],
    [
      `{ 'union': 'U', 'discriminator': 'x', 'data': {} }`,
      "top.json:1: In union 'U': 'discriminator' requires 'base'",
    ],
    [
      `{ 'union': 'U', 'base': 'B', 'discriminator': [], 'data': {} }`,
      "top.json:1: In union 'U': 'discriminator' must be a string",
    ],
    [
      `{ 'union': 'U', 'base': 'B', 'data': {} }`,
      "top.json:1: In union 'U': 'base' requires 'discriminator'",
      '5.2',
    ],
    [`{ 'alternate': 'A', 'data': {} }`, "top.json:1: In alternate 'A': 'data' must not be empty"],
    [
      `{ 'command': 'c', 'gen': true }`,
      "top.json:1: In command 'c': flag 'gen' may only have the value false",
    ],
    [
      `{ 'command': 'c', 'gen': 'no' }`,
      "top.json:1: In command 'c': flag 'gen' may only have the value false",
    ],
    [
      `{ 'command': 'c', 'allow-oob': 'x' }`,
      "top.json:1: In command 'c': flag 'allow-oob' may only have the value true",
    ],
    [
      `{ 'command': 'c', 'allow-oob': true, 'coroutine': true }`,
      "top.json:1: In command 'c': flags 'allow-oob' and 'coroutine' are incompatible",
    ],
    [
      `{ 'command': 'c', 'boxed': true, 'data': {} }`,
      "top.json:1: In command 'c': 'boxed': true requires 'data' to be a type name",
    ],
    // meaning
    [`{ 'struct': 'int', 'data': {} }`, "top.json:1: In struct 'int': 'int' is a built-in type"],
    [
      `{ 'struct': 'S', 'data': {} }\n{ 'enum': 'S', 'data': [] }`,
      "top.json:2: In enum 'S': 'S' is already defined as struct at top.json:1",
    ],
    [
      `{ 'struct': 'S', 'data': { 'a': 'X' } }`,
      "top.json:1: In struct 'S': member 'a' uses unknown type 'X'",
    ],
    [
      `{ 'command': 'c' } { 'struct': 'S', 'data': { 'a': [ 'c' ] } }`,
      "top.json:1: In struct 'S': member 'a' uses command 'c' as a type",
    ],
    [`{ 'struct': 'S', 'base': 'X', 'data': {} }`, "top.json:1: In struct 'S': 'base' uses unknown type 'X'"],
    [
      `{ 'struct': 'S', 'base': 'int', 'data': {} }`,
      "top.json:1: In struct 'S': 'base' cannot use built-in type 'int'",
    ],
    [`{ 'struct': 'S', 'base': 'S', 'data': {} }`, "top.json:1: In struct 'S': object contains itself"],
    [
      `{ 'struct': 'B', 'data': { 'a': 'int' } }\n{ 'struct': 'S', 'base': 'B', 'data': { '*a': 'str' } }`,
      "top.json:2: In struct 'S': member 'a' collides with another member of that name",
    ],
    [`{ 'command': 'c', 'data': 'X' }`, "top.json:1: In command 'c': 'data' uses unknown type 'X'"],
    [`{ 'command': 'c', 'returns': 'X' }`, "top.json:1: In command 'c': 'returns' uses unknown type 'X'"],
    [
      `{ 'enum': 'E', 'data': [] } { 'event': 'V', 'data': 'E' }`,
      "top.json:1: In event 'V': 'data' cannot use enum type 'E'",
    ],
    [
      `{ 'alternate': 'A', 'data': { 'a': 'int', 'b': 'number' } }`,
      "top.json:1: In alternate 'A': branch 'b' can't be distinguished from 'a'",
    ],
    [
      `{ 'alternate': 'A', 'data': { 'a': 'bool' } } { 'alternate': 'B', 'data': { 'a': 'A' } }`,
      "top.json:1: In alternate 'B': branch 'a' cannot use alternate type 'A'",
    ],
  ];
  for (const [text, error, release] of cases) {
    it(JSON.stringify(text).slice(0, 90), () =>
      expect(errorOf({ 'top.json': text }, release)).to.equal(error),
    );
  }

  const unions: readonly (readonly [string, string])[] = [
    [
      `'base': { 'k': 'K' }, 'discriminator': 'x', 'data': { 'a': 'S' }`,
      "discriminator 'x' is not a member of 'base'",
    ],
    [
      `'base': { '*k': 'K' }, 'discriminator': 'k', 'data': { 'a': 'S' }`,
      "discriminator 'k' must not be optional",
    ],
    [
      `'base': { 'k': { 'type': 'K', 'if': 'X' } }, 'discriminator': 'k', 'data': { 'a': 'S' }`,
      "discriminator 'k' must not be conditional",
    ],
    [
      `'base': { 'k': 'str' }, 'discriminator': 'k', 'data': { 'a': 'S' }`,
      "discriminator 'k' must be of enum type",
    ],
    [`'base': { 'k': 'K' }, 'discriminator': 'k', 'data': {}`, 'union has no branches'],
    [
      `'base': { 'k': 'K' }, 'discriminator': 'k', 'data': { 'z': 'S' }`,
      "branch 'z' is not a value of enum 'K'",
    ],
    [
      `'base': { 'k': 'K' }, 'discriminator': 'k', 'data': { 'a': 'int' }`,
      "branch 'a' cannot use built-in type 'int'",
    ],
    [
      `'base': { 'k': 'K' }, 'discriminator': 'k', 'data': { 'a': [ 'S' ] }`,
      "branch 'a' cannot use array type",
    ],
    [
      `'base': { 'k': 'K', 'm': 'int' }, 'discriminator': 'k', 'data': { 'a': 'S' }`,
      "branch 'a': member 'm' collides with another member of that name",
    ],
    [`'base': 'V', 'discriminator': 'k', 'data': { 'a': 'S' }`, "'base' cannot use union type 'V'"],
  ];
  const before = `{ 'enum': 'K', 'data': [ 'a' ] } { 'struct': 'S', 'data': { 'm': 'int' } }
{ 'union': 'V', 'base': { 'k': 'K' }, 'discriminator': 'k', 'data': { 'a': 'S' } }`;
  for (const [body, error] of unions) {
    it(`union: ${error}`, () =>
      expect(errorOf({ 'top.json': `${before}\n{ 'union': 'U', ${body} }` })).to.equal(
        `top.json:3: In union 'U': ${error}`,
      ));
  }

  it('a union as arguments that are not boxed', () =>
    expect(errorOf({ 'top.json': `${before}\n{ 'command': 'c', 'data': 'V' }` })).to.equal(
      "top.json:3: In command 'c': 'data' can use union type 'V' only with 'boxed': true",
    ));

  it('an include cycle', () => {
    const files = { 'top.json': `{ 'include': 'a.json' }`, 'a.json': `\n{ 'include': './top.json' }` };
    expect(errorOf(files)).to.equal(
      'In file included from top.json:1:\na.json:2: inclusion loop for top.json',
    );
  });

  it('an include that is not there', () =>
    expect(errorOf({ 'top.json': `{ 'include': 'a.json' }` })).to.match(
      /^top\.json:1: can't read include file 'a\.json': ENOENT/,
    ));

  it('a top file that is not there', () =>
    expect(errorOf({})).to.match(/^can't read schema file 'top\.json': ENOENT/));

  it('an error in an included file, with the whole chain', () => {
    const files = {
      'top.json': `{ 'include': 'a.json' }`,
      'a.json': `# one\n{ 'include': 'b.json' }`,
      'b.json': `\n\n{ 'struct': 'S', 'data': { 'a': 'X' } }`,
    };
    const chain = 'In file included from top.json:1:\nIn file included from a.json:2:\n';
    expect(errorOf(files)).to.equal(`${chain}b.json:3: In struct 'S': member 'a' uses unknown type 'X'`);
  });

  it('a release that is none', () => expect(errorOf({ 'top.json': '' }, 'new')).to.match(/^release 'new'/));
});

describe('findTopFile', () => {
  it('finds the top file of each family in a tree, and its release', () => {
    const files = { 'qapi/qapi-schema.json': '', 'qga/qapi-schema.json': '', VERSION: '10.2.0\n' };
    withTree(files, (folder) => {
      expect(findTopFile(folder, 'qmp')).to.equal(join(folder, 'qapi/qapi-schema.json'));
      expect(findTopFile(folder, 'qga')).to.equal(join(folder, 'qga/qapi-schema.json'));
      expect(() => findTopFile(folder, 'qsd')).to.throw(InputError, 'no qsd schema');
      expect(releaseOfTree(folder)).to.equal('10.2');
    });
  });

  it('takes a file as it is, and refuses what is not there', () =>
    withTree({ 'x.json': '' }, (folder) => {
      expect(findTopFile(join(folder, 'x.json'), 'qmp')).to.equal(join(folder, 'x.json'));
      expect(() => findTopFile(join(folder, 'y.json'), 'qmp')).to.throw(InputError, 'no such file');
      expect(releaseOfTree(folder)).to.equal(undefined);
    }));
});
