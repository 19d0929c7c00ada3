import { QMP_SERVERS, type Check, type Fifo, type Step } from '../check.ts';
import { error, response, send, success } from '../steps.ts';
import { check, type Row } from './rows.ts';

const TWENTY = Array.from({ length: 20 }, (_, index) => index);

/** A command that waits on a FIFO until somebody writes to it. */
const block = (fifo: Fifo, round = 0): Step =>
  send(
    `{"execute": "blockdev-add", "id": "${fifo}", "arguments": {"driver": "blkdebug", "node-name": "${fifo}-${round}", ` +
      `"config": "<${fifo}>", "image": {"driver": "null-co"}}}`,
  );

const BLOCKED = [block('fifo'), { kind: 'hold', fifo: 'fifo' }] as const;
const RELEASED = [{ kind: 'release', fifo: 'fifo' }, response('"fifo"')] as const;

const overtake: Step = send('{"exec-oob": "<oob>", "id": "oob"}');

/** Commands that wait behind the blocked one. */
const waiting = (count: number): Step =>
  send(
    TWENTY.slice(0, count)
      .map((id) => `{"execute": "<unknown>", "id": ${id}}`)
      .join(''),
  );

const answersOf = (count: number): readonly Step[] =>
  TWENTY.slice(0, count).map((id) => error('any', `${id}`));

/** Nine commands in flight, the first of them blocked; then the first is released, and the second is blocked. */
function nineThenEight(round: number): readonly Step[] {
  return [
    block('fifo', round),
    { kind: 'hold', fifo: 'fifo' },
    block('otherfifo', round),
    waiting(6),
    // Once it is answered, the server has read all before it.
    overtake,
    response('"oob"'),
    send('{"execute": "<unknown>", "id": 6}'),
    overtake,
    ...RELEASED,
    { kind: 'hold', fifo: 'otherfifo' },
    response('"oob"'),
    { kind: 'release', fifo: 'otherfifo' },
    response('"otherfifo"'),
    ...answersOf(7),
  ];
}

/** A check of a server that knows out-of-band execution. */
function oob(row: Row): Check {
  return check({ on: QMP_SERVERS, start: 'oob', ...row });
}

/** R13 to R17: what is executed when. */
export const OUT_OF_BAND: readonly Check[] = [
  oob({
    id: 'oob-not-enabled',
    demand: 'R13',
    title: 'exec-oob is an error where oob was not enabled',
    start: 'negotiated',
    steps: [send('{"exec-oob": "<unknown>", "id": 1}'), error('GenericError', '1')],
  }),
  oob({
    id: 'oob-before-negotiation',
    demand: 'R13',
    title: 'exec-oob is an error before negotiation',
    start: 'greeted',
    steps: [send('{"exec-oob": "<query>", "id": 1}'), error('any', '1')],
  }),
  oob({
    id: 'oob-enabled',
    demand: 'R13',
    title: 'exec-oob is understood where oob was enabled',
    needs: ['oob'],
    steps: [send('{"exec-oob": "<unknown>", "id": 1}'), error('CommandNotFound', '1')],
  }),
  oob({
    id: 'in-band-with-oob',
    demand: 'R13',
    title: 'execute works where oob was enabled',
    needs: ['oob', 'query'],
    steps: [send('{"execute": "<query>", "id": 1}'), success('1')],
  }),
  check({
    id: 'in-order',
    demand: 'R14',
    title: 'twenty commands in one write are answered in order',
    steps: [
      send(
        TWENTY.map((id) => `{"execute": "${id % 3 === 0 ? '<unknown>' : '<query>'}", "id": ${id}}`).join(''),
      ),
      ...TWENTY.map((id) => response(`${id}`)),
    ],
  }),
  oob({
    id: 'in-order-with-oob',
    demand: 'R14',
    title: 'twenty commands in one write are answered in order where oob was enabled',
    needs: ['oob'],
    steps: [
      send(TWENTY.map((id) => `{"execute": "<query>", "id": ${id}}`).join('\n')),
      ...TWENTY.map((id) => response(`${id}`)),
    ],
  }),
  check({
    id: 'in-order-broken',
    demand: 'R14',
    title: 'the error for what is no JSON keeps its place among the responses',
    steps: [
      send('{"execute": "<query>", "id": 1}{"execute": }{"execute": "<query>", "id": 2}'),
      response('1'),
      error('GenericError'),
      response('2'),
    ],
  }),
  oob({
    id: 'overtakes',
    demand: 'R15',
    title: 'an out-of-band command is executed while an in-band one is blocked',
    needs: ['oob', 'oob command', 'changes state', 'own process'],
    steps: [...BLOCKED, overtake, response('"oob"'), ...RELEASED],
  }),
  oob({
    id: 'blocked-in-order',
    demand: 'R14',
    title: 'what was sent behind a blocked command is answered after it, in order',
    needs: ['oob', 'changes state', 'own process'],
    steps: [...BLOCKED, waiting(5), ...RELEASED, ...answersOf(5)],
  }),
  oob({
    id: 'eight-in-flight',
    demand: 'R16',
    title: 'an out-of-band command is executed while eight in-band ones are in flight',
    needs: ['oob', 'oob command', 'changes state', 'own process'],
    steps: [...BLOCKED, waiting(7), overtake, response('"oob"'), ...RELEASED, ...answersOf(7)],
  }),
  oob({
    id: 'eight-in-flight-again',
    demand: 'R16',
    title:
      'an out-of-band command is executed once no more than eight in-band ones are in flight, though more were',
    needs: ['oob', 'oob command', 'changes state', 'own process'],
    // Whether the ninth was read in time is up to the server's threads: three times, so that it is.
    steps: [0, 1, 2].flatMap(nineThenEight),
  }),
  oob({
    id: 'more-in-flight',
    demand: 'R16',
    title: 'more commands in flight than the server takes are answered once it can',
    needs: ['oob', 'changes state', 'own process'],
    steps: [...BLOCKED, waiting(20), ...RELEASED, ...answersOf(20)],
  }),
  oob({
    id: 'not-allowed',
    demand: 'R17',
    title: 'a command that does not allow it is not executed out of band',
    needs: ['oob', 'query'],
    steps: [send('{"exec-oob": "<query>", "id": 1}'), error('GenericError', '1')],
  }),
  oob({
    id: 'negotiation-out-of-band',
    demand: 'R17',
    title: 'qmp_capabilities is not executed out of band',
    start: 'greeted',
    needs: ['oob'],
    steps: [send('{"exec-oob": "qmp_capabilities", "id": 1}'), error('any', '1')],
  }),
];
