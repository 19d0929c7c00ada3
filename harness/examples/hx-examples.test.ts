import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { messagesFromBlock } from './block-to-messages.ts';
import type { ExampleBlock } from './example-block.ts';
import { examplesInCommandTable, examplesInEventList, examplesInTableFragment } from './hx-examples.ts';

/** Definition, label, line of the section, messages. */
const shown = (blocks: readonly ExampleBlock[]): unknown[] =>
  blocks.map((block) => [
    block.definition,
    block.label,
    block.section,
    ...messagesFromBlock(block).messages.map(
      ({ direction, text }) => `${direction} ${text.replaceAll(/\s+/g, '')}`,
    ),
  ]);

const CODE = '    {\n        .name = "frob",\n        .args_type = "",\n    },\n';
const table = (...entries: string[]): string =>
  `HXCOMM a table\n${entries.map((entry) => `SQMP\n${entry}\nEQMP\n\n${CODE}`).join('\n')}`;
const FROB = '-> { "execute": "frob" }\n<- { "return": {} }\n';

describe('examplesInCommandTable', () => {
  const read = (text: string): unknown[] => shown(examplesInCommandTable(text, 'qmp-commands.hx'));
  const frob = ['->{"execute":"frob"}', '<-{"return":{}}'].map(
    (text) => `${text.slice(0, 2)} ${text.slice(2)}`,
  );

  const cases: readonly [string, string, unknown[]][] = [
    ['an example', `frob\n----\n\nFrob it.\n\nExample:\n\n${FROB}`, [['frob', undefined, 8, ...frob]]],
    [
      'what stands behind an example',
      `frob\n----\n\nExample:\n\n${FROB}\nNote: see "bar".\n\n(1) { is a brace\n`,
      [['frob', undefined, 6, ...frob]],
    ],
    [
      'numbered examples',
      `frob\n----\nExamples:\n\n1. Frob one\n\n${FROB}\n2. Frob two\n\n${FROB}`,
      [
        ['frob', 'Frob one', 5, ...frob],
        ['frob', 'Frob two', 5, ...frob],
      ],
    ],
    [
      'several headings, with numbers or titles',
      `frob\n----\nExample (1):\n\n${FROB}\nExample (the last):\n\n${FROB}`,
      [
        ['frob', undefined, 5, ...frob],
        ['frob', 'the last', 10, ...frob],
      ],
    ],
    [
      'an example without heading',
      `frob\n----\n\nFrobs the thing.\n\n${FROB}`,
      [['frob', undefined, 3, ...frob]],
    ],
    ['a heading with @', `@frob\n-----\nExample:\n${FROB}`, [['frob', undefined, 5, ...frob]]],
    ['a heading that is a title', `Show the frob\n---\nExample:\n${FROB}`, [['frob', undefined, 5, ...frob]]],
    [
      'a heading that is part of the name, and not underlined',
      `fr\n\n\nText\n\nExample:\n${FROB.replace('"frob"', '"fr-ob"')}`,
      [['fr-ob', undefined, 8, '-> {"execute":"fr-ob"}', frob[1]]],
    ],
    [
      'an example that executes something else',
      `bar\n---\nExample:\n${FROB}`,
      [['bar', undefined, 5, ...frob]],
    ],
    ['an example without message', 'frob\n----\nExample:\n\nNone.\n', [['frob', undefined, 5]]],
    ['an entry without example', 'frob\n----\n\nFrob it.\n', []],
  ];
  for (const [what, entry, blocks] of cases)
    it(`reads ${what}`, () => expect(read(table(entry))).to.deep.equal(blocks));

  it('takes no C for a message', () => expect(read(`SQMP\nfrob\n----\nEQMP\n${CODE}`)).to.deep.equal([]));

  it('reads the plain text that it became', () => {
    const text = `frob\n----\n\nExample:\n\n${FROB}\nbar\n---\n\nExample:\n\n-> { "execute": "bar" }\n`;
    expect(shown(examplesInCommandTable(text, 'docs/qmp-commands.txt'))).to.deep.equal([
      ['frob', undefined, 4, ...frob],
      ['bar', undefined, 12, '-> {"execute":"bar"}'],
    ]);
  });

  it('refuses a table whose blocks do not match', () => {
    expect(() => read('frob\nEQMP\n')).to.throw(InputError, "'EQMP' outside of documentation");
  });
});

describe('examplesInTableFragment', () => {
  it('reads what begins and ends in the middle of entries', () => {
    const text = `${FROB}EQMP\n${CODE}\nSQMP\nbar\n---\nExample:\n-> { "execute": "bar" }\n${CODE}`;
    expect(shown(examplesInTableFragment(text, 'piece.hx'))).to.deep.equal([
      ['frob', undefined, 1, '-> {"execute":"frob"}', '<- {"return":{}}'],
      ['bar', undefined, 12, '-> {"execute":"bar"}'],
    ]);
  });
});

describe('examplesInEventList', () => {
  const read = (text: string): unknown[] => shown(examplesInEventList(text, 'docs/qmp-events.txt'));

  it('reads bare events, with or without "Example:"', () => {
    const text =
      'Events\n======\n\nFROB\n----\nData: None.\n\nExample:\n\n{ "event": "FROB",\n    "data": {} }\n\nNote: rare.\n\n' +
      'BAR\n---\n{ "event": "BAR" }\n';
    expect(read(text)).to.deep.equal([
      ['FROB', undefined, 8, '<- {"event":"FROB","data":{}}'],
      ['BAR', undefined, 15, '<- {"event":"BAR"}'],
    ]);
  });

  it('gives each event of a shared heading its own', () => {
    const text = 'UP, DOWN\n--------\nExample:\n{ "event": "DOWN" }\n';
    expect(read(text)).to.deep.equal([['DOWN', undefined, 3, '<- {"event":"DOWN"}']]);
  });

  it('reads nothing where there is nothing', () =>
    expect(read('no heading\n{ "event": "FROB" }\n')).to.deep.equal([]));
});
