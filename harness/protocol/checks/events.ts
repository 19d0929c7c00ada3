import { membersOf, type Check, type Step, type Test } from '../check.ts';
import { event, send, success } from '../steps.ts';
import { check } from './rows.ts';

/** How far a server's clock may be from ours, in seconds: it is the same clock. */
const CLOCK_DISTANCE = 60;

const STOP_AND_GO = '{"execute": "stop"}{"execute": "cont"}';
const ROUNDS = Array.from({ length: 50 }, (_, index) => index);

const ofNow: Test = {
  expected: 'the time of now',
  complain: (value) => {
    const { seconds } = membersOf(membersOf(value)['timestamp']);
    const isNow = typeof seconds === 'number' && Math.abs(seconds - Date.now() / 1000) < CLOCK_DISTANCE;
    return isNow ? undefined : JSON.stringify(value);
  },
};

const withoutData: Test = {
  expected: 'no data',
  complain: (value) => (Object.hasOwn(membersOf(value), 'data') ? JSON.stringify(value) : undefined),
};

const withData: Test = {
  expected: 'data with id and status',
  complain: (value) => {
    const { id, status } = membersOf(membersOf(value)['data']);
    return typeof id === 'string' && typeof status === 'string' ? undefined : JSON.stringify(value);
  },
};

const add = (node: string): Step =>
  send(
    `{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "${node}", "size": 65536}}`,
  );

/** A quorum of two nodes that cannot be read: each read is a failure, and an event. */
const QUORUM = [
  ...['one', 'two'].map(
    (node) =>
      `{"execute": "blockdev-add", "arguments": {"driver": "blkdebug", "node-name": "${node}", ` +
      '"inject-error": [{"event": "none"}], "image": {"driver": "null-co"}}}',
  ),
  '{"execute": "blockdev-add", "arguments": {"driver": "quorum", "node-name": "quorum", "vote-threshold": 2, ' +
    '"children": ["one", "two"]}}',
].flatMap((text) => [send(text), success()]);

const READ = [
  send(
    '{"execute": "human-monitor-command", "arguments": {"command-line": "qemu-io quorum \\"read 0 512\\""}}',
  ),
  success(),
];

/** R22 to R24: events. */
export const EVENTS: readonly Check[] = [
  check({
    id: 'event-without-data',
    demand: 'R22',
    title: 'an event that has no data has no member data',
    on: ['system'],
    needs: ['changes state'],
    steps: [
      send(STOP_AND_GO),
      success(),
      success(),
      event('STOP', withoutData),
      event('RESUME', withoutData),
    ],
  }),
  check({
    id: 'event-time',
    demand: 'R22',
    title: 'the timestamp of an event is the time of its happening',
    on: ['system'],
    needs: ['changes state'],
    steps: [send(STOP_AND_GO), success(), success(), event('STOP', ofNow), event('RESUME', ofNow)],
  }),
  check({
    id: 'event-with-data',
    demand: 'R22',
    title: 'the events of a job have data and a timestamp',
    on: ['system', 'storage-daemon'],
    needs: ['changes state', 'own process'],
    steps: [
      add('source'),
      success(),
      add('destination'),
      success(),
      send(
        '{"execute": "blockdev-backup", "arguments": ' +
          '{"job-id": "job", "device": "source", "target": "destination", "sync": "full"}}',
      ),
      success(),
      event('JOB_STATUS_CHANGE', withData),
      event('JOB_STATUS_CHANGE', ofNow),
    ],
  }),
  check({
    id: 'events-between-responses',
    demand: 'R23',
    title: 'a hundred commands in one write get a hundred responses in order, with their events between them',
    on: ['system'],
    needs: ['changes state'],
    steps: [
      send(ROUNDS.map((id) => `{"execute": "stop", "id": ${id}}{"execute": "cont", "id": "${id}"}`).join('')),
      ...ROUNDS.flatMap((id) => [success(`${id}`), success(`"${id}"`)]),
      ...ROUNDS.flatMap(() => [event('STOP'), event('RESUME')]),
    ],
  }),
  check({
    id: 'rate-limit',
    demand: 'R24',
    title: 'an event that is limited comes once, however often it happens within a second',
    on: ['system'],
    needs: ['changes state', 'own process'],
    steps: [
      ...QUORUM,
      ...READ,
      event('QUORUM_FAILURE'),
      ...Array.from({ length: 5 }, () => READ).flat(),
      { kind: 'at most', count: 1, name: 'QUORUM_FAILURE' },
    ],
  }),
  check({
    id: 'rate-limit-last',
    demand: 'R24',
    title: 'the last of the events that a limit held back comes after a second',
    on: ['system'],
    needs: ['changes state', 'own process', 'slow'],
    steps: [
      // The first event may come as early as when the quorum is made.
      { kind: 'mark' },
      ...QUORUM,
      ...Array.from({ length: 3 }, () => READ).flat(),
      event('QUORUM_FAILURE'),
      event('QUORUM_FAILURE'),
      // A clock may be a little fast or slow.
      { kind: 'after', milliseconds: 990, name: 'QUORUM_FAILURE' },
      { kind: 'at most', count: 2, name: 'QUORUM_FAILURE' },
    ],
  }),
];
