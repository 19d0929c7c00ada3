import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { defaultRedactRules } from './default-rules.ts';
import { redactRecording } from './redact-recording.ts';
import { createRedactor } from './redactor.ts';

const RULES = defaultRedactRules();
const RECORDINGS = fileURLToPath(new URL('../../recordings/', import.meta.url));

function redact(text: string, standIns = false): string {
  return redactRecording(text, 'x.qmp', createRedactor(RULES, { standIns })).text;
}

const HEAD = '---\nid: wire/x\n---\n';
const R = '(redacted)';

describe('redactRecording', () => {
  const rows: readonly (readonly [title: string, text: string, then: string])[] = [
    [
      'keeps comments, marks, empty lines and spacing',
      `${HEAD}# note\n\n@0.5 1-- opened\n@0.5 1->   { "execute": "change-vnc-password",\n  "arguments": { "password": "hunter2" } }\n# about hunter2\n<- {"return": {}}\n@9 1-- ends: no room for hunter2\n`,
      `${HEAD}# note\n\n@0.5 1-- opened\n@0.5 1->   { "execute": "change-vnc-password",\n  "arguments": { "password": "${R}" } }\n# about ${R}\n<- {"return": {}}\n@9 1-- ends: no room for ${R}\n`,
    ],
    [
      'takes CRLF and a byte order mark',
      `\uFEFF${HEAD}-> {"execute":"x","arguments":{"password":"y"}}\n`.replaceAll('\n', '\r\n'),
      `\uFEFF${HEAD}-> {"execute":"x","arguments":{"password":"${R}"}}\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'redacts what is no JSON',
      `${HEAD}->? {"password": "hunter2",\n  "b": ]\n<- {"return": "hunter2"}\n`,
      `${HEAD}->? {"password": "${R}",\n  "b": ]\n<- {"return": "${R}"}\n`,
    ],
    [
      'redacts bytes',
      `${HEAD}->x ${Buffer.from('\xff{"password":"abcd"').toString('hex')}\n<- {"return": {}}\n`,
      `${HEAD}->x ${(Buffer.from(`\xff{"password":"${R}"`).toString('hex').match(/../g) ?? []).join(' ')}\n<- {"return": {}}\n`,
    ],
    [
      'redacts the front matter',
      `---\nid: wire/x\nprepare:\n  - { execute: change-vnc-password, arguments: { password: abc } }\n  - { execute: set_password, arguments: { "protocol": "vnc", "password": 'it''s' } }\nsubstitute:\n  - { at: /0/arguments/password, value: hunter2 }\n---\n-> {"execute":"x","arguments":{"password":"y"}}\n`,
      `---\nid: wire/x\nprepare:\n  - { execute: change-vnc-password, arguments: { password: "${R}" } }\n  - { execute: set_password, arguments: { "protocol": "vnc", "password": "${R}" } }\nsubstitute:\n  - { at: /0/arguments/password, value: "${R}" }\n---\n-> {"execute":"x","arguments":{"password":"${R}"}}\n`,
    ],
  ];
  for (const [title, text, then] of rows) it(title, () => expect(redact(text)).to.equal(then));

  it('counts the messages that it changes', () => {
    const text = `${HEAD}-> {"execute":"x","arguments":{"password":"y"}}\n<- {"return": {}}\n`;
    expect(redactRecording(text, 'x.qmp', createRedactor(RULES)).changed).to.equal(1);
  });

  it('keeps connections apart', () => {
    const get = '{"execute":"qom-get","arguments":{"property":"data"}}';
    const text = `${HEAD}1-> ${get}\n2<- {"return": "a"}\n1-- closed by the client\n1<- {"return": "b"}\n`;
    expect(redact(text)).to.equal(text);
  });

  for (const [title, text] of [
    ['a text that is no recording', '{"execute":"stop"}\n'],
    ['a recording that is cut off', `${HEAD}-> {"execute":"stop"`],
    [
      'a secret in the front matter that it cannot tell',
      `---\nid: wire/x\nprepare:\n  - { execute: x, arguments: { password: "a\\x62c" } }\n---\n<- {"return": {}}\n`,
    ],
  ] as const)
    it(`refuses ${title}`, () =>
      expect(() => redact(text)).to.throw(InputError, /^x\.qmp:\d+:\d+: .+; expected /));

  it('leaves every recording of ours a recording, and changes it once', function () {
    this.timeout(60_000);
    const files = readdirSync(RECORDINGS, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.qmp'),
    );
    expect(files.length).to.be.above(500);
    for (const file of files) {
      const text = readFileSync(RECORDINGS + file, 'utf8');
      const redacted = redact(text);
      expect(redact(redacted), file).to.equal(redacted);
      const stood = readTranscript(redact(text, true), file);
      const before = readTranscript(text, file);
      expect(stood.messages.map(({ line, direction }) => [line, direction])).to.deep.equal(
        before.messages.map(({ line, direction }) => [line, direction]),
      );
    }
  });
});
