import type { Check } from '../check.ts';
import { errors, send, survival } from '../steps.ts';
import { check } from './rows.ts';

const BAD_VALUES = [
  ['nan', 'NaN', 'NaN'],
  ['infinity', 'Infinity', 'Infinity'],
  ['minus-infinity', '-Infinity', '-Infinity'],
  ['leading-zero', 'a number with a leading zero', '01'],
  ['plus', 'a number with a plus sign', '+1'],
  ['no-integer-part', 'a number without integer part', '.5'],
  ['no-fraction', 'a number that ends with its point', '1.'],
  ['no-exponent', 'a number without the digits of its exponent', '1e'],
  ['hexadecimal', 'a hexadecimal number', '0x10'],
  ['lone-minus', 'a minus sign alone', '-'],
  ['capital-literal', 'True', 'True'],
  ['half-literal', 'half a literal', 'nul'],
  ['long-literal', 'a literal with letters after it', 'nullx'],
  ['bad-escape', 'an escape that there is not', '"\\x41"'],
  ['short-escape', 'an escape of three digits', '"\\u123"'],
  ['no-value', 'no value', ''],
  ['two-values', 'two values', '1 2'],
  ['trailing-comma-array', 'a comma before the end of an array', '[1,]'],
  ['leading-comma-array', 'a comma at the start of an array', '[,1]'],
  ['trailing-comma-object', 'a comma before the end of an object', '{"a": 1,}'],
  ['colon-in-array', 'a colon in an array', '["a": 1]'],
  ['key-number', 'a number for a name', '{1: 1}'],
  ['key-bare', 'a name without quotation marks', '{a: 1}'],
  ['no-colon', 'no colon after a name', '{"a" 1}'],
  ['interchanged-brackets', 'a bracket that closes another kind', '[}'],
  ['raw-tab', 'a tab within a string', '"a\tb"'],
  ['raw-newline', 'a line end within a string', '"a\nb"'],
  ['comment-c', 'a comment of C', '1 /* one */'],
  ['comment-line', 'a comment to the end of the line', '1 // one\n'],
  ['comment-shell', 'a comment of the shell', '1 # one\n'],
  ['interpolation-s', 'the interpolation %s', '%s'],
  ['interpolation-d', 'the interpolation %d', '%d'],
  ['interpolation-p', 'the interpolation %p', '%p'],
  ['interpolation-i', 'the interpolation %i', '%i'],
  ['interpolation-f', 'the interpolation %f', '%f'],
  ['interpolation-lld', 'the interpolation %lld', '%lld'],
  ['interpolation-i64u', 'the interpolation %I64u', '%I64u'],
] as const;

const BAD_MESSAGES = [
  ['stray-brace', 'a closing brace alone', '}\n'],
  ['stray-bracket', 'a closing bracket alone', ']\n'],
  ['stray-comma', 'a comma between two commands', ',\n'],
  ['stray-colon', 'a colon alone', ':\n'],
  ['stray-words', 'words', 'info status\n'],
  ['stray-interpolation', 'an interpolation alone', '%p\n'],
  ['stray-slash', 'a request of HTTP', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['deep-arrays', 'arrays 1030 deep', `${'['.repeat(1030)}${']'.repeat(1030)}\n`],
  ['deep-objects', 'objects 1030 deep', `${'{"a":'.repeat(1030)}1${'}'.repeat(1030)}\n`],
] as const;

/** R21, R4: what is no JSON, or too much, is an error, and never an end. */
export const SYNTAX: readonly Check[] = [
  ...BAD_VALUES.map(([id, what, text]) =>
    check({
      id: `no-json-${id}`,
      demand: 'R21',
      title: `${what} is refused, by errors without id`,
      // The line end brings a comment to its end, and a number.
      steps: [send(`{"execute": "<query>", "id": ${text}}\n`), errors],
    }),
  ),
  ...BAD_MESSAGES.map(([id, what, text]) =>
    check({
      id: `no-json-${id}`,
      demand: 'R21',
      title: `${what}: refused, by errors without id`,
      steps: [send(text), errors],
    }),
  ),
  check({
    id: 'limit-nesting-unclosed',
    demand: 'R21',
    title: '5000 brackets that nobody closes are an error, and a control character ends them',
    steps: [send(['['.repeat(5_000), Uint8Array.of(0x1b), '\n']), errors],
  }),
  check({
    id: 'limit-tokens',
    demand: 'R21',
    title: 'a message of more than 2^21 tokens is answered, and harms nobody',
    needs: ['large', 'own process'],
    steps: [send(`{"execute": "<query>", "id": [${'0,'.repeat(1_100_000)}0]}\n`), survival],
  }),
  check({
    id: 'limit-string',
    demand: 'R21',
    title: 'a string of more than 64 MiB is answered, and harms nobody',
    needs: ['large', 'own process'],
    steps: [send(['{"execute": "<query>", "id": "', 'a'.repeat(65 * 1024 * 1024), '"}\n']), survival],
  }),
  ...(
    [
      ['id', '"execute": "<query>", "id": 1, "id": 2'],
      ['execute', '"execute": "<query>", "execute": "<unknown>"'],
      ['arguments', '"execute": "<query>", "arguments": {}, "arguments": {}'],
      ['argument', '"execute": "<query>", "arguments": {"a": 1, "a": 2}'],
      ['member-of-id', '"execute": "<query>", "id": {"a": 1, "a": [], "a": {"a": 1, "a": 2}}'],
    ] as const
  ).map(([id, text]) =>
    check({
      id: `repeated-${id}`,
      demand: 'R4',
      title: `a repeated member (${id}) does no harm`,
      steps: [send(`{${text}}`), survival],
    }),
  ),
];
