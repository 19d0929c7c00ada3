import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { readDocComments } from './read-doc-comments.ts';

describe('readDocComments', () => {
  let tree = '';
  beforeEach(() => (tree = mkdtempSync(join(tmpdir(), 'doc-comments-'))));
  afterEach(() => rmSync(tree, { recursive: true }));

  const write = (files: Readonly<Record<string, string>>): string => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, name)), { recursive: true });
      writeFileSync(join(tree, name), text);
    }
    return join(tree, 'qapi/qapi-schema.json');
  };

  it('reads the comments of a schema and of what it includes, each file once, in the order of includes', () => {
    const top = write({
      'qapi/qapi-schema.json': "##\n# = Free\n##\n{ 'include': 'a.json' }\n{ 'include': 'b.json' }\n",
      'qapi/a.json': "{ 'include': 'b.json' }\n##\n# @quux:\n##\n{ 'event': 'quux' }\n",
      'qapi/b.json': "##\n# @frob:\n#\n#   deeper\n##\n{ 'command': 'frob' }\n",
    });
    const comments = readDocComments(top);
    expect(
      comments.map(({ definition, kind, place }) => [definition, kind, place.file, place.line]),
    ).to.deep.equal([
      ['', 'free-form', 'qapi/qapi-schema.json', 1],
      ['frob', 'command', 'qapi/b.json', 1],
      ['quux', 'event', 'qapi/a.json', 2],
    ]);
    expect(comments[1]?.lines).to.deep.equal([
      { line: 2, text: '@frob:' },
      { line: 3, text: '' },
      { line: 4, text: '  deeper' },
    ]);
  });

  const kinds = [
    ["{ 'struct': 'S', 'data': {} }", 'struct'],
    ["{ 'type': 'S', 'data': {} }", 'struct'],
    ["{ 'enum': 'S', 'data': [] }", 'enum'],
    ["{ 'union': 'S', 'data': {} }", 'union'],
    ["{ 'alternate': 'S', 'data': {} }", 'alternate'],
    ["{\n  'event': 'S' }", 'event'],
    ["{ 'pragma': {} }", 'free-form'],
  ] as const;
  for (const [expression, kind] of kinds) {
    it(`tells the kind ${kind} from ${JSON.stringify(expression)}`, () => {
      const top = write({ 'qapi/qapi-schema.json': `##\n# @S:\n##\n${expression}\n` });
      expect(readDocComments(top).map((comment) => comment.kind)).to.deep.equal([kind]);
    });
  }

  const kept = [
    ['an empty line in it', '##\n# @f:\n\n# more\n##\n', 3],
    ['no end before the expression, as before 2.8', '##\n# @f:\n# more\n', 2],
  ] as const;
  for (const [what, comment, lines] of kept) {
    it(`takes a comment with ${what}`, () => {
      const top = write({ 'qapi/qapi-schema.json': `${comment}{ 'command': 'f' }\n` });
      expect(readDocComments(top)).to.have.length(1);
      expect(readDocComments(top)[0]?.lines).to.have.length(lines);
    });
  }

  it('does not take an ordinary comment, and no documentation for an expression that has none', () => {
    const top = write({ 'qapi/qapi-schema.json': "# @f:\n{ 'command': 'f' }\n##\n# @g:\n##\n" });
    expect(readDocComments(top).map(({ definition }) => definition)).to.deep.equal(['g']);
  });

  it('survives files that include each other', () => {
    const top = write({
      'qapi/qapi-schema.json': "{ 'include': 'a.json' }\n",
      'qapi/a.json': "{ 'include': 'qapi-schema.json' }\n",
    });
    expect(readDocComments(top)).to.deep.equal([]);
  });

  const wrong = [
    ['a comment without end', '##\n# @f:\n', 'qapi/qapi-schema.json:1:1: documentation comment does not end'],
    ['text in a comment', '##\nfoo\n##\n', 'qapi/qapi-schema.json:2:1: documentation comment is interrupted'],
    [
      'a missing include',
      "\n{ 'include': 'no.json' }\n",
      'qapi/qapi-schema.json:2:1: cannot read the schema',
    ],
  ] as const;
  for (const [what, text, message] of wrong) {
    it(`refuses ${what}`, () => {
      const top = write({ 'qapi/qapi-schema.json': text });
      expect(() => readDocComments(top)).to.throw(InputError, message);
    });
  }

  it('refuses a file that is not there', () => {
    expect(() => readDocComments(join(tree, 'none.json'))).to.throw(InputError, 'cannot read the schema');
  });
});
