import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { defaultRedactRules } from '../redact/default-rules.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { Direction, Transcript } from '../transcript/transcript.ts';
import { Recorder } from './recorder.ts';
import { createRedaction } from './redaction.ts';
import { TranscriptFile } from './transcript-file.ts';

const HEAD = '---\nid: wire/test\n---\n';

describe('a recorder', () => {
  let dir: string;
  let path: string;
  let descriptor: number;
  let clock: number;
  const open: number[] = [];

  const begin = (redact = false, ended?: (reason: string) => void): Recorder => {
    descriptor = openSync(path, 'w+');
    open.push(descriptor);
    writeSync(descriptor, HEAD);
    clock = 0;
    const redaction = redact ? createRedaction({ rules: defaultRedactRules(), standIns: false }) : undefined;
    return new Recorder(new TranscriptFile(descriptor, HEAD.length), redaction, ended, () => clock);
  };
  const body = (): string => readFileSync(path, 'utf8').slice(HEAD.length);
  const read = (): Transcript => readTranscript(readFileSync(path, 'utf8'), path);

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qmp-'));
    path = join(dir, 'file.qmp');
  });
  afterEach(() => {
    open.splice(0).forEach((one) => closeSync(one));
    rmSync(dir, { recursive: true });
  });

  it('writes messages and marks, with connection and time', () => {
    const recorder = begin();
    recorder.opened(0);
    clock = 1.5;
    recorder.receive(0, '<-', Buffer.from('{"QMP": 1}\r\n'));
    clock = 2000;
    recorder.opened(3);
    recorder.receive(3, '->', Buffer.from("{'execute': 'a'}"), ['socket', 'file']);
    recorder.closed(3, 'client');
    recorder.closed(0, 'server');
    expect(body()).to.equal(
      [
        '@0.000000 -- opened',
        '@0.001500 <- {"QMP": 1}',
        '@2.000000 3-- opened',
        '@2.000000 3-- descriptor socket',
        '@2.000000 3-- descriptor file',
        "@2.000000 3-> {'execute': 'a'}",
        '@2.000000 3-- closed by the client',
        '@2.000000 -- closed by the server',
        '',
      ].join('\n'),
    );
    expect(recorder.finish()).to.deep.equal({ messages: 2, connections: 2 });
    expect(read().marks).to.have.lengthOf(6);
  });

  /** What is sent, and how it is written. */
  const forms: readonly (readonly [what: string, direction: Direction, bytes: string, written: string])[] = [
    ['a number of 64 bits', '<-', '{"a": 18446744073709551615}', '<- {"a": 18446744073709551615}'],
    ['many lines', '<-', '{\n "a": 1\n}', '<- {\n "a": 1\n}'],
    ['words that are no JSON', '->', 'hello', '->? hello'],
    ['a number alone, which is JSON', '->', '42', '-> 42'],
    ['brackets that are no JSON', '->', '{"a": ]', '->? {"a": ]'],
    ['single quotes of a server', '<-', "{'a': 1}", "<-? {'a': 1}"],
    ['three dots, which are no elision here', '->', '{ ... }', '->x 7b202e2e2e207d'],
    ['bytes that are no UTF-8', '->', '{"a\xff', '->x 7b2261ff'],
    ['NUL', '->', 'a\0b', '->x 610062'],
    ['no JSON on two lines', '->', '{"a":\n ]', '->? {"a":\n  ]'],
    [
      'nesting that is too deep',
      '->',
      `${'['.repeat(1026)}${']'.repeat(1026)}`,
      `->? ${'['.repeat(1026)}${']'.repeat(1026)}`,
    ],
  ];
  for (const [what, direction, bytes, written] of forms) {
    it(`writes ${what} so that it can be read`, () => {
      const recorder = begin();
      recorder.receive(0, direction, Buffer.from(`${bytes}\n`, 'latin1'));
      expect(body()).to.equal(`@0.000000 ${written}\n`);
      expect(read().messages).to.have.lengthOf(1);
    });
  }

  it('marks a descriptor before the message that began last', () => {
    const recorder = begin();
    expect(recorder.receive(0, '->', Buffer.from('{"a":1}{"b":2}'), ['file'])).to.equal(7);
    expect(recorder.receive(0, '->', Buffer.from('{"c":3}{"d"'), ['pipe'])).to.equal(7);
    expect(recorder.receive(0, '->', Buffer.from(':4'), ['device'])).to.equal(0);
    recorder.receive(0, '->', Buffer.from('}'));
    const expected = [
      '{"a":1}',
      'descriptor file',
      '{"b":2}',
      '{"c":3}',
      'descriptor pipe',
      'descriptor device',
      '{"d":4}',
    ];
    expect(
      body()
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(13)),
    ).to.deep.equal(expected);
  });

  it('has half a message on disk, and the whole in its place when it is there', () => {
    const recorder = begin();
    recorder.receive(0, '<-', Buffer.from('{"ret'));
    expect(body()).to.equal('@0.000000 <-x 7b22726574\n');
    recorder.receive(0, '<-', Buffer.from('urn": '));
    expect(body()).to.equal('@0.000000 <-x 7b2272657475726e223a20\n');
    recorder.receive(1, '<-', Buffer.from('{"other": 1}'));
    expect(read().messages.map(({ body: { kind } }) => kind)).to.deep.equal(['pattern', 'bytes']);
    recorder.receive(0, '<-', Buffer.from('{}}'));
    expect(body()).to.equal('@0.000000 1<- {"other": 1}\n@0.000000 <- {"return": {}}\n');
  });

  it('writes what came of a message when its connection is over', () => {
    const recorder = begin();
    recorder.receive(0, '->', Buffer.from('{"half": '));
    recorder.receive(1, '<-', Buffer.from('{"half": '));
    recorder.closed(0, 'client');
    expect(body()).to.match(
      /^@0\.000000 ->\? \{"half": \n@0\.000000 -- closed by the client\n\s*@0\.000000 1<-x 7b.*\n$/,
    );
    recorder.finish();
    expect(body()).to.match(/client\n@0\.000000 1<-\? \{"half": \n$/);
  });

  it('is a transcript after every chunk, with every byte of every message', () => {
    const message = fc.oneof(
      fc.json().map((json) => `{"a": ${json}}\r\n`),
      fc.constantFrom(
        '{"exec\xff',
        'hello ',
        '{"a": ]\n',
        `{"long": "${'y'.repeat(6000)}"}`,
        "{'q': 1}\n",
        '{"x\n',
        '7 ',
      ),
    );
    const lane = fc.constantFrom<readonly [number, Direction]>([0, '->'], [0, '<-'], [1, '->'], [2, '<-']);
    const chunks = fc.array(fc.tuple(lane, message, fc.nat()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(chunks, (list) => {
        const recorder = begin();
        const sent = new Map<string, string>();
        for (const [[connection, direction], text, at] of list) {
          const bytes = Buffer.from(text, text.includes('\xff') ? 'latin1' : 'utf8');
          const parts = [bytes.subarray(0, at % bytes.length), bytes.subarray(at % bytes.length)];
          for (const part of parts) {
            recorder.receive(connection, direction, part);
            const key = `${connection}${direction}`;
            sent.set(key, (sent.get(key) ?? '') + part.toString('latin1').replaceAll(/[ \r\n]/g, ''));
            if (body().trim() === '') continue;
            const written = new Map<string, string>();
            for (const { connection: one, direction: way, body: content, text: shown } of read().messages) {
              const raw =
                content.kind === 'bytes'
                  ? content.bytes.toString('latin1')
                  : Buffer.from(shown).toString('latin1');
              written.set(
                `${one}${way}`,
                (written.get(`${one}${way}`) ?? '') + raw.replaceAll(/[ \r\n]/g, ''),
              );
            }
            for (const [one, content] of sent) expect(written.get(one) ?? '').to.equal(content);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  describe('with redaction', () => {
    const command =
      '{"execute": "object-add", "arguments": {"qom-type": "secret", "id": "s", "data": "letmein"}}';

    it('keeps secrets from the disk', () => {
      const recorder = begin(true);
      recorder.receive(0, '->', Buffer.from(command));
      expect(body()).to.contain('"qom-type": "secret"').and.not.to.contain('letmein');
      expect(read().messages).to.have.lengthOf(1);
    });

    it('keeps them from the disk in half a message, wherever it is cut', () => {
      for (let at = 1; at < command.length; at++) {
        const recorder = begin(true);
        recorder.receive(0, '->', Buffer.from(command.slice(0, at)));
        const [, hex = ''] = /x ([0-9a-f]+)\n$/.exec(body()) ?? [];
        const half = Buffer.from(hex, 'hex').toString();
        expect(half)
          .to.have.lengthOf(at)
          .and.not.to.match(/let|etm|tme|mei|ein/);
        recorder.finish();
        expect(body())
          .to.match(/->\? \{/)
          .and.not.to.match(/let|etm|tme|mei|ein/);
      }
    });

    it('keeps them from the disk in bytes that are no text', () => {
      const recorder = begin(true);
      recorder.receive(0, '->', Buffer.from('{"password": "letmein"\xff', 'latin1'));
      const [, hex = ''] = /x ([0-9a-f]+)\n$/.exec(body()) ?? [];
      expect(Buffer.from(hex, 'hex').toString('latin1'))
        .to.match(/^\{"password": /)
        .and.not.to.contain('letmein');
    });
  });

  it('ends the transcript once where it cannot be written, and says so', () => {
    const reasons: string[] = [];
    const recorder = begin(false, (reason) => reasons.push(reason));
    recorder.receive(0, '->', Buffer.from('{"a": 1}'));
    // From here on its descriptor is of something that is full.
    closeSync(descriptor);
    const full = openSync('/dev/full', 'r+');
    expect(full).to.equal(descriptor);
    recorder.receive(0, '->', Buffer.from('{"a": 2}'));
    recorder.receive(0, '->', Buffer.from('{"a": 3}'));
    recorder.closed(0, 'client');
    expect(reasons).to.deep.equal(['no space left on device']);
    expect(recorder.finish()).to.include({ ends: 'no space left on device' });
  });
});
