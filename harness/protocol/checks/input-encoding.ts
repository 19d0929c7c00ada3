import type { Check } from '../check.ts';
import { errors, response, send, success, survival } from '../steps.ts';
import { check } from './rows.ts';

const inString = (...bytes: number[]) =>
  send(['{"execute": "<query>", "id": "', Uint8Array.from(bytes), '"}']);

const NO_UTF8 = [
  ['overlong-two', 'an overlong form of two bytes (C0 80)', [0xc0, 0x80]],
  ['overlong-slash', 'an overlong form of two bytes (C0 AF)', [0xc0, 0xaf]],
  ['overlong-three', 'an overlong form of three bytes (E0 80 80)', [0xe0, 0x80, 0x80]],
  ['overlong-four', 'an overlong form of four bytes (F0 80 80 80)', [0xf0, 0x80, 0x80, 0x80]],
  ['surrogate-high', 'an encoded high surrogate (ED A0 80)', [0xed, 0xa0, 0x80]],
  ['surrogate-pair', 'an encoded surrogate pair (ED A0 BD ED B8 80)', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['beyond-10ffff', 'a code point beyond U+10FFFF (F4 90 80 80)', [0xf4, 0x90, 0x80, 0x80]],
  ['five-bytes', 'a sequence of five bytes (F8 88 80 80 80)', [0xf8, 0x88, 0x80, 0x80, 0x80]],
  ['lone-continuation', 'a continuation byte alone (80)', [0x80]],
  ['truncated-two', 'the first of two bytes (C3)', [0xc3]],
  ['truncated-three', 'two of three bytes (E2 82)', [0xe2, 0x82]],
  ['truncated-four', 'three of four bytes (F0 9F 98)', [0xf0, 0x9f, 0x98]],
  ['byte-fe', 'the byte FE', [0xfe]],
] as const;

/** RFC 8259 leaves them to the reader; that the reader lives is demanded. */
const DOUBTFUL = [
  ['noncharacter-fffe', 'the noncharacter U+FFFE', [0xef, 0xbf, 0xbe]],
  ['noncharacter-ffff', 'the noncharacter U+FFFF', [0xef, 0xbf, 0xbf]],
  ['noncharacter-fdd0', 'the noncharacter U+FDD0', [0xef, 0xb7, 0x90]],
  ['noncharacter-10ffff', 'the noncharacter U+10FFFF', [0xf4, 0x8f, 0xbf, 0xbf]],
] as const;

const ESCAPES_ALONE = [
  '\\ud83d',
  '\\ude00',
  '\\ude00\\ud83d',
  '\\ud83dx',
  '\\ud83d\\u0041',
  '\\ufffe',
  '\\ufdd0',
];

const TEXTS = [
  ['latin', 'two bytes (U+00E9)', 'caf\u00e9'],
  ['euro', 'three bytes (U+20AC)', '\u20ac'],
  ['emoji', 'four bytes (U+1F600)', '\u{1f600}'],
  ['replacement', 'the replacement character', '\ufffd'],
  ['private-use', 'the last code point that is a character (U+10FFFD)', '\u{10fffd}'],
] as const;

/** R1, R2, R5: what goes in and what comes out, as characters. */
export const INPUT_ENCODING: readonly Check[] = [
  ...NO_UTF8.map(([id, what, bytes]) =>
    check({
      id: `no-utf8-${id}`,
      demand: 'R1',
      title: `${what} in a string is an error`,
      steps: [inString(...bytes), errors],
    }),
  ),
  ...DOUBTFUL.map(([id, what, bytes]) =>
    check({
      id: `survives-${id}`,
      demand: 'R1',
      title: `${what} in a string does no harm`,
      steps: [inString(...bytes), survival],
    }),
  ),
  check({
    id: 'survives-byte-order-mark',
    demand: 'R1',
    title: 'a byte order mark before a command does no harm',
    steps: [send([Uint8Array.of(0xef, 0xbb, 0xbf), '{"execute": "<query>"}\n']), survival],
  }),
  check({
    id: 'survives-half-surrogate-escapes',
    demand: 'R1',
    title: 'escapes of lone surrogates and noncharacters do no harm',
    steps: ESCAPES_ALONE.flatMap((text) => [send(`{"execute": "<query>", "id": "${text}"}`), survival]),
  }),
  check({
    id: 'no-utf8-outside-strings',
    demand: 'R1',
    title: 'bytes beyond ASCII outside a string are an error',
    steps: [send(['{"execute": "<query>", ', Uint8Array.of(0xc3, 0xa9), ': 1}\n']), errors],
  }),
  ...TEXTS.map(([id, what, text]) =>
    check({
      id: `utf8-${id}`,
      demand: 'R1',
      title: `a string with ${what} is understood`,
      steps: [send(`{"execute": "<query>", "id": "${text}"}`), response(JSON.stringify(text))],
    }),
  ),
  check({
    id: 'utf8-pair-of-escapes',
    demand: 'R1',
    title: 'a pair of surrogate escapes is one character',
    steps: [send('{"execute": "<query>", "id": "\\ud83d\\uDE00"}'), response('"\u{1f600}"')],
  }),
  check({
    id: 'ascii-in-id',
    demand: 'R2',
    title: 'an id beyond ASCII comes back in ASCII',
    steps: [
      send('{"execute": "<query>", "id": {"\u00e9": ["\u20ac", "\u{1f600}", "\u007f"]}}'),
      response('{"\u00e9": ["\u20ac", "\u{1f600}", "\u007f"]}'),
    ],
  }),
  check({
    id: 'ascii-in-desc',
    demand: 'R2',
    title: 'an error about a name beyond ASCII is told in ASCII',
    steps: [
      send('{"execute": "<unknown>-\u00e9\u{1f600}"}'),
      response(),
      send('{"execute": "<query>", "\u00e9": 1}'),
      response(),
      send('{"execute": "<query>", "arguments": {"\u20ac": 1}}'),
      response(),
    ],
  }),
  check({
    id: 'single-quotes',
    demand: 'R5',
    title: 'strings in single quotes are accepted',
    needs: ['query'],
    steps: [send("{'execute': '<query>', 'id': 'a'}"), success('"a"')],
  }),
  check({
    id: 'both-quotes',
    demand: 'R5',
    title: 'either kind of quotation mark may stand inside the other',
    steps: [send(`{"execute": '<query>', 'id': ["it's", 'a "b"']}`), response(`["it's", "a \\"b\\""]`)],
  }),
  check({
    id: 'escaped-single-quote',
    demand: 'R5',
    title: "the escape \\' is understood in both kinds of string",
    steps: [send(`{"execute": "<query>", "id": ["\\'", '\\'']}`), response(`["'", "'"]`)],
  }),
  check({
    id: 'no-single-quotes-out',
    demand: 'R5',
    title: 'what came in single quotes goes out in double ones',
    steps: [
      send(`{'execute': '<query>', 'id': {'a': 'b'}}`),
      response('{"a": "b"}'),
      {
        kind: 'bytes',
        expected: 'double quotation marks only',
        complain: (bytes) =>
          /\{ ?'|' ?:|: ?'/.test(bytes.toString('latin1')) ? 'single quotation marks' : undefined,
      },
    ],
  }),
];
