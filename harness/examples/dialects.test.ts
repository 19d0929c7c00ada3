import { expect } from 'chai';
import { InputError } from '../errors.ts';
import type { DocComment } from '../qapi/language/read-doc-comments.ts';
import { titleOfBlock, type ExampleBlock } from './example-block.ts';
import { examplesInSections } from './example-sections.ts';
import { examplesInManualPage } from './manual-page.ts';
import { examplesInDirectives } from './qmp-example-directive.ts';

const comment = (text: string, definition = 'frob'): DocComment => ({
  definition,
  kind: 'command',
  place: { file: 'qapi/frob.json', line: 1 },
  lines: text.split('\n').map((line, index) => ({ line: index + 1, text: line })),
});

/** Title, and the lines that are not empty, without indentation. */
const shown = (blocks: readonly ExampleBlock[]): [string | undefined, string[]][] =>
  blocks.map((block) => [
    titleOfBlock(block),
    block.lines.map(({ text }) => text.trim()).filter((text) => text !== ''),
  ]);

describe('examplesInSections', () => {
  const read = (text: string): [string | undefined, string[]][] => shown(examplesInSections(comment(text)));

  const endings = [
    'Since: 1.0',
    'Note: frob',
    'Notes: frob',
    'Returns: frob',
    'TODO: frob',
    'Features:',
    '@arg: frob',
    '= Frob',
  ];
  for (const ending of endings) {
    it(`ends a section at "${ending}"`, () => {
      expect(read(`Example:\n\n-> {}\n\n${ending}\n<- {}`)).to.deep.equal([[undefined, ['-> {}']]]);
    });
  }

  const headings = [
    ['Example:', undefined],
    ['Examples:', undefined],
    ['Example 2:', undefined],
    ['Example (a titled one):', 'a titled one'],
    ['Example: frob it all:', 'frob it all'],
  ] as const;
  for (const [heading, title] of headings) {
    it(`knows the heading "${heading}"`, () => {
      expect(read(`@frob:\n\n${heading}\n  -> {}\n`)).to.deep.equal([[title, ['-> {}']]]);
    });
  }

  const others = ['For Example: frob', 'Example text says frob', 'example:', '.. qmp-example::', 'Example::'];
  for (const text of others) {
    it(`does not take "${text}" for a heading`, () => {
      expect(read(`${text}\n-> {}\n`)).to.deep.equal([]);
    });
  }

  it('cuts a numbered section into its examples', () => {
    const text =
      'Example:\n\n1. Frob one\n\n-> { "a": 1 }\n<- {}\n\n2. Frob two.\n-> { "a": 2 }\n<- {}\n-> { "a": 3 }\n';
    const blocks = examplesInSections(comment(text));
    expect(shown(blocks)).to.deep.equal([
      ['Frob one', ['-> { "a": 1 }', '<- {}']],
      ['Frob two', ['-> { "a": 2 }', '<- {}', '-> { "a": 3 }']],
    ]);
    expect(blocks.map(({ line, section }) => [line, section])).to.deep.equal([
      [3, 1],
      [8, 1],
    ]);
  });

  it('cuts at numbers without words and at "or", which are no titles', () => {
    expect(read('Example:\n1.\n-> { "a": 1 }\n2.\n-> { "a": 2 }\nor\n-> { "a": 3 }')).to.deep.equal([
      [undefined, ['-> { "a": 1 }']],
      [undefined, ['-> { "a": 2 }']],
      [undefined, ['-> { "a": 3 }']],
    ]);
  });

  it('does not cut at prose behind the last message, nor between messages without prose', () => {
    expect(read('Example:\n-> {}\n\n<- {}\n\n-> {}\nThat was it.\n')).to.deep.equal([
      [undefined, ['-> {}', '<- {}', '-> {}']],
    ]);
  });

  it('makes no title of a long text, but a label', () => {
    const [block] = examplesInSections(
      comment('Example:\none two three four five six seven eight nine:\n-> {}\n'),
    );
    expect(block && titleOfBlock(block)).to.equal(undefined);
    expect(block?.label).to.equal('one two three four five six seven eight nine');
  });

  it('yields a section without a message, so that it is not lost', () => {
    expect(read('Example:\n\nnothing\n')).to.deep.equal([[undefined, []]]);
  });
});

