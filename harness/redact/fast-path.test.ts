import { expect } from 'chai';
import fc from 'fast-check';
import { defaultRedactRules } from './default-rules.ts';
import { createRedactor } from './redactor.ts';
import { searchFor } from './search-for.ts';

/** As many as take a second or two; of many times as many all were equal. */
const RUNS = 60;

/** What a redactor may take for secret, and what looks like it and is none. */
const NAMES = fc.constantFrom(
  ...['id', 'name', 'data', 'password', 'x-password', 'passwd', 'token', 'tokens', 'passphrase', 'cookie'],
  ...[
    'private-key',
    'private-keys',
    'key',
    'ssh-key',
    'sshkey',
    'credentials',
    'secret',
    'password-secret',
    'username',
    'api-key',
    'filename',
  ],
);
const STRINGS = fc.constantFrom(
  ...[
    '',
    'x',
    'hunter2hunter2',
    'say hunter2hunter2 here',
    'password',
    'token',
    '"token":',
    '\\',
    '/a/b',
    'é',
  ],
  ...[
    'https://user:pw1234@host/x',
    'https://host/x?token=abcd',
    'http://host/x',
    'nbd://h',
    'rbd:p/i:key=AAAA',
  ],
  ...[
    'json:{"driver":"ssh","password":"deep5678"}',
    "'password': 'q'",
    '\u0001',
    'line\nline',
    '://',
    '://@',
  ],
);
const SCALARS = fc.oneof(STRINGS, fc.integer(), fc.boolean(), fc.constant(null));
const { value: VALUES } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { weight: 3, arbitrary: SCALARS },
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(NAMES, tie('value'), { maxKeys: 4 }),
  ),
}));
/** Longer than what is read only to learn its `id`. */
const LONG = Array.from({ length: 120 }, (_, at) => ({ name: `member-${at}`, type: 'str', id: String(at) }));
const COMMANDS = fc.constantFrom(
  ...['query-status', 'object-add', 'qom-get', 'blockdev-add', 'guest-file-read', 'ringbuf-read', 'migrate'],
);

/** A command and what answers it, as they are written. */
const EXCHANGES = fc.record({
  command: COMMANDS,
  given: fc.dictionary(NAMES, VALUES, { maxKeys: 4 }),
  id: fc.option(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom('libvirt-1', 'a"b', ', "id": 5}'))),
  answer: VALUES,
  isLong: fc.boolean(),
  isError: fc.boolean(),
  isForeign: fc.boolean(),
  idFirst: fc.boolean(),
  beside: fc.dictionary(NAMES, SCALARS, { maxKeys: 1 }),
  event: fc.option(fc.dictionary(NAMES, VALUES, { maxKeys: 3 })),
  spaced: fc.boolean(),
  escaped: fc.boolean(),
});
type Exchange = typeof EXCHANGES extends fc.Arbitrary<infer T> ? T : never;

function textsOf(exchange: Exchange): readonly (readonly [direction: '->' | '<-', text: string])[] {
  const { command, given, id, answer, isLong, isError, isForeign, idFirst, beside, event, spaced, escaped } =
    exchange;
  const withId = id === null ? {} : { id };
  // What stands beside the members of the protocol is looked for in messages that are read anyway.
  const said = isForeign
    ? given
    : isLong
      ? { return: [answer, LONG] }
      : isError
        ? { ...beside, error: { class: 'X', desc: answer } }
        : { return: answer };
  const write = (value: unknown): string => {
    const text = JSON.stringify(value, undefined, spaced ? 1 : 0);
    return escaped ? text.replaceAll('w', String.raw`\u0077`).replaceAll('/', String.raw`\/`) : text;
  };
  return [
    ['->', write({ execute: command, arguments: given, ...withId })],
    ...(event === null ? [] : [['<-', write({ event: 'SOMETHING', data: event })] as const]),
    ['<-', write(idFirst ? { ...withId, ...said } : { ...said, ...withId })],
  ];
}

describe('redaction of what can hold no secret', () => {
  for (const standIns of [false, true])
    it(`gives what a thorough look gives${standIns ? ', with stand-ins' : ''}`, () => {
      fc.assert(
        fc.property(fc.array(EXCHANGES, { minLength: 1, maxLength: 6 }), (exchanges) => {
          const [fast, slow] = [false, true].map((thorough) =>
            createRedactor(defaultRedactRules(), { thorough, standIns }),
          );
          for (const [direction, text] of exchanges.flatMap(textsOf))
            expect(fast?.redactMessage(text, direction, 0)).to.equal(slow?.redactMessage(text, direction, 0));
        }),
        { numRuns: RUNS },
      );
    });
  it('is told apart by this test from one that looks at nothing', () => {
    const redactor = createRedactor(defaultRedactRules(), { thorough: true });
    let changed = 0;
    fc.assert(
      fc.property(EXCHANGES, (exchange) => {
        for (const [direction, text] of textsOf(exchange))
          if (redactor.redactMessage(text, direction, 0) !== text) changed++;
      }),
      { numRuns: 200, seed: 1 },
    );
    expect(changed).to.be.above(50);
  });
});

describe('searchFor', () => {
  it('finds what indexOf finds', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'z', ':', '/'), maxLength: 30 });
    fc.assert(
      fc.property(
        texts,
        texts.filter((text) => text !== ''),
        fc.nat(30),
        (text, wanted, from) => {
          const short = wanted.slice(0, 3);
          expect(searchFor(short)(text, Math.min(from, text.length))).to.equal(
            text.indexOf(short, Math.min(from, text.length)),
          );
        },
      ),
    );
  });
});
