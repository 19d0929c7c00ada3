import { expect } from 'chai';
import { blockOfText, readText, shortErrorOf } from './fixture-schema.ts';
import { sinceOfText } from './since.ts';

const X = 'x';

/** A schema, and its error in 10.2 and in 7.2, as {@link shortErrorOf} writes them. */
const REFUSED: readonly (readonly [text: string, now: string, before: string])[] = [
  [
    `### junk\n##`,
    "1:1 text after '##' where a documentation comment begins",
    "1:1 text after '##' where a documentation comment begins",
  ],
  [
    `##\n# text`,
    "2:7 documentation comment without '##' at its end",
    "2:7 documentation comment without '##' at its end",
  ],
  [
    `##\n# text\n{}`,
    "3:1 documentation comment without '##' at its end",
    "3:1 documentation comment without '##' at its end",
  ],
  [
    `##\n# text\n## junk`,
    "3:1 text after '##' where a documentation comment ends",
    "3:1 text after '##' where a documentation comment ends",
  ],
  [`##\n#text\n##`, "2:1 no space after '#'", "2:1 no space after '#'"],
  [`##\n# @c\n##`, "2:1 expected ':' at the end of the line", "2:1 expected ':' at the end of the line"],
  [`##\n# @:\n##`, "2:1 no name after '@'", "2:1 no name after '@'"],
  [
    `##\n# text\n# @c:\n##`,
    "3:1 '@c:' in documentation that is of no definition",
    "3:1 '@c:' where it cannot be described",
  ],
  [
    `##\n# @c:\n##`,
    "1 after the documentation of 'c' its definition must follow",
    "1 after the documentation of 'c' its definition must follow",
  ],
  [
    `##\n# @c:\n##\n##\n# text\n##`,
    "1 after the documentation of 'c' its definition must follow",
    "1 after the documentation of 'c' its definition must follow",
  ],
  [
    `##\n# @c:\n##\n{ 'include': 'x.json' }`,
    "1 after the documentation of 'c' its definition must follow",
    "1 after the documentation of 'c' its definition must follow",
  ],
  [
    `##\n# @c:\n##\n{ 'pragma': {} }`,
    "1 after the documentation of 'c' its definition must follow",
    "1 after the documentation of 'c' its definition must follow",
  ],
  [
    `##\n# text\n##\n{ 'command': 'c' }`,
    '1 documentation comment before a definition must name it',
    '1 documentation comment before a definition must name it',
  ],
  [
    `##\n# @d:\n##\n{ 'command': 'c' }`,
    "4 command 'c': documentation comment is of 'd'",
    "4 command 'c': documentation comment is of 'd'",
  ],
  [
    `{ 'pragma': { 'doc-required': true } }\n{ 'command': 'c' }`,
    "2 command 'c': definition without documentation comment",
    "2 command 'c': definition without documentation comment",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Returns: this\n#\n# Returns: that\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "12 second section 'Returns:'",
    "12:1 second section 'Returns:'",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Since: 1.0\n#\n# Since: 1.1\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "12 second section 'Since:'",
    "12:1 second section 'Since:'",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Since:\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "10 section without text: 'since'",
    "11:1 section without text: 'since'",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Since: 1.0\n#\n# @a: again\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '12:1 description of a member after a section of another kind',
    "12:1 description of 'a' after a section of another kind",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: one\n# @a: two\n#\n# Features:\n# @f: a feature\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "6 second description of 'a'",
    "6:1 second description of 'a'",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @: one\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "5 no name after '@'",
    "5:1 no name after '@'",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: one\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "7 command 'c': feature 'f' is not documented",
    "7 command 'c': feature 'f' is not documented",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n# @b: another\n#\n# Features:\n# @f: a feature\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "6 no member 'b' to describe",
    "2 no member 'b' to describe",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n# @g: another\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "9 no feature 'g' to describe",
    "2 no feature 'g' to describe",
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#     indented\n#   less\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '7:1 text is indented less than the 4 spaces of its section',
    '7:1 text is indented less than the 4 spaces of its section',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @En:\n#\n# @a: one\n#\n# Returns: nothing\n##\n{ 'enum': 'En', 'data': [ 'a' ] }`,
    '7 only a command has a section of what it returns',
    '2 only a command has a section of what it returns',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @En:\n#\n# @b: one\n#\n##\n{ 'enum': 'En', 'data': [ 'a' ] }`,
    "8 enum 'En': member 'a' is not documented",
    "2 no member 'b' to describe",
  ],
];

/** What only younger releases refuse, and what only older ones do. */
const REFUSED_IN: readonly (readonly [text: string, error: string, release: string])[] = [
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Note: text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "10:1 section 'Note:'; expected a directive of reStructuredText instead",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Example: text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "10:1 section 'Example:'; expected a directive of reStructuredText instead",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# One. Two\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '10:7 one space between sentences; expected two',
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# ${X.repeat(69)}\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '10:1 line of more than 70 characters in documentation',
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Errors: none\n#\n# Errors: some\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "12 second section 'Errors:'",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @En:\n#\n# @a: one\n#\n# Errors: none\n##\n{ 'enum': 'En', 'data': [ 'a' ] }`,
    '7 only a command has a section of errors',
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# Features:\n# @f: a feature\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "8 command 'c': member 'a' is not documented",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# Features:\n# text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "6:1 no description of a feature after 'Features:'",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Features:\n# @g: more\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "10:1 second 'Features:'",
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: one\n#\n# Returns: x\n##\n{ 'command': 'c', 'data': { 'a': 'int' } }`,
    '7 section of what the command returns, but it returns nothing',
    '10.2',
  ],
  [`##\n# text\n# = Heading\n##`, "3:1 heading ('=') that is not the first line of its comment", '10.0'],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n# = Heading\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "4:1 heading ('=') in the documentation of a definition",
    '10.0',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n# = Heading\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    "4:1 heading ('=') in the documentation of a definition",
    '7.2',
  ],
];

