import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { compareWithTable, type TableDifference } from './hx/compare-with-table.ts';
import { readQapi } from './language/read-qapi.ts';
import { withTree } from './language/fixture-tree.ts';
import type { QapiModel, SchemaFamily } from './model.ts';
import { readTableOfTree, readTree } from './read-tree.ts';

const table = `{ .name = "brew", .args_type = "cup:s,sugar:i?" },
#if defined(CONFIG_MILK)
{ .name = "milk", .args_type = "ml:o,cold:b?" },
#endif
{ .name = "pot_add", .args_type = "pot:O" },
{ .name = "old", .args_type = "" },
SQMP
pot_add
-------
Arguments:

- "lid": which one (json-object)
  - "id": its name (json-string)
EQMP
SQMP
old
---
-> { "execute": "old" }
<- { "return": {} }
EQMP
`;
const events = 'TEA\n---\nData:\n\n- "cup": one (json-object)\n  - "id": name (json-string)\n';
const files = {
  VERSION: '1.4.0\n',
  'qmp-commands.hx': table,
  'QMP/qmp-events.txt': events,
};
const schema = `{ 'type': 'Cup', 'data': { 'cup': 'str', '*sugar': 'int' } }
{ 'command': 'brew', 'data': 'Cup', 'returns': 'Cup' }
{ 'command': 'milk', 'data': { '*ml': 'int', 'cream': 'bool' } }
{ 'command': 'pot_add', 'data': { 'x': 'str', '*props': '**' }, 'gen': 'no' }
{ 'command': 'never' }
`;

function read(
  tree: Readonly<Record<string, string>>,
  family: SchemaFamily = 'qmp',
  release?: string,
): QapiModel {
  return withTree(tree, (folder) => readTree(folder, { family, ...(release !== undefined && { release }) }));
}

function errorOf(tree: Readonly<Record<string, string>>, path = '', family: SchemaFamily = 'qmp'): string {
  return withTree(tree, (folder) => {
    try {
      readTree(join(folder, path), { family });
    } catch (error) {
      if (error instanceof InputError) return error.message.replaceAll(folder, 'TREE');
      throw error;
    }
    return 'no error';
  });
}

const names = (model: QapiModel): string[] => [...model.definitions.keys()];
const member = (name: string, type: string, optional = false): object => ({
  name,
  type: { name: type },
  optional,
  features: [],
});
const fromTable = { presence: 'hx', type: 'hx' };

