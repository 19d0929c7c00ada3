import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import type { CommandDefinition, Definition } from '../model.ts';
import { definitionsOfEntry, readCommandTable, type CommandTable } from './read-command-table.ts';

function read(text: string): CommandTable {
  return readCommandTable(text, 'a.hx', 'a.hx');
}

function definitions(text: string, name: string): Definition[] {
  const table = read(text);
  const entry = table.entries.get(name);
  return entry === undefined ? [] : definitionsOfEntry(table, entry);
}

function command(text: string, name: string): CommandDefinition | undefined {
  return definitions(text, name).find((definition) => definition.kind === 'command');
}

function errorOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'no error';
}

/** A table entry and its documentation. */
function entry(name: string, args: string, prose = ''): string {
  return `    {\n        .name = "${name}",\n        .args_type = "${args}",\n    },\nSQMP\n${name}\n----\n${prose}\nEQMP\n`;
}

const member = (name: string, type: string, optional = false): object => ({
  name,
  type: { name: type },
  optional,
  features: [],
});

describe('readCommandTable', () => {
  it('reads names, arguments, lines and conditions, whatever else an entry sets', () => {
    const text = `HXCOMM a comment { .name
{
    .name      = "brew", /* of the kettle */
    .args_type = "force:-f,"
                 "cup:s?",
    .flags     = A | B,
    .mhandler.cmd_new = do_brew
},
#if defined(CONFIG_TEA) || defined CONFIG_COFFEE
#ifndef CONFIG_USER
{ .name = "pour", .args_type = "", .help = "a \\"quoted\\" word", },
#endif
#else
{ .name = "leave", .args_type = "" },
#endif
#ifdef TARGET_POT
{ .name = "stir", .args_type = "" },
#endif
`;
    const either = { any: [{ symbol: 'CONFIG_TEA' }, { symbol: 'CONFIG_COFFEE' }] };
    expect([...read(text).entries.values()]).to.deep.equal([
      {
        name: 'brew',
        line: 2,
        arguments: [
          { name: 'force', type: 'bool', optional: true },
          { name: 'cup', type: 'str', optional: true },
        ],
      },
      {
        name: 'pour',
        line: 11,
        arguments: [],
        condition: { all: [either, { not: { symbol: 'CONFIG_USER' } }] },
      },
      { name: 'leave', line: 14, arguments: [], condition: { not: either } },
      { name: 'stir', line: 17, arguments: [], condition: { symbol: 'TARGET_POT' } },
    ]);
  });

  for (const [letter, type] of [
    ['s', 'str'],
    ['F', 'str'],
    ['B', 'str'],
    ['i', 'int'],
    ['l', 'int'],
    ['M', 'int'],
    ['o', 'int'],
    ['T', 'number'],
    ['b', 'bool'],
    ['q', 'any'],
  ] as const) {
    it(`takes ${letter} for ${type}`, () => {
      const text = entry('brew', `x:${letter},y-z:${letter}?`);
      expect(command(text, 'brew')?.arguments).to.deep.equal({
        members: [member('x', type), member('y-z', type, true)],
      });
    });
  }

  it('gives an option list the documented members, and more', () => {
    const prose = `
Arguments:

- "kind": what it is (json-string)
- "id": its name (some place, json-string, optional)
- "size": seen by the table
- other properties

Example:

- "not": a member (json-int)
`;
    const brew = command(entry('brew', 'list:O,size:i?', prose), 'brew');
    expect(brew?.gen).to.equal(false);
    expect(brew?.arguments).to.deep.equal({
      members: [member('size', 'int', true), member('kind', 'str'), member('id', 'str', true)],
    });
    expect(command(entry('brew', 'list:O'), 'brew')?.arguments).to.equal(undefined);
  });

  it('finds commands that only the documentation has, by their own example', () => {
    const text = `${entry('brew', '')}SQMP
query-tea
---------
-> { "execute": "query-tea" }
query-milk
----------
-> { "execute": "query-tea" }
Chapter
=======
-> { "execute": "Chapter" }
`;
    const { entries, executed } = read(text);
    expect([...entries.keys()]).to.deep.equal(['brew', 'query-tea']);
    expect(entries.get('query-tea')).to.include({ line: 11 });
    expect(executed).to.deep.equal(['query-tea', 'Chapter']);
  });

  for (const [what, text, error] of [
    ['nothing', '\n', 'a.hx: no commands; expected the command table of QMP'],
    [
      'an entry that does not end',
      '{ .name = "x", .args_type = ""\n',
      "a.hx:1:29: the table ends here; expected ',' or '}' after a field",
    ],
    [
      'an entry without comma',
      '{ .name = "x", .args_type = "" }\n{',
      "a.hx:2:1: '{'; expected ',' after an entry",
    ],
    ['an entry without name', '{ .args_type = "" },', 'a.hx:1:1: entry without .name; expected a name'],
    [
      'a name that is none',
      '{ .name = "a b", .args_type = "" },',
      "a.hx:1:11: .name 'a b'; expected the name of a command",
    ],
    [
      'a name that is no string',
      '{ .name = x, .args_type = "" },',
      "a.hx:1:11: .name is 'x'; expected a string",
    ],
    [
      'an entry without args_type',
      '{ .name = "x", },',
      "a.hx:1:1: entry 'x' without .args_type; expected one",
    ],
    ['a field without value', '{ .name = , },', "a.hx:1:11: ','; expected a value"],
    ['a field without =', '{ .name "x" },', "a.hx:1:9: 'x'; expected '=' after .name"],
    ['a string beside a word', '{ .name = "x" y },', "a.hx:1:15: 'y'; expected ',' or '}'"],
    ['a string that does not end', '{ .name = "x },', "a.hx:1:11: '\"'; expected a value"],
    [
      'the same command twice',
      entry('x', '') + entry('x', ''),
      "a.hx:10:1: command 'x' was in line 1; expected each command once",
    ],
    [
      'a bad letter',
      '{ .name = "x", .args_type = "a:s,b:Z" },',
      "a.hx:1:34: argument 'b' has type 'Z'; expected one of s F B i l M o T b q O, or a flag like -f",
    ],
    [
      "a human monitor's letter",
      '{ .name = "x", .args_type = "a:/" },',
      "a.hx:1:30: argument 'a' has type '/'; expected one of s F B i l M o T b q O, or a flag like -f",
    ],
    [
      'an argument without type',
      '{ .name = "x", .args_type = "a" },',
      "a.hx:1:30: 'a' in .args_type; expected 'name:type'",
    ],
    [
      'an empty argument',
      '{ .name = "x", .args_type = "a:s," },',
      "a.hx:1:34: '' in .args_type; expected 'name:type'",
    ],
    [
      'an argument twice',
      '{ .name = "x", .args_type = "a:s,a:i" },',
      "a.hx:1:34: argument 'a' twice; expected each name once",
    ],
    [
      'two blocks in one',
      'SQMP\nSQMP\n',
      "a.hx:2:1: 'SQMP' within the documentation that begins in line 1; expected 'EQMP' before it",
    ],
    ['an end alone', 'EQMP\n', "a.hx:1:1: 'EQMP' outside of documentation; expected 'SQMP' before it"],
    ['#endif alone', '\n#endif\n', "a.hx:2:1: '#endif' alone; expected '#if' before it"],
    ['#if without end', '#if defined(X)\n', "a.hx:1:1: '#if' without end; expected '#endif'"],
    ['#if without condition', '#if\n#endif\n', "a.hx:1:1: '#if' without condition; expected one"],
    [
      '#define',
      '#define X\n',
      "a.hx:1:1: unknown preprocessor line; expected '#if', '#ifdef', '#ifndef', '#else' or '#endif'",
    ],
    ['#if too deep', '#if X\n'.repeat(33), "a.hx:33:1: '#if' nested too deep; expected at most 32 levels"],
    [
      'a cut entry',
      '{ .name = "x",\n#if A\n .args_type = "" },\n#endif\n',
      'a.hx:1:1: the preprocessor cuts this entry; expected #if and #endif around it',
    ],
    [
      'the table of the human monitor',
      'STEXI\n@item\nETEXI\n',
      "a.hx:1:1: 'STEXI'; expected '{' of a table entry",
    ],
    [
      'an unknown field',
      '{ .mhandler.cmd = x },',
      "a.hx:1:3: '.mhandler.cmd' in a table entry; expected .name, .args_type, .params, .help, .user_print, .flags, .mhandler.cmd_new, .mhandler.cmd_async",
    ],
    [
      'a schema',
      "{ 'command': 'x' }",
      "a.hx:1:3: ''' in a table entry; expected .name, .args_type, .params, .help, .user_print, .flags, .mhandler.cmd_new, .mhandler.cmd_async",
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(errorOf(text)).to.equal(error);
    });
  }

  it('lets the file end within documentation, as 2.7 does', () => {
    expect([...read('{ .name = "x", .args_type = "" },\nSQMP\nx\n-\n').entries.keys()]).to.deep.equal(['x']);
  });

  it('is not slowed down by a long text', () => {
    const text = entry('x', '') + `SQMP\n${'-> { "execute": "y"\n<- {\n- "a":\n'.repeat(20_000)}EQMP\n`;
    expect([...read(text).entries.keys()]).to.deep.equal(['x']);
  }).timeout(2000);
});