describe('examplesInDirectives', () => {
  const read = (text: string): [string | undefined, string[]][] => shown(examplesInDirectives(comment(text)));

  it('takes what is indented under the directive', () => {
    expect(read('.. qmp-example::\n\n    -> {}\n\n    <- {}\nSince: 1.0\n    -> {}')).to.deep.equal([
      [undefined, ['-> {}', '<- {}']],
    ]);
  });

  it('takes several, and titles that go on', () => {
    const text =
      '.. qmp-example::\n    :title: Frob\n        it all\n\n    -> {}\n\n.. qmp-example::\n\n    <- {}\n';
    expect(read(text)).to.deep.equal([
      ['Frob it all', ['-> {}']],
      [undefined, ['<- {}']],
    ]);
  });

  it('takes only the literal blocks of an annotated one', () => {
    const text =
      '.. qmp-example::\n   :annotated:\n\n   First frob::\n\n    -> { "a": 1 }\n\n   - {not} this\n\n   ::\n\n     <- {}\n\n   -> nor this\n';
    expect(read(text)).to.deep.equal([['First frob', ['-> { "a": 1 }', '<- {}']]]);
  });

  const others = ['.. qmp-example:', '.. code-block:: QMP', '.. note::', 'see .. qmp-example::', 'Example:'];
  for (const text of others) {
    it(`does not take "${text}" for an example`, () => {
      expect(read(`${text}\n\n    -> {}\n`)).to.deep.equal([]);
    });
  }
});

describe('examplesInManualPage', () => {
  const page = (body: string, heading = '.IP "Example:"'): string =>
    `.SH FROB STATE\n.INDENT 0.0\n.TP\n.B Command x\\-frob (Since: 1.0)\nprose\n.INDENT 7.0\n${heading}\n${body}\n.UNINDENT\n.UNINDENT\n`;
  const literal = '.EX\n\\-> { \\(dqa\\(dq: \\(dq\\e\\(aq\\(dq }\n<\\- ...\n\\&...\n.EE';

  it('takes literal blocks under "Example", undoes escapes, and knows definition and heading', () => {
    const { blocks, left, document } = examplesInManualPage(page(literal), 'frob.7');
    expect(shown(blocks)).to.deep.equal([[undefined, ['-> { "a": "\\\'" }', '<- ...', '...']]]);
    expect(blocks[0]).to.include({
      definition: 'x-frob',
      heading: 'FROB STATE',
      document: 'qemu-qmp-ref(7)',
    });
    expect(left).to.deep.equal([]);
    expect(document).to.equal('qemu-qmp-ref(7)');
  });

  it('takes a title from the heading', () => {
    const { blocks } = examplesInManualPage(page(literal, '.IP "Example: the frob\\(aqs end"'), 'frob.7');
    expect(shown(blocks)[0]?.[0]).to.equal("the frob's end");
  });

  it('takes a title from the paragraph before the block, not from that behind it', () => {
    const before = examplesInManualPage(
      page(`.sp\nFrob \\fBit\\fP:\n.INDENT 3.5\n${literal}\n.UNINDENT\nprose here`),
      'frob.7',
    );
    expect(shown(before.blocks)[0]?.[0]).to.equal('Frob it');
    const behind = examplesInManualPage(page(`${literal}\nprose here\n`), 'frob.7');
    expect(shown(behind.blocks)[0]?.[0]).to.equal(undefined);
  });

  it('reports literal blocks that are no examples', () => {
    const outside = `${page(literal)}.EX\n5| *\n.EE\n`;
    const { left } = examplesInManualPage(outside, 'frob.7');
    expect(left.map(({ line }) => line)).to.deep.equal([outside.split('\n').lastIndexOf('.EX') + 1]);
  });

  it('yields an example without a block, so that it is not lost', () => {
    expect(shown(examplesInManualPage(page('prose'), 'frob.7').blocks)).to.deep.equal([[undefined, []]]);
  });

  it('knows by its title whose page it is', () => {
    const titled = `.TH "QEMU-GA-REF" "7" "" "11.1" "QEMU"\n${page(literal)}`;
    expect(examplesInManualPage(titled, 'frob.7').blocks[0]?.document).to.equal('qemu-ga-ref(7)');
  });

  const wrong = [
    [
      'another page',
      `.TH "QEMU-IMG" "1"\n${page(literal)}`,
      'frob.7: manual page qemu-img(1); expected qemu-qmp-ref(7)',
    ],
    [
      'a block without end',
      page('.EX\n\\-> {}').replace('.UNINDENT', ''),
      'frob.7:8:1: literal block does not end',
    ],
    ['an unknown escape', page('.EX\n\\zfoo\n.EE'), 'frob.7:9:1: roff escape \\z'],
    ['an unknown character', page('.EX\n\\(zzfoo\n.EE'), 'frob.7:9:1: roff escape \\(zz'],
  ] as const;
  for (const [what, text, message] of wrong) {
    it(`refuses ${what}`, () => {
      expect(() => examplesInManualPage(text, 'frob.7')).to.throw(InputError, message);
    });
  }
});