describe('readTree', () => {
  it('gives what the table and the event list say where there is no schema', () => {
    const model = read(files);
    expect(model).to.deep.include({ sources: ['hx'], family: 'qmp', release: '1.4' });
    expect(names(model)).to.deep.equal([
      'brew',
      'milk',
      'q_obj_pot_add-arg-lid',
      'pot_add',
      'old',
      'q_obj_TEA-arg-cup',
      'TEA',
    ]);
    expect(model.definitions.get('brew')).to.deep.equal({
      kind: 'command',
      name: 'brew',
      place: { file: 'qmp-commands.hx', line: 1 },
      features: [],
      arguments: { members: [member('cup', 'str'), member('sugar', 'int', true)] },
      returns: { name: 'any' },
      replyUnknown: true,
      gen: true,
      successResponse: true,
      allowOob: false,
      allowPreconfig: false,
    });
    expect(model.definitions.get('TEA')).to.deep.include({ place: { file: 'QMP/qmp-events.txt', line: 1 } });
  });

  it('lets the table say what exists and what passes, and the schema what it is', () => {
    const model = read({ ...files, 'qapi-schema.json': schema });
    expect(model.sources).to.deep.equal(['qapi', 'hx']);
    expect(names(model)).to.deep.equal([
      'Cup',
      'brew',
      'milk',
      'q_obj_pot_add-arg-lid',
      'pot_add',
      'old',
      'q_obj_TEA-arg-cup',
      'TEA',
    ]);
    expect(model.definitions.get('Cup')).not.to.have.property('origin');
    expect(model.definitions.get('brew')).to.deep.include({
      place: { file: 'qapi-schema.json', line: 2 },
      arguments: { type: 'Cup' },
      returns: { name: 'Cup' },
      origin: { presence: 'hx' },
    });
    expect(model.definitions.get('milk')).to.deep.include({
      arguments: { members: [member('ml', 'int')] },
      condition: { symbol: 'CONFIG_MILK' },
    });
    expect(model.definitions.get('pot_add')).to.deep.include({
      arguments: { members: [member('lid', 'q_obj_pot_add-arg-lid')] },
      gen: false,
      returns: undefined,
      origin: fromTable,
    });
    for (const name of ['old', 'TEA', 'q_obj_TEA-arg-cup', 'q_obj_pot_add-arg-lid']) {
      expect(model.definitions.get(name), name).to.deep.include({ origin: fromTable });
    }
  });

  it('does not read the event list where the schema describes events', () => {
    const text = `${schema}{ 'event': 'POT', 'data': {} }\n`;
    const model = read({ ...files, 'QMP/qmp-events.txt': 'no list', 'qapi-schema.json': text });
    expect(names(model)).to.include('POT').and.not.include('TEA');
  });

  it('finds the event list in its newer places', () => {
    for (const place of ['docs/qmp/qmp-events.txt', 'docs/qmp-events.txt']) {
      const tree = { VERSION: '1.7.0', 'qmp-commands.hx': table, [place]: events };
      expect(read(tree).definitions.get('TEA')?.place?.file).to.equal(place);
    }
  });

  it('reads other families, and releases without a table, from their schema alone', () => {
    const guest = read({ ...files, 'qapi-schema-guest.json': "{ 'command': 'guest-tea' }" }, 'qga');
    expect(guest).to.deep.include({ sources: ['qapi'], family: 'qga', release: '1.4' });
    expect(names(guest)).to.deep.equal(['guest-tea']);
    const newer = read({ VERSION: '10.2.0', 'qapi/qapi-schema.json': "{ 'command': 'tea' }" });
    expect(newer).to.deep.include({ sources: ['qapi'], release: '10.2' });
  });

  it('takes the top file of a schema for its tree, and the release that is given', () => {
    const tree = { ...files, 'qapi-schema.json': schema, 'other.json': "{ 'command': 'other' }" };
    withTree(tree, (folder) => {
      const top = readTree(join(folder, 'qapi-schema.json'), { family: 'qmp' });
      expect(top).to.deep.include({ sources: ['qapi', 'hx'], release: '1.4' });
      const other = readTree(join(folder, 'other.json'), { family: 'qmp', release: '10.2.0' });
      expect(other).to.deep.include({ sources: ['qapi'], release: '10.2.0' });
    });
    expect(read(files, 'qmp', '1.5')).to.include({ release: '1.5' });
  });

  it('does not mix the table with the schema of another program', () => {
    withTree({ ...files, 'qga/qapi-schema.json': "{ 'command': 'guest-tea' }" }, (folder) => {
      const model = readTree(join(folder, 'qga/qapi-schema.json'), { family: 'qmp' });
      expect(model).to.deep.include({ sources: ['qapi'], release: '1.4' });
      expect(names(model)).to.deep.equal(['guest-tea']);
    });
  });

  for (const [what, tree, path, family, error] of [
    ['no file', {}, 'x', 'qmp', 'TREE/x: no such file; expected a QEMU source tree or a schema'],
    [
      'a tree without release',
      { 'qapi-schema.json': '' },
      '',
      'qmp',
      'TREE: no VERSION tells its release; expected the release to be given',
    ],
    [
      'a tree without schema',
      { VERSION: '1.0' },
      '',
      'qmp',
      'TREE: no qmp schema; expected qapi/qapi-schema.json or qapi-schema.json in it',
    ],
    [
      'a family that is not there',
      files,
      '',
      'qga',
      'TREE: no qga schema; expected qga/qapi-schema.json or qapi-schema-guest.json in it',
    ],
    [
      'a table without event list',
      { VERSION: '1.0', 'qmp-commands.hx': table },
      '',
      'qmp',
      'TREE: no event list; expected docs/qmp-events.txt or docs/qmp/qmp-events.txt or QMP/qmp-events.txt in it',
    ],
    [
      'a table that is wrong',
      { ...files, 'qmp-commands.hx': '{ .name' },
      '',
      'qmp',
      "TREE/qmp-commands.hx:1:3: the table ends here; expected '=' after .name",
    ],
    [
      'a table that is too large',
      { ...files, 'qmp-commands.hx': ' '.repeat(4194305) },
      '',
      'qmp',
      'TREE/qmp-commands.hx: 4194305 bytes; expected at most 4194304',
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(errorOf(tree, path, family)).to.equal(error);
    });
  }
});

describe('compareWithTable', () => {
  function compare(text: string): TableDifference[] {
    return withTree({ ...files, 'qapi-schema.json': text }, (folder) => {
      const model = readQapi(join(folder, 'qapi-schema.json'), { family: 'qmp', release: '1.4' });
      const found = readTableOfTree(folder);
      return found === undefined ? [] : compareWithTable(model, found);
    });
  }

  it('lists what differs', () => {
    expect(compare(schema)).to.deep.equal([
      { kind: 'optionality', command: 'milk', argument: 'ml', qapi: 'optional', table: 'mandatory' },
      { kind: 'argument-missing-in-qapi', command: 'milk', argument: 'cold', qapi: '-', table: 'bool' },
      { kind: 'argument-missing-in-table', command: 'milk', argument: 'cream', qapi: 'bool', table: '-' },
      { kind: 'unreachable', command: 'never' },
      { kind: 'table-only', command: 'old' },
    ]);
  });

  it('compares types as the table checks them', () => {
    const text = `{ 'enum': 'Size', 'data': [ 'big' ] }
{ 'command': 'brew', 'data': { 'cup': 'Size', '*sugar': 'uint32' } }
{ 'command': 'milk', 'data': { 'ml': ['size'], '*cold': 'str' } }
{ 'command': 'pot_add' }
{ 'command': 'old' }
`;
    expect(compare(text)).to.deep.equal([
      { kind: 'type', command: 'milk', argument: 'ml', qapi: '[size]', table: 'int' },
      { kind: 'type', command: 'milk', argument: 'cold', qapi: 'str', table: 'bool' },
    ]);
  });
});