describe('what a command returns, by its documentation', () => {
  const query = (prose: string): CommandDefinition | undefined =>
    command(`SQMP\nquery-tea\n---------\n${prose}\n`, 'query-tea');
  const ask = '-> { "execute": "query-tea" }\n';

  it('is nothing where every example returns an empty object', () => {
    const tea = query(`${ask}<- { "return": {} }\n${ask}<- { "return": {\n} }`);
    expect(tea?.returns).to.equal(undefined);
    expect(tea).not.to.have.property('replyUnknown');
  });

  it('is a string where every example returns one', () => {
    expect(query(`${ask}<- { "return": "}\\"" }`)?.returns).to.deep.equal({ name: 'str' });
  });

  const list = `
The object holds:

- "hot": tells (json-bool)
- "pot": an object, it has (json-object)
    - "size": in litres
      or so (json-int)
    - "label": a text (json-string, optional)
      - Possible values: "a", "b"
- "milk": only present with milk, it is a json-object
- "leaves": the rest (json-array)
- "warmth": degrees (json-number)

Example:

`;
  const value = '{ "hot": true, "pot": { "size": 2 }, "leaves": [ 1 ], "warmth": 0.5 }';

  it('is an object whose members are listed, and which the examples confirm', () => {
    const found = definitions(
      `SQMP\nquery-tea\n---------\n${list}${ask}<- { "return": ${value} }\n`,
      'query-tea',
    );
    expect(found.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
      'struct q_obj_query-tea-returns-pot',
      'struct q_obj_query-tea-returns',
      'command query-tea',
    ]);
    expect(found[0]).to.deep.include({ members: [member('size', 'int'), member('label', 'str', true)] });
    expect(found[1]).to.deep.include({
      place: { file: 'a.hx', line: 2 },
      members: [
        member('hot', 'bool'),
        member('pot', 'q_obj_query-tea-returns-pot'),
        member('milk', 'any', true),
        { ...member('leaves', ''), type: { array: { name: 'any' } } },
        member('warmth', 'number'),
      ],
    });
    expect(found[2]).to.deep.include({ returns: { name: 'q_obj_query-tea-returns' } });
  });

  it('is an array where the examples are arrays', () => {
    expect(query(`${list}${ask}<- { "return": [ ${value}, ${value} ] }`)?.returns).to.deep.equal({
      array: { name: 'q_obj_query-tea-returns' },
    });
  });

  for (const [what, prose] of [
    ['there is no example', list],
    ['an example lacks a member', `${list}${ask}<- { "return": { "hot": true } }`],
    ['an example has another member', `${list}${ask}<- { "return": ${value.replace('{', '{ "cold": 1,')} }`],
    ['an example has another type', `${list}${ask}<- { "return": ${value.replace('true', '1')} }`],
    ['a member within differs', `${list}${ask}<- { "return": ${value.replace('2', '2.5')} }`],
    ['examples are an object and an array', `${list}${ask}<- { "return": ${value} }\n<- { "return": [] }`],
    ['an example is shortened', `${list}${ask}<- { "return": ${value} }\n<- { "return": ... }`],
    ['a bullet names nothing', `- "a": x (json-int)\n- and more\n\n${ask}<- { "return": { "a": 1 } }`],
    ['there are two lists', `- "a": x (json-int)\n\nOther:\n\n- "b": x\n\n${ask}<- { "return": { "a": 1 } }`],
    ['the list is of arguments', `Arguments:\n\n- "a": x (json-int)\n\n${ask}<- { "return": { "a": 1 } }`],
    ['the example has an error', `- "a": x (json-int)\n\n${ask}<- { "error": {} }`],
  ] as const) {
    it(`is unknown where ${what}`, () => {
      expect(query(`${prose}\n${ask}`)).to.deep.include({ returns: { name: 'any' }, replyUnknown: true });
    });
  }
});
