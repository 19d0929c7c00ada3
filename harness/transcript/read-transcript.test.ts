import { expect } from 'chai';
import fc from 'fast-check';
import { InputError } from '../errors.ts';
import { JsonSyntaxError } from '../json/scanner.ts';
import type { JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { anyJson } from './any-json.test.ts';
import { matchMessage } from './match-message.ts';
import { bodyFromText } from './read-body.ts';
import { readPattern } from './read-pattern.ts';
import { readTranscript } from './read-transcript.ts';
import type { Direction, MatchKind, Transcript, TranscriptMessage } from './transcript.ts';
import { writeTranscript } from './write-transcript.ts';

const HEAD = '---\nid: a\n---\n';

function messagesOf(body: string): readonly TranscriptMessage[] {
  return readTranscript(HEAD + body, 'a.qmp').messages;
}

describe('readTranscript', () => {
  it('gives direction, connection, offset, text and line', () => {
    const [first, second, third, ...rest] = messagesOf(
      '# who\n@0.5 2-> { "execute":\n  1.0 }  \n\n<-x 0dFF\n<-? a\n  b\n  \n-> 1',
    );
    expect(first).to.include({
      direction: '->',
      connection: 2,
      offset: '0.5',
      line: 5,
      text: '{ "execute":\n  1.0 }',
    });
    expect(second).to.deep.equal({
      direction: '<-',
      connection: 0,
      text: '0dFF',
      line: 8,
      body: { kind: 'bytes', bytes: Buffer.from([0x0d, 0xff]) },
    });
    expect(third).to.deep.include({ direction: '<-', text: 'a\n b\n ', line: 9 });
    expect(rest.map(({ line }) => line)).to.deep.equal([12]);
  });

  it('says why a message is malformed, with its place in the text', () => {
    expect(messagesOf('->? { "a": 1\n   "b": 2 }\n')[0]?.body).to.deep.equal({
      kind: 'malformed',
      reason: "2:3: '\"'; expected ',' or '}'",
    });
  });

  it('reads a recording of a client that said nothing', () => {
    const { messages, marks } = readTranscript(`${HEAD}-- opened\n-- closed by the client\n`, 'a.qmp');
    expect(messages).to.deep.equal([]);
    expect(marks?.map(({ what }) => what.kind)).to.deep.equal(['opened', 'closed']);
  });

  it('keeps the error of the message as the cause', () => {
    expect(() => messagesOf('-> {'))
      .to.throw(InputError)
      .with.property('cause')
      .instanceOf(JsonSyntaxError);
  });

  it('reads the same of LF and CRLF, with and without byte order mark', () => {
    const text = `${HEAD}-> { "execute":\n "a" }\n->? x\n  y\n`;
    const { messages, head } = readTranscript(text, 'a');
    for (const other of [
      `\uFEFF${text}`,
      text.replaceAll('\n', '\r\n'),
      `\uFEFF${text.replaceAll('\n', '\r\n')}`,
    ]) {
      expect(readTranscript(other, 'a')).to.deep.equal({ file: 'a', messages, head });
    }
  });

  it('keeps a carriage return that is the message’s own', () => {
    expect(messagesOf('-> {\r\n}\n')[0]?.text).to.equal('{\r\n}');
  });

  describe('limits', () => {
    const size = 16 * 1024 * 1024;
    const refused = (text: string, what: RegExp): void => {
      const start = performance.now();
      expect(() => readTranscript(text, 'a.qmp', size)).to.throw(InputError, what);
      expect(performance.now() - start).to.be.below(8000);
    };
    it('reads a message that fills the largest file', () => {
      const text = `-> "${'x'.repeat(size - HEAD.length - 6)}"\n`;
      expect(readTranscript(HEAD + text, 'a.qmp', size).messages).to.have.length(1);
      refused(`${HEAD}${text}\n`, /^a\.qmp:1:1: a file over 16 MiB; expected /);
    });
    it('counts bytes, not characters', () => refused(`${HEAD}-> "${'é'.repeat(size / 2)}"`, /over 16 MiB/));
    it('reads the same of a long file, whose patterns are not all held', () => {
      const texts = Array.from(
        { length: 12_000 },
        (_, at) => `{"return": [${at}, "${'x'.repeat(500)}", ...]}`,
      );
      const messages = messagesOf(texts.map((text) => `<- ${text}\n`).join(''));
      const bodies = messages.map(({ body }) => body);
      // From both ends, so that what was dropped is asked for again.
      for (const at of [0, 11_999, 1, 6000, 0, 11_999]) {
        const body = bodies[at];
        expect(body?.kind === 'pattern' && body.pattern).to.deep.equal(readPattern(texts[at] ?? ''));
      }
    });
    it('reads many lines in linear time', () => {
      expect(messagesOf(`${'#\n'.repeat(1_000_000)}${'-> {\n}\n'.repeat(100_000)}`)).to.have.length(100_000);
    });
    it('reads a long malformed text', () => {
      expect(messagesOf(`->? x\n${' y\n'.repeat(500_000)}`)[0]?.text.length).to.equal(1_000_001);
    });
    it('refuses deep messages', () =>
      refused(`${HEAD}-> ${'[{"a":'.repeat(1_000_000)}`, /a\.qmp:4:\d+: nesting too deep/));
    const heads: readonly (readonly [what: string, head: string, error: RegExp])[] = [
      ['deep flow', `id: ${'['.repeat(20_000)}`, /^a\.qmp:2:1: YAML nested too deep; expected /],
      ['deep flow, whole', `a: ${'[['.repeat(200)}${']]'.repeat(200)}`, /nested too deep/],
      ['brackets in strings between', `a: ${'[{"]": '.repeat(200)}`, /nested too deep/],
      ['deep compact lists', '- '.repeat(20_000), /nested too deep/],
      [
        'deep block style',
        Array.from({ length: 200 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
        /nested too deep/,
      ],
      ['long', `id: "${'x'.repeat(70_000)}"`, /YAML over 64 KiB/],
      [
        'many unknown keys',
        Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join('\n'),
        /unknown key 'k0'/,
      ],
    ];
    for (const [what, head, error] of heads) {
      it(`refuses front matter: ${what}`, () => refused(`---\n${head}\n---\n-> 1\n`, error));
    }
    it('reads front matter with many brackets that are not deep', () => {
      const value = `[${'{ "]": ["[", x[] ] }, '.repeat(500)}]`;
      const { head } = readTranscript(
        `---\nid: a\nsubstitute: [{ at: /0, value: ${value.replaceAll('x[]', '1')} }]\n---\n-> 1\n`,
        'a',
      );
      expect(head.substitute[0]?.value).to.have.length(500);
    });
  });

  it('reads 600 small files within a moment', () => {
    const text = `---\nid: a\nsource:\n  - { document: qapi/migration.json, definition: query-migrate, releases: "2.9-8.0", title: "x" }\nmatch:\n  - { at: /1/return/ram, as: optional }\n---\n-> { "execute": "query-migrate" }\n<- { "return": { "status": "active", "total-time": 12345, "ram": { "total": 1057024, "remaining": 1053304, ... } } }\n`;
    const start = performance.now();
    for (let count = 0; count < 600; count++) readTranscript(text, 'a.qmp');
    // 60 ms are usual; the bound allows for a busy machine.
    expect(performance.now() - start).to.be.below(1500);
  });
});

describe('2^64-1', () => {
  const most = 2n ** 64n - 1n;
  const file = `---\nid: a\nmatch:\n  - { at: /1/return/size, as: exact }\nsubstitute:\n  - { at: /0/id, value: ${most} }\n---\n-> { "execute": "a", "id": ${most} }\n<- { "return": { "size": ${most} } }\n`;
  it('survives reading and writing', () => {
    const transcript = readTranscript(file, 'a.qmp');
    expect(transcript.head.substitute[0]?.value).to.equal(most);
    expect(writeTranscript(transcript)).to.equal(file);
  });
  it('survives matching', () => {
    const body = readTranscript(file, 'a.qmp').messages[1]?.body;
    const pattern = body?.kind === 'pattern' ? body.pattern : expect.fail('no pattern');
    const rules = [{ at: '/return/size', as: 'exact' as const }];
    const mismatchesOf = (size: bigint): number =>
      matchMessage(pattern, { return: { size } }, { rules, captures: new Map() }).mismatches.length;
    expect(mismatchesOf(most)).to.equal(0);
    expect(mismatchesOf(most - 1n)).to.equal(1);
  });
});

describe('writeTranscript', () => {
  const path = fc.stringMatching(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}){0,2}$/,
  );
  const text = fc.string({ minLength: 1, unit: 'binary' });
  const releases = fc.constantFrom('2.9-8.0', '10.2', '6.0-', '-9.0', '5.2, 7.2-10.2');
  const kinds = fc.constantFrom<MatchKind>('shape', 'exact', 'any', 'optional', 'string', 'null', 'object');
  const optional = { requiredKeys: [] as [] };
  const objects = fc.dictionary(text, anyJson, { maxKeys: 3, noNullPrototype: true });
  const on = fc.constantFrom('main' as const, 'peer' as const);
  const descriptor = fc.constantFrom(
    { kind: 'file' as const, name: 'tls/no.1' },
    { kind: 'socketpair' as const },
  );
  const act = fc.oneof(
    fc.record({
      kind: fc.constant('execute' as const),
      on,
      command: text,
      arguments: fc.option(objects, { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('execute' as const), on, command: text, arguments: objects, error: text }),
    fc.record({
      kind: fc.constant('execute' as const),
      on,
      command: text,
      arguments: objects,
      descriptor,
      capture: fc.constantFrom({ fd: '/fd' }, { null: '/a~1b/', b: '/0' }),
    }),
    fc.record({
      kind: fc.constant('until' as const),
      on,
      command: text,
      arguments: objects,
      returns: anyJson,
    }),
    fc.record({
      kind: fc.constant('until' as const),
      on,
      command: text,
      arguments: objects,
      returns: anyJson,
      not: anyJson,
    }),
    fc.record({
      kind: fc.constant('event' as const),
      on,
      event: text,
      data: fc.option(anyJson, { nil: undefined }),
    }),
    fc.record({ kind: fc.constantFrom('serial' as const, 'type' as const), on, text }),
    fc.constant({ kind: 'spice' as const, on: 'main' as const, socket: 'spice.sock' }),
  );
  const step = fc.oneof(
    act,
    fc.tuple(act, releases).map(([one, range]) => ({ ...one, releases: range })),
  );
  const head = fc
    .record(
      {
        stage: path,
        missing: fc.oneof(
          text,
          fc.array(fc.record({ releases, state: text }), { minLength: 1, maxLength: 2 }),
        ),
        descriptors: fc.constantFrom([], [{ at: '/1', descriptor: { kind: 'socketpair' as const } }]),
        requires: fc.record(
          {
            releases,
            accelerator: fc.constantFrom('tcg' as const, 'kvm' as const),
            architecture: fc.constant(['x86_64', 'arm']),
          },
          optional,
        ),
        prepare: fc.array(step, { maxLength: 3 }),
        provoke: fc.array(step, { maxLength: 1 }),
      },
      optional,
    )
    .chain((rest) =>
      fc.record({
        id: path,
        source: fc.array(
          fc.record(
            { document: text, definition: text, releases, title: text },
            { requiredKeys: ['document', 'definition', 'releases'] },
          ),
          { maxLength: 3 },
        ),
        match: kinds.map((as) => [{ at: '/0', as }]),
        substitute: anyJson.map((value) => [{ at: '/1', value }]),
        rest: fc.constant(rest),
      }),
    )
    .map(({ rest, ...fields }) => ({ ...fields, ...rest }));
  const message = fc.record(
    {
      direction: fc.constantFrom<Direction>('->', '<-'),
      connection: fc.nat(9),
      offset: fc.constantFrom('0', '0.000001', '12.5'),
      line: fc.constant(0),
      content: fc.oneof(
        anyJson.map((value) => writeJson(value, { indent: 1 })),
        fc.string().map((line) => `{ "x" ${line.replaceAll('\0', '')}`),
        fc
          .array(fc.constantFrom('{', '"a"', ':', '\n', ' ', '...', ',', '}', '->', '#'))
          .map((parts) => `! ${parts.join('')}`),
        fc.uint8Array({ minLength: 1 }),
      ),
    },
    { requiredKeys: ['direction', 'connection', 'line', 'content'] },
  );

  function messageFrom({
    content,
    ...rest
  }: {
    content: string | Uint8Array;
    direction: Direction;
    connection: number;
    line: number;
  }): TranscriptMessage {
    if (typeof content === 'string')
      return { ...rest, text: content, body: bodyFromText(content, rest.direction) };
    const bytes = Buffer.from(content);
    return {
      ...rest,
      text: (bytes.toString('hex').match(/../g) ?? []).join(' '),
      body: { kind: 'bytes', bytes },
    };
  }

  it('is undone by readTranscript', () => {
    fc.assert(
      fc.property(head, fc.array(message, { maxLength: 4 }), (someHead, others) => {
        const first: readonly TranscriptMessage[] = [
          {
            direction: '<-',
            connection: 0,
            text: '...',
            line: 0,
            body: { kind: 'pattern', pattern: { kind: 'elision' } },
          },
          {
            direction: '->',
            connection: 0,
            text: '1',
            line: 0,
            body: { kind: 'pattern', pattern: { kind: 'scalar', value: 1 } },
          },
        ];
        const transcript: Transcript = {
          file: 'a.qmp',
          head: someHead,
          messages: [...first, ...others.map(messageFrom)],
        };
        const written = writeTranscript(transcript);
        const again = readTranscript(written, 'a.qmp');
        const messages = again.messages.map((one) => ({ ...one, line: 0 }));
        expect({ ...again, messages }).to.deep.equal(transcript);
        expect(writeTranscript(again)).to.equal(written);
      }),
      { numRuns: 300 },
    );
  });

  it('writes keys in one order, whatever the order they came in', () => {
    const one = readTranscript('---\nstage: s\nid: a\nmissing: m\n---\n-> 1\n', 'a');
    expect(writeTranscript(one)).to.equal('---\nid: a\nstage: s\nmissing: "m"\n---\n-> 1\n');
  });

  const words: readonly JsonValue[] = [
    'true',
    'null',
    'yes',
    '1',
    '1.5',
    '',
    ' ',
    '#',
    'a: b',
    '- a',
    "'",
    '${dir}',
    '\u2028',
    '\ud800',
  ];
  for (const value of words) {
    it(`keeps ${JSON.stringify(value)} a string`, () => {
      const transcript = {
        file: 'a',
        head: { id: 'null', source: [], match: [], substitute: [{ at: '/0', value }] },
        messages: messagesOf('-> 1\n'),
      };
      expect(readTranscript(writeTranscript(transcript), 'a').head).to.deep.equal(transcript.head);
    });
  }
});
