import { QMP_SERVERS, type Check } from '../check.ts';
import { close, error, errors, event, open, response, send, success } from '../steps.ts';
import { ALL, check, type Row } from './rows.ts';

const ENABLE = (list: string): string => `{"execute": "qmp_capabilities", "arguments": {"enable": ${list}}}`;
const STILL_NEGOTIATING = [
  send('{"execute": "<query>"}'),
  error('CommandNotFound'),
  send('{"execute": "qmp_capabilities"}'),
  success(),
];

const REFUSED = [
  ['unknown-capability', 'an unknown capability', ENABLE('["nonsense"]')],
  ['enable-string', 'a string for enable', ENABLE('"oob"')],
  ['enable-object', 'an object for enable', ENABLE('{}')],
  ['enable-null', 'null for enable', ENABLE('null')],
  ['enable-number', 'a number for enable', ENABLE('1')],
  ['enable-element', 'a number in enable', ENABLE('[1]')],
  [
    'unknown-argument',
    'an unknown argument',
    '{"execute": "qmp_capabilities", "arguments": {"nonsense": []}}',
  ],
] as const;

const LEFT = [
  ['name', 'the half of a name', '{"exec'],
  ['string', 'the half of a string', '{"execute": "<query>", "id": "a'],
  ['number', 'a number', '{"execute": "<query>", "id": 1'],
  ['arrays', 'open arrays', `{"execute": "<query>", "id": ${'['.repeat(100)}`],
] as const;

/** A check of a server that negotiates. */
function qmp(row: Row): Check {
  return check({ on: QMP_SERVERS, start: 'greeted', ...row });
}

/** R27 to R29: capabilities negotiation, and what one client leaves to the next. */
export const NEGOTIATION: readonly Check[] = [
  qmp({
    id: 'query-before-negotiation',
    demand: 'R27',
    title: 'a command before negotiation is CommandNotFound',
    steps: [send('{"execute": "<query>"}'), error('CommandNotFound')],
  }),
  qmp({
    id: 'unknown-before-negotiation',
    demand: 'R27',
    title: 'an unknown command before negotiation is CommandNotFound',
    steps: [send('{"execute": "<unknown>"}'), error('CommandNotFound')],
  }),
  qmp({
    id: 'quit-before-negotiation',
    demand: 'R27',
    title: 'quit before negotiation is CommandNotFound, and nobody quits',
    needs: ['changes state'],
    steps: [send('{"execute": "quit"}'), error('CommandNotFound')],
  }),
  qmp({
    id: 'broken-before-negotiation',
    demand: 'R27',
    title: 'what is no JSON before negotiation is an error, and negotiation goes on',
    steps: [send(['{"execute": ', Uint8Array.of(0x1b), '\n']), errors, ...STILL_NEGOTIATING],
  }),
  qmp({
    id: 'no-event-before-negotiation',
    demand: 'R27',
    title: 'no event comes before negotiation',
    on: ['system'],
    needs: ['own process', 'changes state'],
    steps: [
      { kind: 'signal', signal: 'SIGTERM' },
      { kind: 'end', messages: 0 },
    ],
  }),
  qmp({
    id: 'event-after-negotiation',
    demand: 'R27',
    title: 'events come after negotiation',
    on: ['system'],
    start: 'negotiated',
    needs: ['changes state'],
    steps: [
      send('{"execute": "stop"}{"execute": "cont"}'),
      success(),
      success(),
      event('STOP'),
      event('RESUME'),
    ],
  }),
  qmp({
    id: 'commands-after-negotiation',
    demand: 'R27',
    title: 'commands are executed after negotiation',
    needs: ['query'],
    steps: [send(ENABLE('[]')), success(), send('{"execute": "<query>"}'), success()],
  }),
  qmp({
    id: 'negotiated-twice',
    demand: 'R28',
    title: 'qmp_capabilities is CommandNotFound once it was a success',
    start: 'negotiated',
    steps: [
      send('{"execute": "qmp_capabilities"}{"execute": "qmp_capabilities"}'),
      error('CommandNotFound'),
      error('CommandNotFound'),
    ],
  }),
  ...REFUSED.map(([id, what, text]) =>
    qmp({
      id: `negotiation-refuses-${id}`,
      demand: 'R28',
      title: `${what} fails, and negotiation goes on`,
      steps: [send(text), error('GenericError'), ...STILL_NEGOTIATING],
    }),
  ),
  qmp({
    id: 'enable-in-part',
    demand: 'R28',
    title: 'a negotiation that fails enables nothing of what it asked for',
    needs: ['oob'],
    steps: [
      send(ENABLE('["oob", "nonsense"]')),
      error('GenericError'),
      send('{"execute": "qmp_capabilities"}'),
      success(),
      send('{"exec-oob": "<unknown>"}'),
      error('GenericError'),
    ],
  }),
  qmp({
    id: 'enable-twice',
    demand: 'R9',
    level: 'may',
    title: 'a capability may be enabled twice in one list',
    needs: ['oob'],
    steps: [send(ENABLE('["oob", "oob"]')), success()],
  }),
  qmp({
    id: 'enable-what-is-not-offered',
    demand: 'R28',
    title: 'a capability that the greeting does not offer cannot be enabled',
    needs: ['no oob'],
    steps: [send(ENABLE('["oob"]')), error('GenericError'), ...STILL_NEGOTIATING],
  }),
  qmp({
    id: 'negotiation-is-per-connection',
    demand: 'R29',
    title: 'a client negotiates anew, whatever the one before did',
    start: 'negotiated',
    needs: ['reconnects'],
    steps: [
      close('main'),
      open('second', 'greeted'),
      send('{"execute": "<query>"}', 'second'),
      error('CommandNotFound', undefined, 'second'),
      send('{"execute": "qmp_capabilities"}', 'second'),
      success(undefined, undefined, 'second'),
    ],
  }),
  qmp({
    id: 'capabilities-are-per-connection',
    demand: 'R29',
    title: 'oob that one client enabled is not enabled for the next',
    start: 'oob',
    needs: ['reconnects', 'oob'],
    steps: [
      close('main'),
      open('second', 'negotiated'),
      send('{"exec-oob": "<unknown>"}', 'second'),
      error('GenericError', undefined, 'second'),
    ],
  }),
  ...LEFT.map(([id, what, text]) =>
    check({
      id: `left-${id}`,
      demand: 'R29',
      title: `${what} that a client left does not reach the next`,
      on: ALL,
      needs: ['reconnects'],
      steps: [
        send(text),
        close('main'),
        open('second', 'negotiated'),
        // The control character makes a server that still waits for an end say so, in place of nothing.
        send(['{"execute": "<unknown>", "id": 7}', Uint8Array.of(0x1b)], 'second'),
        error('CommandNotFound', '7', 'second'),
        error('GenericError', undefined, 'second'),
      ],
    }),
  ),
  check({
    id: 'left-commands',
    demand: 'R29',
    title: 'responses to a client that went away do not reach the next',
    on: ALL,
    needs: ['reconnects'],
    steps: [
      // Some of them are under way, and some not yet read, when the client goes.
      send('{"execute": "<query>", "id": "left"}'.repeat(500)),
      response('"left"'),
      close('main'),
      open('second', 'negotiated'),
      send('{"execute": "<unknown>", "id": 7}', 'second'),
      error('CommandNotFound', '7', 'second'),
    ],
  }),
];
