import { expect } from 'chai';
import { messagesFromBlock } from './block-to-messages.ts';
import type { ExampleBlock } from './example-block.ts';

const blockFromText = (text: string): ExampleBlock => ({
  document: 'qapi/frob.json',
  definition: 'frob',
  line: 1,
  section: 1,
  lines: text.split('\n').map((line, index) => ({ line: index + 1, text: line })),
});

/** `-> text` for what is JSON, `->? text` for what is not. */
const read = (text: string): string[] =>
  messagesFromBlock(blockFromText(text)).messages.map(
    ({ direction, body, text: written }) => `${direction}${body.kind === 'malformed' ? '?' : ''} ${written}`,
  );

interface Trap {
  readonly what: string;
  readonly text: string;
  readonly messages: readonly string[];
}

const traps: readonly Trap[] = [
  {
    what: 'removes the indentation that all lines share',
    text: '    -> { "execute": "frob",\n         "arguments": {} }\n    <- { "return": {} }',
    messages: ['-> { "execute": "frob",\n     "arguments": {} }', '<- { "return": {} }'],
  },
  {
    what: 'aligns what follows a wide gap after the arrow',
    text: '<-   { "event": "FROB",\n       "data": {} }',
    messages: ['<- { "event": "FROB",\n     "data": {} }'],
  },
  {
    what: 'keeps a bare elision',
    text: '<- { "return": [\n     {},\n     ...\n   ] }',
    messages: ['<- { "return": [\n     {},\n     ...\n   ] }'],
  },
  {
    what: 'keeps elisions with words in them',
    text: '-> ... words from a client ...\n<- { "return": [ 1, [ ... and so on ... ], {...more...} ] }',
    messages: [
      '-> ... words from a client ...',
      '<- { "return": [ 1, [ ... and so on ... ], {...more...} ] }',
    ],
  },
  {
    what: 'takes dots in a string for a string',
    text: '<- { "return": "ab+...cd==" }',
    messages: ['<- { "return": "ab+...cd==" }'],
  },
  {
    what: 'keeps single quotes of a client',
    text: "-> { 'execute': 'frob' }",
    messages: ["-> { 'execute': 'frob' }"],
  },
  {
    what: 'calls single quotes of a server malformed: it never sends them',
    text: "<- { 'return': {} }",
    messages: ["<-? { 'return': {} }"],
  },
  {
    what: 'calls a semicolon at the end malformed',
    text: '<- { "return": {} };',
    messages: ['<-? { "return": {} };'],
  },
  {
    what: 'calls a quote at the end malformed',
    text: '<- {"return": [\n     1\n   ]}\'',
    messages: ['<-? {"return": [\n     1\n   ]}\''],
  },
  {
    what: 'keeps wrong words where the JSON is right',
    text: '-> { "command": "frob", "data": { "a": 1 } }',
    messages: ['-> { "command": "frob", "data": { "a": 1 } }'],
  },
  {
    what: 'calls a missing comma malformed',
    text: '<- { "return": { "a": 1\n                 "b": 2 } }',
    messages: ['<-? { "return": { "a": 1\n                 "b": 2 } }'],
  },
  {
    what: 'calls a comma too many malformed',
    text: '<- { "return": {\n       "a": 1,\n     }\n   }',
    messages: ['<-? { "return": {\n       "a": 1,\n     }\n   }'],
  },
  {
    what: 'keeps the arguments of a message that ends before them',
    text: '-> { "execute": "frob" }\n     "arguments": { "a": 1 } }\n<- { "return": {} }',
    messages: ['->? { "execute": "frob" }\n     "arguments": { "a": 1 } }', '<- { "return": {} }'],
  },
  {
    what: 'keeps a reply without the return wrapper',
    text: '<- { "status": "frobbed" }',
    messages: ['<- { "status": "frobbed" }'],
  },
  {
    what: 'keeps events between request and reply',
    text: '-> {"execute": "frob"}\n<- {"event": "FROB"}\n<- {"return": {}}',
    messages: ['-> {"execute": "frob"}', '<- {"event": "FROB"}', '<- {"return": {}}'],
  },
  {
    what: 'keeps a request without a reply',
    text: '-> {"execute": "frob"}',
    messages: ['-> {"execute": "frob"}'],
  },
  { what: 'keeps a reply without a request', text: '<- {"return": {}}', messages: ['<- {"return": {}}'] },
  {
    what: 'calls two values on one arrow malformed',
    text: '<- {"return": {}} {"event": "FROB"}',
    messages: ['<-? {"return": {}} {"event": "FROB"}'],
  },
  {
    what: 'calls a second value under the first malformed',
    text: '<- {"return": {}}\n   {"event": "FROB"}',
    messages: ['<-? {"return": {}}\n   {"event": "FROB"}'],
  },
  {
    what: 'calls a missing bracket malformed and does not swallow what comes next',
    text: '<- {"return": {"a": 1}\n\nThis is prose.\n-> {"execute": "frob"}',
    messages: ['<-? {"return": {"a": 1}', '-> {"execute": "frob"}'],
  },
  {
    what: 'calls a bracket too many malformed',
    text: '<- {"event": "FROB",\n    "data": {} }\n   }',
    messages: ['<-? {"event": "FROB",\n    "data": {} }\n   }'],
  },
  {
    what: 'takes a closing bracket under the arrow for the message',
    text: ' <- {"return": [\n      1 ]\n }',
    messages: ['<- {"return": [\n     1 ]\n}'],
  },
  {
    what: 'goes on over an empty line while brackets are open',
    text: '-> {"execute": "frob",\n\n    "arguments": {}}',
    messages: ['-> {"execute": "frob",\n    "arguments": {}}'],
  },
  {
    what: 'leaves prose at the same indentation behind',
    text: '  -> {"execute": "frob"}\n  <- {"return": {}}\n  Now it is frobbed.\n',
    messages: ['-> {"execute": "frob"}', '<- {"return": {}}'],
  },
  {
    what: 'leaves prose behind that is indented deeper than a whole message',
    text: '<- {"return": {}}\n     but see above',
    messages: ['<- {"return": {}}'],
  },
  {
    what: 'sees no arrow inside prose',
    text: 'It goes from a -> b,\nand r/o <- r/w.\n-> {"execute": "frob"}',
    messages: ['-> {"execute": "frob"}'],
  },
  {
    what: 'sees neither brackets nor arrows in strings',
    text: '<- { "return": "}{[ \\" -> {" }\nprose',
    messages: ['<- { "return": "}{[ \\" -> {" }'],
  },
  {
    what: 'keeps words where a message should be',
    text: '-> the client speaks',
    messages: ['->? the client speaks'],
  },
  {
    what: 'starts a message under an arrow that stands alone',
    text: '->\n   {"execute": "frob"}',
    messages: ['-> {"execute": "frob"}'],
  },
];

