import { expect } from 'chai';
import { messagesFromBlock } from './block-to-messages.ts';
import { examplesInText } from './text-examples.ts';

/** Label and messages of each example. */
const read = (text: string, document = 'docs/frob.txt'): unknown[] =>
  examplesInText(text, document).blocks.map((block) => [
    block.label,
    ...messagesFromBlock(block).messages.map(
      ({ direction, body, text: written }) =>
        `${direction}${body.kind === 'malformed' ? '?' : ''} ${written.replaceAll(/\s+/g, '')}`,
    ),
  ]);
const STOP = '{"execute":"stop"}';
const DONE = '{"return":{}}';

const cases: readonly [string, string, unknown[]][] = [
  ['arrows', `  -> ${STOP}\n  <- ${DONE}\n`, [[undefined, `-> ${STOP}`, `<- ${DONE}`]]],
  [
    'client and server of the specification',
    `3.1 Do it\n---------\n\nC: ${STOP}\nS: {"return":\n{}}\n`,
    [['Do it', `-> ${STOP}`, `<- ${DONE}`]],
  ],
  [
    'bare messages of many lines',
    `  {\n    "execute": "stop"\n  }\n  {\n      "return": {}\n  }\n`,
    [[undefined, `-> ${STOP}`, `<- ${DONE}`]],
  ],
  ['single quotes', "{ 'execute': 'stop' }\n", [[undefined, "-> {'execute':'stop'}"]]],
  ['what is no JSON', '{ "execute": "stop", }\n', [[undefined, '->? {"execute":"stop",}']]],
  [
    'the name in a short introduction',
    `A\n=\n\nStop the machine now:\n\n${STOP}\n`,
    [['Stop the machine now', `-> ${STOP}`]],
  ],
  [
    'the name in a heading where the introduction is long',
    `Stopping\n========\n\nHere we have a paragraph that tells quite a lot about it:\n\n${STOP}\n`,
    [['Stopping', `-> ${STOP}`]],
  ],
  [
    'the name in a heading above "Example"',
    `Stopping\n========\n\nExample\n-------\n\n${STOP}\n`,
    [['Stopping', `-> ${STOP}`]],
  ],
  [
    'no name from a command line',
    `== Stopping ==\n$ qemu-system-frob \\\n   -S\n\n${STOP}\n`,
    [['Stopping', `-> ${STOP}`]],
  ],
  [
    'an example up to prose',
    `${STOP}\n\n${STOP}\nNow wait.\n${STOP}\n`,
    [
      [undefined, `-> ${STOP}`, `-> ${STOP}`],
      ['Now wait', `-> ${STOP}`],
    ],
  ],
  ['one example over dots', `<- ${DONE}\n\n...\n\n<- ${DONE}\n`, [[undefined, `<- ${DONE}`, `<- ${DONE}`]]],
  [
    'one example beside a second column',
    `${STOP}\n\n                                  (qemu) info status\n\n${STOP}\n`,
    [[undefined, `-> ${STOP}`, `-> ${STOP}`]],
  ],
  [
    'what qmp-shell prints',
    `(QEMU) stop\n{\n  "execute": "stop"\n}\n{\n  "return": {}\n}\n(QEMU) stop\n${STOP}\n`,
    [
      [undefined, `-> ${STOP}`, `<- ${DONE}`],
      [undefined, `-> ${STOP}`],
    ],
  ],
  ['a message in a sentence', `You can issue '${STOP}' now.\n`, [[undefined, `-> ${STOP}`]]],
  [
    'a message of a shell',
    `# echo '{"execute":"stop", "id": "}"}' | ncat\n`,
    [[undefined, '-> {"execute":"stop","id":"}"}']],
  ],
  ['no other JSON', '{ "data": 1 }\n\n{\n  "filename": "x"\n}\n\n[ { "type": "file" } ]\n', []],
  ['no C', 'struct frob\n{\n    int execute;\n};\n', []],
  ['no chains of images', '[A] <- [B] <- [C]\n  -> see below\n', []],
];

describe('examplesInText', () => {
  for (const [what, text, blocks] of cases)
    it(`reads ${what}`, () => expect(read(text)).to.deep.equal(blocks));

  it('knows headings of Markdown only in Markdown', () => {
    const text = `## Stopping\n\n\`\`\`json\n${STOP}\n\`\`\`\n`;
    expect(read(text, 'docs/frob.md')).to.deep.equal([['Stopping', `-> ${STOP}`]]);
    expect(read(text)).to.deep.equal([[undefined, `-> ${STOP}`]]);
  });

  it('says which lines stay behind, and why', () => {
    const text =
      '{ "execute": json-string, "arguments": json-object,\n  "id": json-value }\n\n' +
      '- The "execute" member names the command\n- so does {"execute": "stop",\n  and so on\n';
    const { blocks, left } = examplesInText(text, 'docs/qmp-spec.txt');
    expect(blocks).to.deep.equal([]);
    expect(left.map(({ line, lines, reason }) => [line, lines, reason])).to.deep.equal([
      [1, 2, 'grammar of messages'],
      [4, 1, 'mentioned in prose'],
      [5, 1, 'message that does not end in its line'],
    ]);
  });
});
