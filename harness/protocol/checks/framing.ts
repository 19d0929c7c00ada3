import { QMP_SERVERS, type Check } from '../check.ts';
import { error, event, greeting, response, send, success, survival } from '../steps.ts';
import { check } from './rows.ts';

const ends = (bytes: Buffer): string | undefined =>
  bytes.subarray(-2).equals(Buffer.from('\r\n'))
    ? undefined
    : JSON.stringify(bytes.subarray(-2).toString('latin1'));

const spansLines = (bytes: Buffer): string | undefined =>
  /^\{\r?\n/.test(bytes.toString('latin1')) ? undefined : 'a message on one line';

/** R6, R33: messages of the server as bytes. Each row of the suite holds the server to them, these say it. */
export const FRAMING: readonly Check[] = [
  check({
    id: 'line-end-of-greeting',
    demand: 'R6',
    title: 'the greeting is an object that ends with CRLF',
    on: QMP_SERVERS,
    start: 'opened',
    steps: [greeting()],
  }),
  check({
    id: 'line-end-of-success',
    demand: 'R6',
    title: 'a success is an object that ends with CRLF',
    needs: ['query'],
    steps: [send('{"execute": "<query>"}{"execute": "<query>"}'), success(), success()],
  }),
  check({
    id: 'line-end-of-error',
    demand: 'R6',
    title: 'an error is an object that ends with CRLF',
    steps: [send('{"execute": "<unknown>"}{"execute": "<unknown>"}'), error('any'), error('any')],
  }),
  check({
    id: 'line-end-of-event',
    demand: 'R6',
    title: 'an event is an object that ends with CRLF',
    on: ['system'],
    needs: ['changes state'],
    steps: [
      send('{"execute": "stop"}{"execute": "cont"}'),
      success(),
      success(),
      event('STOP'),
      event('RESUME'),
    ],
  }),
  check({
    id: 'pretty',
    demand: 'R6',
    title: 'a message that spans lines is still an object that ends with CRLF',
    on: ['system', 'storage-daemon'],
    needs: ['pretty', 'once'],
    steps: [
      send('{"execute": "<query>", "id": {"a": [1, {}]}}'),
      success('{"a": [1, {}]}'),
      send('{"execute": "<unknown>"}'),
      error('CommandNotFound'),
      {
        kind: 'bytes',
        expected: 'messages over several lines, ended by CRLF',
        complain: (b) => spansLines(b) ?? ends(b),
      },
    ],
  }),
  check({
    id: 'valid-infinity',
    demand: 'R33',
    title: 'an id that is a number beyond every double is answered by valid JSON',
    steps: [
      send('{"execute": "<query>", "id": 1e309}'),
      survival,
      send('{"execute": "<query>", "id": [-1e400]}'),
      survival,
    ],
  }),
  check({
    id: 'valid-escapes',
    demand: 'R33',
    title: 'quotation marks, backslashes and control characters come back as valid JSON',
    steps: [
      send('{"execute": "<query>", "id": "\\"\\\\\\u0000\\u0001\\u001f\\u2028"}'),
      response('"\\"\\\\\\u0000\\u0001\\u001f\\u2028"'),
    ],
  }),
  check({
    id: 'valid-in-desc',
    demand: 'R33',
    title: 'an error about a name of quotation marks and control characters is valid JSON',
    steps: [send('{"execute": "\\"\\\\\\u0001\\n<unknown>"}'), error('CommandNotFound')],
  }),
  check({
    id: 'valid-long',
    demand: 'R33',
    title: 'an id of 60000 bytes comes back whole',
    needs: ['once'],
    steps: [
      send(`{"execute": "<query>", "id": "${'long '.repeat(12_000)}"}`),
      response(`"${'long '.repeat(12_000)}"`),
    ],
  }),
];