describe('messagesFromBlock', () => {
  for (const { what, text, messages } of traps) {
    it(what, () => expect(read(text)).to.deep.equal(messages));
  }

  it('says which line of the document a message begins on', () => {
    const { messages } = messagesFromBlock(
      blockFromText('\nprose\n-> {"execute": "frob"}\n\n<- {"return": {}}'),
    );
    expect(messages.map(({ line }) => line)).to.deep.equal([3, 5]);
  });

  const bare = [
    ['{"execute": "frob"}', '->'],
    ['{"command": "frob"}', '->'],
    ['{"event": "FROB"}', '<-'],
    ['{"timestamp": {}, "event": "FROB"}', '<-'],
    ['{"return": {}}', '<-'],
  ] as const;
  for (const [text, direction] of bare) {
    it(`tells the direction of ${text} without an arrow, and reports it`, () => {
      const { messages, arrowless } = messagesFromBlock(blockFromText(`  ${text}`));
      expect(messages.map((message) => [message.direction, message.text])).to.deep.equal([[direction, text]]);
      expect(arrowless).to.deep.equal([1]);
    });
  }

  it('leaves an arrow with nothing behind it out, and reports it', () => {
    const { messages, empty } = messagesFromBlock(blockFromText('-> {"execute": "frob"}\n<-\n'));
    expect(messages).to.have.length(1);
    expect(empty).to.deep.equal([2]);
  });

  it('finds no message in prose', () => {
    expect(messagesFromBlock(blockFromText('nothing\n\n  to see'))).to.deep.equal({
      messages: [],
      arrowless: [],
      empty: [],
    });
  });

  it('says why a message is malformed', () => {
    const [message] = messagesFromBlock(blockFromText('<- {"return" {}}')).messages;
    expect(message?.body).to.deep.include({ kind: 'malformed' });
    expect(message?.body)
      .to.have.property('reason')
      .that.matches(/^1:11: .*expected ':'/);
  });
});
