import { expect } from 'chai';
import { FIRST_LINE, blockOf, openFixtureSchema } from './fixture-schema.ts';
import { lintBlock, type DocumentFinding } from './lint-documentation.ts';
import { listLintRules } from './rules.ts';

const TIME = '"timestamp": { "seconds": 1, "microseconds": 2 }';
const DOG = '{ "name": "rex", "age": 3 }';

/** Examples with nothing wrong. */
const GOOD: readonly (readonly [what: string, definition: string, text: string])[] = [
  ['a command and its response', 'nap', '-> { "execute": "nap" }\n<- { "return": {} }'],
  [
    'elided members',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- { "return": { ... } }`,
  ],
  ['elided elements', 'query-dogs', `-> { "execute": "query-dogs" }\n<- { "return": [ ${DOG}, ... ] }`],
  ['an elided value', 'query-dogs', '-> { "execute": "query-dogs" }\n<- { "return": ... }'],
  ['an event', 'BARK', `<- { "event": "BARK", "data": { "dog": ${DOG} }, ${TIME} }`],
  ['an event without data', 'NIGHT', `<- { "event": "NIGHT", ${TIME} }`],
  [
    'an event between',
    'nap',
    `-> { "execute": "nap" }\n<- { "event": "NIGHT", ${TIME} }\n<- { "return": {} }`,
  ],
  [
    'responses by id, in whatever order',
    'query-dogs',
    `-> { "execute": "nap", "id": 1 }\n-> { "exec-oob": "query-dogs", "id": 2 }\n<- { "return": [], "id": 2 }\n<- { "return": {}, "id": 1 }`,
  ],
  ['an error', 'nap', '-> { "execute": "nap" }\n<- { "error": { "class": "GenericError", "desc": "busy" } }'],
  ['a command that is not answered', 'vanish', '-> { "execute": "vanish" }'],
  ['a text outside of definitions that shows steps', '-', '-> { "execute": "nap" }'],
  ['an explanation of the notation', '-', '-> data issued by the Client'],
];

/** Examples with one thing wrong: `line rule` of the finding, and what stands in the text that would be right. */
type Row = readonly [what: string, definition: string, text: string, found: string, right?: RegExp];
const WRONG: readonly Row[] = [
  [
    'a comma too many',
    'nap',
    '-> { "execute": "nap", }\n<- { "return": {} }',
    '11 not-json',
    /^-> \{ "execute": "nap" \}$/,
  ],
  [
    'a comma missing at a line end',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- { "return": {\n     "name": "rex"\n     "age": 3 } }`,
    '13 not-json',
    /"rex",\n/,
  ],
  [
    'a semicolon',
    'nap',
    '-> { "execute": "nap" };\n<- { "return": {} }',
    '11 not-json',
    /^-> \{ "execute": "nap" \}$/,
  ],
  [
    'single quotes of a server',
    'nap',
    '-> { "execute": "nap" }\n<- { \'return\': {} }',
    '12 not-json',
    /^<- \{ "return": \{\} \}$/,
  ],
  [
    'a missing bracket',
    'query-dogs',
    `-> { "execute": "query-dogs" }\n<- { "return": [ ${DOG} }`,
    '12 not-json',
    / \] \}$/,
  ],
  [
    'a bracket that closes too early',
    'sit',
    '-> { "execute": "sit" }\n     "arguments": { "dog": "rex" } }\n<- { "return": {} }',
    '12 not-json',
    /^-> \{ "execute": "sit" ,\n/,
  ],
  [
    'a missing quote',
    'nap',
    '-> { "execute: "nap" }\n<- { "return": {} }',
    '11 not-json',
    /^-> \{ "execute": "nap" \}$/,
  ],
  [
    'a missing colon',
    'nap',
    '-> { "execute" "nap" }\n<- { "return": {} }',
    '11 not-json',
    /^-> \{ "execute": "nap" \}$/,
  ],
  [
    'a hexadecimal number',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": "rex", "seconds": 0x10 } }\n<- { "return": {} }',
    '11 not-json',
    /"seconds": 16 /,
  ],
  [
    'two dots',
    'query-dogs',
    '-> { "execute": "query-dogs" }\n<- { "return": [ .. ] }',
    '12 not-json',
    /\[ \.\.\. \]/,
  ],
  ['words', 'nap', '-> { "execute": "nap" }\n<- { nothing at all to see }', '12 not-json'],
  [
    'a member twice',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": "rex", "dog": "rex" } }\n<- { "return": {} }',
    '11 duplicate-member',
    /\{ "dog": "rex" \}/,
  ],
  [
    'a member twice, unlike',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- { "return": { "name": "rex",\n  "age": 3, "age": 4 } }`,
    '13 duplicate-member',
  ],
  [
    'another word for execute',
    'nap',
    '-> { "command": "nap" }\n<- { "return": {} }',
    '11 not-qmp',
    /^-> \{ "execute": "nap" \}$/,
  ],
  ['no message of the protocol', 'nap', '-> { "sleep": true }\n<- { "return": {} }', '11 not-qmp'],
  [
    'a bare reply',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- ${DOG}`,
    '12 no-return',
    /^<- \{ "return": \{ "name": "rex", "age": 3 \} \}$/,
  ],
  [
    'a misspelt return',
    'nap',
    '-> { "execute": "nap" }\n<- { "returns": {} }',
    '12 no-return',
    /^<- \{ "return": \{\} \}$/,
  ],
  [
    'the wrong arrow',
    'nap',
    '-> { "execute": "nap" }\n-> { "return": {} }',
    '12 wrong-direction',
    /^<- \{ "return"/,
  ],
  [
    'data for arguments',
    'sit',
    '-> { "execute": "sit", "data": { "dog": "rex" } }\n<- { "return": {} }',
    '11 envelope',
    /"arguments": \{ "dog"/,
  ],
  [
    'an argument outside',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": "rex" },\n     "seconds": 3 }\n<- { "return": {} }',
    '12 envelope',
    /\{ "dog": "rex", "seconds": 3 \}/,
  ],
  ['an event without time', 'NIGHT', '<- { "event": "NIGHT" }', '11 envelope', /"timestamp": \{ \.\.\. \}/],
  [
    'a misspelt command',
    'nap',
    '-> { "execute": "npa" }\n<- { "return": {} }',
    '11 other-definition,11 unknown-command',
    /"nap"/,
  ],
  ['a command that is not there', '-', '-> { "execute": "somersault" }', '11 unknown-command'],
  ['a misspelt event', '-', `<- { "event": "NIGTH", ${TIME} }`, '11 unknown-event', /"NIGHT"/],
  [
    'a misspelt member',
    'sit',
    '-> { "execute": "sit", "arguments": {\n  "dog": "rex", "second": 3 } }\n<- { "return": {} }',
    '12 unknown-member',
    /"seconds": 3/,
  ],
  [
    'a misspelt member that is not optional',
    'sit',
    '-> { "execute": "sit", "arguments": { "Dog": "rex" } }\n<- { "return": {} }',
    '11 unknown-member',
    /"dog": "rex"/,
  ],
  [
    'a member that no release has',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- { "return": { "name": "rex", "tail": 1, "age": 3 } }`,
    '12 unknown-member',
    /\{ "name": "rex", "age": 3 \}/,
  ],
  [
    'the same in a command',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": "rex", "tail": 1 } }\n<- { "return": {} }',
    '11 unknown-member',
  ],
  [
    'members without the one they belong in',
    'BARK',
    `<- { "event": "BARK", "data": ${DOG}, ${TIME} }`,
    '11 unknown-member,11 unknown-member',
    /"data": \{ "dog": \{ "name"/,
  ],
  [
    'members in one that is not there',
    'sit',
    '-> { "execute": "sit", "arguments": { "props": { "dog": "rex", "seconds": 3 } } }\n<- { "return": {} }',
    '11 unknown-member',
    /"arguments": \{ "dog": "rex", "seconds": 3 \}/,
  ],
  ['a missing argument', 'sit', '-> { "execute": "sit" }\n<- { "return": {} }', '11 missing-member'],
  [
    'missing members of a reply',
    'query-dogs',
    '-> { "execute": "query-dogs" }\n<- { "return": [\n    { "good-boy": true } ] }',
    '13 missing-member',
    /"good-boy": true, \.\.\. \}/,
  ],
  ['missing data', 'BARK', `<- { "event": "BARK", ${TIME} }`, '11 missing-member', /"data": \{ \.\.\. \}/],
  [
    'a number in quotes',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": "rex", "seconds": "3" } }\n<- { "return": {} }',
    '11 wrong-type',
    /"seconds": 3 /,
  ],
  [
    'a string without quotes',
    'sit',
    '-> { "execute": "sit", "arguments": { "dog": 7 } }\n<- { "return": {} }',
    '11 wrong-type',
    /"dog": "7"/,
  ],
  [
    'a boolean in quotes',
    'query-dogs',
    '-> { "execute": "query-dogs" }\n<- { "return": [ { "name": "rex", "age": 3, "good-boy": "on" } ] }',
    '12 wrong-type',
    /"good-boy": true/,
  ],
  [
    'an array that is none',
    'query-dogs',
    `-> { "execute": "query-dogs" }\n<- { "return": ${DOG} }`,
    '12 wrong-type',
    /"return": \[ \{.*\} \]/,
  ],
  [
    'an object in an array',
    'query-dog',
    `-> { "execute": "query-dog", "arguments": { "name": "rex" } }\n<- { "return": [ ${DOG} ] }`,
    '12 wrong-type',
    /"return": \{ "name"/,
  ],
  [
    'a number that is too large',
    'query-dogs',
    '-> { "execute": "query-dogs" }\n<- { "return": [ { "name": "rex", "age": 300 } ] }',
    '12 out-of-range',
  ],
  [
    'a misspelt value',
    'query-dogs',
    '-> { "execute": "query-dogs" }\n<- { "return": [ { "name": "rex", "age": 3, "mood": "not_so_bad" } ] }',
    '12 unknown-value',
    /"not-so-bad"/,
  ],
  [
    'a misspelt discriminator',
    'order',
    '-> { "execute": "order", "arguments": { "kind": "wlak", "length": 3 } }\n<- { "return": {} }',
    '11 unknown-branch',
    /"walk"/,
  ],
  [
    'a misspelt error class',
    'nap',
    '-> { "execute": "nap" }\n<- { "error": { "class": "DeviceNotfound", "desc": "no" } }',
    '12 unknown-error-class',
    /"DeviceNotFound"/,
  ],
  [
    'out of band where that is refused',
    'nap',
    '-> { "exec-oob": "nap" }\n<- { "return": {} }',
    '11 out-of-band',
    /"execute": "nap"/,
  ],
  [
    'a response with another id',
    'nap',
    '-> { "execute": "nap", "id": "a" }\n<- { "return": {}, "id": "b" }',
    '12 id',
    /"id": "a"/,
  ],
  [
    'a response without the id',
    'nap',
    '-> { "execute": "nap", "id": 7 }\n<- { "return": {} }',
    '12 id',
    /"id": 7/,
  ],
  [
    'an id out of nowhere',
    'nap',
    '-> { "execute": "nap" }\n<- { "return": {}, "id": 7 }',
    '12 id',
    /^<- \{ "return": \{\} \}$/,
  ],
  ['an arrow alone', 'nap', '-> { "execute": "nap" }\n<- { "return": {} }\n<-', '13 no-text'],
  [
    'a message without an arrow',
    'nap',
    '{ "execute": "nap" }\n<- { "return": {} }',
    '11 no-arrow',
    /^-> \{ "execute"/,
  ],
  ['no message', 'nap', 'See elsewhere.', '11 no-message'],
  ['a response alone', 'query-dogs', '<- { "return": [] }', '11 no-command'],
  ['a command alone', 'query-dogs', '-> { "execute": "query-dogs" }', '11 no-response'],
  [
    'the example of another command',
    'sit',
    '-> { "execute": "nap" }\n<- { "return": {} }',
    '11 other-definition',
  ],
  [
    'what is refused on purpose',
    'nap',
    '-> { "execute": "nap", "arguments": { "a": 1 } }\n<- { "error": { "class": "GenericError", "desc": "no a" } }',
    '11 refused',
  ],
  [
    'what does not exist, on purpose',
    '-',
    '-> { "execute": "jump" }\n<- { "error": { "class": "CommandNotFound", "desc": "no" } }',
    '11 refused',
  ],
  [
    'single quotes of a client',
    'nap',
    "-> { 'execute': 'nap' }\n<- { \"return\": {} }",
    '11 single-quotes',
    /^-> \{ "execute": "nap" \}$/,
  ],
];

describe('lintBlock', () => {
  const schema = openFixtureSchema();
  const lint = (definition: string, text: string): readonly DocumentFinding[] =>
    lintBlock(blockOf(definition, text), schema);
  const short = (findings: readonly DocumentFinding[]): string =>
    findings
      .map(({ line, rule }) => `${line} ${rule.slice('example/'.length)}`)
      .sort()
      .join();
  const whole = ({ fix }: DocumentFinding): string | undefined => fix && `${fix.direction} ${fix.text}`;

  for (const [what, definition, text] of GOOD) {
    it(`has nothing against ${what}`, () => expect(lint(definition, text)).to.deep.equal([]));
  }

  for (const [what, definition, text, found, right] of WRONG) {
    it(`finds ${what}`, () => {
      const findings = lint(definition, text);
      expect(short(findings)).to.equal(found);
      const fixes = findings.map(whole).filter((fix) => fix !== undefined);
      if (right === undefined) expect(fixes).to.deep.equal([]);
      else {
        expect(fixes).to.not.be.empty;
        for (const fix of fixes) expect(fix).to.match(right);
      }
    });
  }

  for (const [what, definition, text, , right] of WRONG.filter((row) => row[4] !== undefined)) {
    it(`has nothing against the right text for ${what}`, () => {
      const lines = text.split('\n');
      for (const { message, fix } of lint(definition, text)
        .filter((one) => one.fix !== undefined)
        .slice(0, 1)) {
        const { lines: places = [] } = message ?? {};
        lines.splice(
          (places[0] ?? 0) - FIRST_LINE,
          places.length,
          `${fix?.direction ?? ''} ${fix?.text ?? ''}`,
        );
      }
      expect(right).to.not.equal(undefined);
      expect(lint(definition, lines.join('\n'))).to.deep.equal([]);
    });
  }

  it('judges on behind what it can make JSON and QMP', () => {
    const text = '-> { "command": "sit", "data": { "dog": 7, } }';
    expect(short(lint('sit', text))).to.equal(
      '11 envelope,11 no-response,11 not-json,11 not-qmp,11 wrong-type',
    );
    const wrong = '-> { "execute": "query-dogs" }\n<- { "return": [ { "name": "rex" "age": "3" } ] }';
    expect(short(lint('query-dogs', wrong))).to.equal('12 not-json,12 wrong-type');
  });

  it('gives a response to the command that it fits, where others are shown without theirs', () => {
    const text = `-> { "execute": "nap" }\n-> { "execute": "query-dogs" }\n<- { "return": [ ${DOG} ] }`;
    expect(short(lint('query-dogs', text))).to.equal('11 no-response');
  });

  it('tells the line in the document, empty lines or not', () => {
    const text =
      '->\n   { "execute": "sit",\n\n     "arguments": { "dog": "rex",\n\n       "tail": 1 } }\n<- { "return": {} }';
    expect(short(lint('sit', text))).to.equal('16 unknown-member');
  });

  it('needs no more than a moment for a long text that is no JSON', () => {
    const start = performance.now();
    lint('nap', `-> { "execute": ${'[ { "a" 1 ; '.repeat(5000)}`);
    lint('nap', `-> { "execute": ${'"a'.repeat(20_000)}`);
    expect(performance.now() - start).to.be.below(5000);
  });

  it('has an example for every rule', () => {
    const seen = new Set(
      WRONG.flatMap((row) => row[3].split(',').map((one) => `example/${one.split(' ')[1] ?? ''}`)),
    );
    expect(
      listLintRules()
        .map(({ id }) => id)
        .filter((id) => !seen.has(id)),
    ).to.deep.equal([]);
  });
});
