import type { Check } from '../check.ts';
import { error, errors, response, send, success } from '../steps.ts';
import { check, ALL } from './rows.ts';

const IDS = [
  ['zero', 'the number 0', '0'],
  ['negative', 'a negative number', '-1'],
  ['minus-zero', 'the number -0', '-0'],
  ['beyond-2-53', '2^53+1, which a double cannot hold', '9007199254740993'],
  ['int64-greatest', '2^63-1', '9223372036854775807'],
  ['int64-least', '-2^63', '-9223372036854775808'],
  ['2-63', '2^63', '9223372036854775808'],
  ['uint64-greatest', '2^64-1', '18446744073709551615'],
  ['fraction', 'a fraction', '1.5'],
  ['fraction-of-17-digits', 'a fraction of 17 digits', '12345.678901234567'],
  ['fraction-small', 'the smallest fraction of a double', '5e-324'],
  ['exponent', 'a number with an exponent', '1E+2'],
  ['exponent-of-zero', '0 with an exponent', '0e1'],
  ['1e308', '10^308', '1e308'],
  ['null', 'null', 'null'],
  ['true', 'true', 'true'],
  ['false', 'false', 'false'],
  ['string', 'a string', '"a"'],
  ['string-empty', 'the empty string', '""'],
  ['string-of-escapes', 'a string of all escapes', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"'],
  ['string-of-controls', 'a string of escaped control characters', '"\\u0001\\u001f\\u007f"'],
  ['string-of-nul', 'a string of an escaped NUL', '"a\\u0000b"'],
  ['array', 'an array', '[1, "2", null]'],
  ['array-empty', 'the empty array', '[]'],
  ['object', 'an object', '{"b": {"d": [], "c": {}}, "a": 1}'],
  ['object-empty', 'the empty object', '{}'],
  [
    'object-of-odd-names',
    'an object whose names are odd',
    '{"": 1, "__proto__": 2, "a b": 3, "return": 4, "id": 5}',
  ],
  ['deep', 'arrays 1000 deep', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ['wide', 'an array of 2000 elements', `[${'1234, '.repeat(1999)}1]`],
] as const;

const BEYOND = [
  ['beyond-uint64', '2^64+1', '18446744073709551617'],
  ['below-int64', '-2^63-1', '-9223372036854775809'],
] as const;

const ERRORS = [
  ['unknown-command', 'an unknown command', '"execute": "<unknown>"'],
  ['lacking-execute', 'a message without execute', '"arguments": {}'],
  ['execute-number', 'a number for execute', '"execute": 1'],
  ['arguments-array', 'an array for arguments', '"execute": "<query>", "arguments": []'],
  ['unexpected-member', 'an unexpected member', '"execute": "<query>", "nonsense": 1'],
  ['unexpected-argument', 'an unexpected argument', '"execute": "<query>", "arguments": {"nonsense": 1}'],
] as const;

/** R12, R21: what comes back with a response. */
export const IDENTIFIERS: readonly Check[] = [
  ...IDS.map(([id, what, text]) =>
    check({
      id: `id-${id}`,
      demand: 'R12',
      title: `an id that is ${what} comes back as it was`,
      steps: [send(`{"execute": "<query>", "id": ${text}}`), response(text)],
    }),
  ),
  ...BEYOND.map(([id, what, text]) =>
    check({
      id: `id-${id}`,
      demand: 'R12',
      level: 'should',
      title: `an id beyond 64 bits (${what}) comes back as it was`,
      steps: [send(`{"execute": "<query>", "id": ${text}}`), response(text)],
    }),
  ),
  check({
    id: 'id-order-of-elements',
    demand: 'R3',
    title: 'the elements of an array that comes back are in their order',
    steps: [send('{"execute": "<query>", "id": [3, 1, 2, [2, 1]]}'), response('[3, 1, 2, [2, 1]]')],
  }),
  check({
    id: 'id-in-success',
    demand: 'R12',
    title: 'a success carries the id',
    needs: ['query'],
    steps: [send('{"execute": "<query>", "id": "x"}'), success('"x"')],
  }),
  ...ERRORS.map(([id, what, text]) =>
    check({
      id: `id-in-error-${id}`,
      demand: 'R12',
      title: `the error for ${what} carries the id`,
      steps: [send(`{${text}, "id": {"n": [1]}}`), error('any', '{"n": [1]}')],
    }),
  ),
  check({
    id: 'id-in-error-wrong-type',
    demand: 'R12',
    on: ALL.filter((server) => server !== 'endpoint'),
    title: 'the error for an argument of a wrong type, or none, carries the id',
    steps: [
      send('{"execute": "<typed>", "arguments": {"<member>": <wrong>}, "id": 1}'),
      error('any', '1'),
      send('{"execute": "<typed>", "id": 2}'),
      error('any', '2'),
    ],
  }),
  check({
    id: 'id-before-execute',
    demand: 'R12',
    title: 'an id that stands first comes back, too',
    steps: [send('{"id": 1, "execute": "<unknown>"}'), error('any', '1')],
  }),
  check({
    id: 'id-of-its-own-command',
    demand: 'R12',
    title: 'each response carries the id of its own command',
    steps: [
      send('{"execute": "<query>", "id": 1}{"execute": "<query>"}{"execute": "<unknown>", "id": 2}'),
      response('1'),
      response(),
      response('2'),
    ],
  }),
  check({
    id: 'no-id-in-success',
    demand: 'R12',
    title: 'a command without id gets a success without id',
    needs: ['query'],
    steps: [send('{"execute": "<query>"}'), success()],
  }),
  check({
    id: 'no-id-in-error',
    demand: 'R12',
    title: 'a command without id gets an error without id',
    steps: [send('{"execute": "<unknown>"}'), error('any')],
  }),
  check({
    id: 'no-id-when-not-read',
    demand: 'R21',
    title: 'an error found before the id was read carries none',
    steps: [send('{"execute": "<query>", "arguments": ], "id": 1}\n'), errors],
  }),
  check({
    id: 'no-id-after-id',
    demand: 'R21',
    title: 'JSON that breaks off after the id is an error without id',
    steps: [send('{"execute": "<query>", "id": 1]\n'), errors],
  }),
];
