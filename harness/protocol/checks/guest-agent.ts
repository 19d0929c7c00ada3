import type { Check } from '../check.ts';
import { error, response, send, success } from '../steps.ts';
import { check, type Row } from './rows.ts';

/** The delimiter, the answer, and nothing else after a line end; what came before the delimiter is for nobody. */
const delimited = (id: string) => (bytes: Buffer) =>
  new RegExp(`(^|\\n)\xff\\{ ?"return": ?${id} ?\\}\\r?\\n$`).test(bytes.toString('latin1'))
    ? undefined
    : JSON.stringify(bytes.toString('latin1'));

const number = (id: string) => ({
  expected: id,
  complain: (value: unknown) => (String(value) === id ? undefined : String(value)),
});

function agent(row: Row): Check {
  return check({ on: ['guest-agent'], ...row });
}

const SYNC = (id: string): string => `{"execute": "guest-sync-delimited", "arguments": {"id": ${id}}}`;

/** R26: how a client finds its place in what the guest agent says. */
export const GUEST_AGENT: readonly Check[] = [
  agent({
    id: 'sync-delimited',
    demand: 'R26',
    title: 'the answer to guest-sync-delimited has the byte 0xFF before it',
    steps: [
      send(SYNC('4711')),
      success(undefined, number('4711')),
      { kind: 'bytes', expected: 'FF, the response, a line end', complain: delimited('4711') },
    ],
  }),
  agent({
    id: 'sync-delimited-after-ff',
    demand: 'R26',
    title: 'guest-sync-delimited is understood right after the byte 0xFF, whatever stood before it',
    steps: [
      send(['{"execute": ["half', Uint8Array.of(0xff), SYNC('42')]),
      error('any'),
      success(undefined, number('42')),
      { kind: 'bytes', expected: 'FF, the response, a line end', complain: delimited('42') },
    ],
  }),
  agent({
    id: 'sync-delimited-once',
    demand: 'R26',
    title: 'no other answer has the byte 0xFF before it',
    steps: [
      send(`${SYNC('1')}{"execute": "guest-ping"}{"execute": "guest-sync", "arguments": {"id": 2}}`),
      success(undefined, number('1')),
      success(),
      success(undefined, number('2')),
      {
        kind: 'bytes',
        expected: 'the byte FF once',
        complain: (bytes) => {
          const count = bytes.filter((byte) => byte === 0xff).length;
          return count === 1 ? undefined : `${count} times`;
        },
      },
    ],
  }),
  agent({
    id: 'sync-of-64-bits',
    demand: 'R26',
    title: 'guest-sync and guest-sync-delimited return the number that they were given',
    steps: ['9223372036854775807', '-9223372036854775808', '0'].flatMap((id) => [
      send(`${SYNC(id)}{"execute": "guest-sync", "arguments": {"id": ${id}}}`),
      success(undefined, number(id)),
      success(undefined, number(id)),
    ]),
  }),
  agent({
    id: 'sync-refuses',
    demand: 'R26',
    title: 'guest-sync-delimited without a number is an error',
    steps: [send(SYNC('"1"')), error('any'), send('{"execute": "guest-sync-delimited"}'), error('any')],
  }),
  agent({
    id: 'no-negotiation',
    demand: 'R27',
    title: 'the guest agent does not greet, and knows no qmp_capabilities',
    steps: [send('{"execute": "qmp_capabilities"}'), error('CommandNotFound')],
  }),
  agent({
    id: 'no-out-of-band',
    demand: 'R13',
    title: 'the guest agent knows no exec-oob',
    steps: [
      send('{"exec-oob": "<query>", "id": 1}'),
      error('GenericError', '1'),
      send('{"execute": "<query>"}'),
      response(),
    ],
  }),
];
