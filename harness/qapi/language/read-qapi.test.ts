import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import type { Definition } from '../model.ts';
import { findTopFile, releaseOfTree } from './find-top-file.ts';
import { readText as read } from './fixture-schema.ts';
import { withTree } from './fixture-tree.ts';
import { readQapi } from './read-qapi.ts';

const member = (name: string, type: string, rest: object = {}): object => ({
  name,
  type: { name: type },
  optional: false,
  features: [],
  ...rest,
});

function definition(text: string, name: string, release?: string): Definition | undefined {
  return read(text, release).definitions.get(name);
}

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
{ 'struct': 'Cup', 'base': 'Base', 'features': [ 'wide' ], 'if': { 'all': [ 'A', 'B' ] },
  'data': { '*sizes': [ 'uint64' ], 'x': { 'type': 'int', 'if': { 'not': 'C' }, 'features': [ 'unstable' ] } } }`;
    expect(definition(text, 'Cup')).to.deep.equal({
      kind: 'struct',
      name: 'Cup',
      place: { file: 'top.json', line: 2 },
      condition: { all: [{ symbol: 'A' }, { symbol: 'B' }] },
      features: [{ name: 'wide' }],
      base: 'Base',
      members: [
        { name: 'sizes', type: { array: { name: 'uint64' } }, optional: true, features: [] },
        member('x', 'int', { condition: { not: { symbol: 'C' } }, features: [{ name: 'unstable' }] }),
      ],
    });
  });

  it('reads a union with inline base, and adds the branches that have no members', () => {
    const text = `{ 'enum': 'Kind', 'data': [ 'a', { 'name': 'b', 'if': 'X' }, 'c' ] }
{ 'struct': 'Aea', 'data': { 'n': 'int' } }
{ 'union': 'Uea', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'a': { 'type': 'Aea', 'if': 'Y' } } }`;
    expect(definition(text, 'Uea')).to.deep.include({
      base: [member('kind', 'Kind')],
      discriminator: 'kind',
      branches: [
        { name: 'a', type: { name: 'Aea' }, condition: { symbol: 'Y' } },
        { name: 'b', type: undefined, condition: { symbol: 'X' } },
        { name: 'c', type: undefined },
      ],
    });
  });

  it('lets a union be the branch of a union, and a struct its base', () => {
    const text = `{ 'enum': 'Kea', 'data': [ 'a' ] }
{ 'struct': 'Bea', 'data': { 'k': 'Kea' } }
{ 'struct': 'Lea', 'data': {} }
{ 'union': 'Inner', 'base': { 'j': 'Kea' }, 'discriminator': 'j', 'data': { 'a': 'Lea' } }
{ 'union': 'Outer', 'base': 'Bea', 'discriminator': 'k', 'data': { 'a': 'Inner' } }`;
    expect(definition(text, 'Outer')).to.deep.include({
      base: 'Bea',
      branches: [{ name: 'a', type: { name: 'Inner' } }],
    });
  });

  it('stores a simple union as the flat union that it abbreviates', () => {
    const { definitions } = read(
      `{ 'struct': 'Sea', 'data': { 'n': 'int' } }
{ 'union': 'Uea', 'data': { 'one': 'Sea', 'many': [ 'Sea' ], 'more': { 'type': 'Sea', 'if': 'defined(X)' } } }`,
      '5.2',
    );
    expect(definitions.get('Uea')).to.deep.include({
      base: [member('type', 'UeaKind')],
      discriminator: 'type',
      branches: [
        { name: 'one', type: { name: 'q_obj_Sea-wrapper' } },
        { name: 'many', type: { name: 'q_obj_SeaList-wrapper' } },
        { name: 'more', type: { name: 'q_obj_Sea-wrapper' }, condition: { symbol: 'X' } },
      ],
    });
    expect(definitions.get('UeaKind')).to.deep.include({
      values: [
        { name: 'one', features: [] },
        { name: 'many', features: [] },
        { name: 'more', features: [], condition: { symbol: 'X' } },
      ],
    });
    expect(definitions.get('q_obj_SeaList-wrapper')).to.deep.include({
      members: [{ name: 'data', type: { array: { name: 'Sea' } }, optional: false, features: [] }],
    });
  });

  it('reads an alternate', () => {
    const text = `{ 'struct': 'Sea', 'data': {} }
{ 'alternate': 'Alt', 'data': { 's': 'Sea', 'n': 'int', 'l': [ 'Sea' ], 'z': 'null', 'b': 'bool' } }`;
    expect(definition(text, 'Alt')).to.have.property('alternatives').with.length(5);
  });

  it('reads the flags of a command', () => {
    const text = `{ 'struct': 'Sea', 'data': {} }
{ 'command': 'c', 'data': 'Sea', 'boxed': true, 'returns': [ 'Sea' ], 'gen': false, 'success-response': false,
  'allow-oob': true, 'allow-preconfig': true }
{ 'command': 'd', 'coroutine': true }`;
    expect(definition(text, 'c')).to.deep.include({
      arguments: { type: 'Sea' },
      returns: { array: { name: 'Sea' } },
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
    const text = `{ 'type': 'Tea', 'data': { 'in': { 'major': 'int' }, '*any': '**', }, }
{ 'enum': 'Eea'
  'data': [ 'x', ] }
{ 'union': 'Ref', 'discriminator': {}, 'data': { 'd': 'Tea', 's': 'str' } }
{ 'command': 'c', 'data': { 'p': 'dict' }, 'gen': 'no', 'success-response': 'no', 'returns': 'visitor' }`;
    const { definitions } = read(text, '2.0');
    expect(definitions.get('Tea')).to.deep.include({
      kind: 'struct',
      members: [member('in', 'q_obj_Tea-in'), member('any', 'any', { optional: true })],
    });
    expect(definitions.get('q_obj_Tea-in')).to.deep.include({ members: [member('major', 'int')] });
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
      'qapi/sub/b.json': `##\n# @b:\n# text with 'quotes' { and } brackets\n##\n{ 'command': 'b' }`,
    };
    withTree(files, (folder) => {
      const { definitions } = readQapi(join(folder, 'qapi/qapi-schema.json'), {
        family: 'qmp',
        release: '10.0',
      });
      expect([...definitions.values()].map(({ name, place }) => [name, place])).to.deep.equal([
        ['b', { file: 'qapi/sub/b.json', line: 5 }],
        ['a', { file: 'qapi/a.json', line: 2 }],
      ]);
    });
  });

  it('knows the pragmas of each age', () => {
    const old = ['returns-whitelist', 'name-case-whitelist'];
    const names = ['command-name-', 'command-returns-', 'member-name-'].map((name) => `${name}exceptions`);
    const pragma = (lists: readonly string[]): string =>
      `{ 'pragma': { 'doc-required': true, ${lists.map((name) => `'${name}': [ 'x' ]`).join(', ')} } }`;
    expect(read(pragma(old), '5.2').definitions.size).to.equal(0);
    expect(read(pragma(names), '6.0').definitions.size).to.equal(0);
    expect(read(pragma([...names, 'documentation-exceptions']), '9.0').definitions.size).to.equal(0);
  });

  it('lets pragmas make exceptions, wherever they stand', () => {
    const text = `{ 'command': 'old_style', 'returns': [ 'int' ] }
{ 'struct': 'OldStyle', 'data': { 'Some_Thing': 'int' } }
{ 'pragma': { 'command-name-exceptions': [ 'old_style' ], 'command-returns-exceptions': [ 'old_style' ],
              'member-name-exceptions': [ 'OldStyle' ] } }`;
    expect([...read(text).definitions.keys()]).to.deep.equal(['old_style', 'OldStyle']);
  });

  it('gives the first releases that the documentation names', () => {
    const text = `##
# @Cup:
#
# @size: how large (default: 1; since 2.4)
# @lid: whether it has one
#
# Since: 1.2
##
{ 'struct': 'Cup', 'data': { 'size': 'int', '*lid': 'bool' } }`;
    expect(definition(text, 'Cup')).to.deep.include({
      since: '1.2',
      members: [member('size', 'int', { since: '2.4' }), member('lid', 'bool', { optional: true })],
    });
  });

  it('takes line ends of any system', () =>
    expect(definition("{ 'struct': 'Cup',\r\n  'data': {} }\r\n", 'Cup')).to.have.property('kind', 'struct'));
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