const ACCEPTED_IN: readonly (readonly [text: string, release: string])[] = [
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Note: text\n#\n# Example: text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '9.0',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# Note: text\n#\n# Example: text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '7.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# One. Two\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '10.1',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# ${X.repeat(69)}\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '10.0',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# @a: an argument\n#\n# Features:\n# @f: a feature\n#\n# see\n# https://example.org/${X.repeat(69)}\n#\n# for e.g. This and\n#  1. That\n#\n# ::\n#\n#    Any. Thing\n#\n# Note::\n#    text\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '10.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# Features:\n# @f: a feature\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'returns': 'St', 'features': [ 'f' ] }`,
    '7.2',
  ],
  [
    `{ 'struct': 'St', 'data': {} }\n##\n# @c:\n#\n# Features:\n# @f: a feature\n##\n{ 'command': 'c', 'data': { 'a': 'int' }, 'features': [ 'f' ] }\n{ 'pragma': { 'documentation-exceptions': [ 'c' ] } }`,
    '10.0',
  ],
  [`##\n# = Heading\n#\n# text\n# == Second\n##`, '7.2'],
  [`##\n# text\n# = Heading\n##`, '10.1'],
  [`##\n# text`, '5.1'],
  [`##\n# @d\n##\n{ 'command': 'c' }`, '5.1'],
];

const COMMAND = `##
# @brew:
#
# Makes tea.
#
# @leaf: what to brew
#        (since 2.4)
#
# @cups: how many
#
# Features:
# @unstable: not yet
#
# Returns:
#     the tea
#
# Since: 1.2
##
{ 'command': 'brew', 'data': { 'leaf': 'str', '*cups': 'int' }, 'returns': 'Tea', 'features': [ 'unstable' ] }
{ 'struct': 'Tea', 'data': {} }`;

describe('documentation comments', () => {
  describe('refused in 10.2 and 7.2', () => {
    for (const [text, now, before] of REFUSED) {
      it(JSON.stringify(text).slice(0, 100), () => {
        expect(shortErrorOf(text, '10.2')).to.equal(now);
        expect(shortErrorOf(text, '7.2')).to.equal(before);
      });
    }
  });
  describe('refused in one age', () => {
    for (const [text, error, release] of REFUSED_IN) {
      it(`${release}: ${error}`, () => expect(shortErrorOf(text, release)).to.equal(error));
    }
  });
  describe('accepted', () => {
    for (const [text, release] of ACCEPTED_IN) {
      it(`${release}: ${JSON.stringify(text).slice(0, 100)}`, () =>
        expect(shortErrorOf(text, release)).to.equal('no error'));
    }
  });

  for (const release of ['5.1', '7.2', '10.2']) {
    it(`are taken apart as ${release} does`, () => {
      const block = blockOfText(COMMAND, release);
      expect(block.symbol).to.equal('brew');
      const { source } = block.info;
      expect(
        block.sections.map(({ kind, name, at, since }) => [kind, name, source.lineAt(at), since]),
      ).to.deep.equal([
        ['text', '', 1, undefined],
        ['member', 'leaf', 6, '2.4'],
        ['member', 'cups', 9, undefined],
        ...(release === '5.1' ? [['text', '', 11, undefined]] : []),
        ['feature', 'unstable', 12, undefined],
        ['returns', '', 14, undefined],
        ['since', '', 17, '1.2'],
      ]);
    });
  }

  it('may be longer than a regular expression can hold', () => {
    const text = `##\n# @c:\n#\n# @a: one\n${'#  x\n'.repeat(3_000_000)}##\n{ 'command': 'c' }`;
    expect(shortErrorOf(text, '10.2')).to.equal("4 no member 'a' to describe");
  }).timeout(20_000);

  it('are read with what older schemas leave out', () => {
    const text = `##
# @cup
#
# @size: #optional how large (since 0.15.1)
#
# Since 0.14.0
{ 'type': 'cup', 'data': { '*size': 'int' } }`;
    const cup = readText(text, '1.7').definitions.get('cup');
    expect(cup).to.have.property('since', '0.14.0');
    expect(cup).to.have.nested.property('members[0].since', '0.15.1');
  });

  it('of another name tell nothing of a definition, before they are checked', () => {
    const text = `##\n# @cap:\n#\n# Since: 1.0\n##\n{ 'struct': 'Cup', 'data': {} }`;
    expect(readText(text, '5.1').definitions.get('Cup')).not.to.have.property('since');
  });
});

describe('sinceOfText', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['how large (since 2.4)', '2.4'],
    ['how large (Since: 6.0)', '6.0'],
    ['how large (default: 1; since\n 0.14.1)', '0.14.1'],
    ['how large (since 2.4; default: 1)', '2.4'],
    ['null too (since 2.10) (since 2.9)', '2.9'],
    ['how large. Since 1.3.', '1.3'],
    ['a kind of tea Since: 2.11', '2.11'],
    ['since 3.0', '3.0'],
    ['how large', undefined],
    ['deprecated since 2.12. More.', undefined],
    ['arrays are supported since 4.1.', undefined],
    ['the time since 1.1.1970', undefined],
    ['what Linux has (since Linux 4.1)', undefined],
    ['(since then)', undefined],
  ];
  for (const [text, since] of cases) {
    it(JSON.stringify(text), () => expect(sinceOfText(text)).to.equal(since));
  }
});
