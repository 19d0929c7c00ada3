import { QMP_SERVERS, type Check, type Test } from '../check.ts';
import { error, greeting, response, send, sendCut, success } from '../steps.ts';
import { isSameValue } from '../same-value.ts';
import { check, ALL } from './rows.ts';

const PROGRAMS = ALL.filter((server) => server !== 'endpoint');
const BLOCK_PROGRAMS = ['system', 'storage-daemon'] as const;

const nothing: Test = {
  expected: 'the empty object',
  complain: (value) => (isSameValue(value, {}) ? undefined : JSON.stringify(value)),
};

const object: Test = {
  expected: 'an object',
  complain: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : JSON.stringify(value),
};

const NO_OBJECTS = [
  ['array', '[{"execute": "<query>"}]'],
  ['string', '"<query>"'],
  ['number', '1\n'],
  ['true', 'true\n'],
  ['null', 'null\n'],
  ['empty-array', '[]'],
] as const;

const NO_STRINGS = ['1', 'null', 'true', '["<query>"]', '{"a": "<query>"}'];
const NO_ARGUMENTS = ['[]', 'null', '1', '"a"', 'false'];

const MEMBERS = ['"execute": "<query>"', '"arguments": {}', '"id": 1'];
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].map((order) => `{${order.map((index) => MEMBERS[index]).join(', ')}}`);

/** A row whose requests are each refused once. */
function refusals(texts: readonly string[]): Check['steps'] {
  return texts.flatMap((text) => [send(text), error('GenericError')]);
}

/** R3, R7, R10, R11, R18, R19, R20, R30: commands, and how they are answered. */
export const COMMANDS: readonly Check[] = [
  check({
    id: 'order-of-members',
    demand: 'R3',
    title: 'the members of a command may stand in any order',
    needs: ['query'],
    steps: ORDERS.flatMap((text) => [send(text), success('1')]),
  }),
  check({
    id: 'lacks-execute',
    demand: 'R7',
    title: 'a message without execute is an error',
    steps: refusals(['{}', '{"arguments": {}}']),
  }),
  check({
    id: 'lacks-argument',
    demand: 'R7',
    title: 'a command without its mandatory argument is an error',
    on: PROGRAMS,
    steps: refusals(['{"execute": "<typed>"}', '{"execute": "<typed>", "arguments": {}}']),
  }),
  ...NO_OBJECTS.map(([id, text]) =>
    check({
      id: `no-object-${id}`,
      demand: 'R10',
      title: `a message that is no object (${id}) is one error`,
      steps: refusals([text]),
    }),
  ),
  check({
    id: 'unexpected-member',
    demand: 'R10',
    title: 'a member that is none of execute, exec-oob, arguments, id is an error',
    steps: refusals(['{"execute": "<query>", "nonsense": 1}', '{"execute": "<query>", "": null}']),
  }),
  check({
    id: 'capitals',
    demand: 'R10',
    title: 'names of members are written small',
    steps: refusals([
      '{"Execute": "<query>"}',
      '{"execute": "<query>", "Arguments": {}}',
      '{"execute": "<query>", "ID": 1}',
    ]),
  }),
  check({
    id: 'both-kinds-of-execute',
    demand: 'R10',
    title: 'execute and exec-oob together are an error',
    steps: refusals(['{"execute": "<query>", "exec-oob": "<query>"}']),
  }),
  check({
    id: 'no-white-space',
    demand: 'R10',
    title: 'a command needs no white space, and none after it',
    needs: ['query'],
    steps: [send('{"execute":"<query>"}'), success()],
  }),
  check({
    id: 'much-white-space',
    demand: 'R10',
    title: 'spaces, tabs and line ends may stand between the parts of a command',
    needs: ['query'],
    steps: [send(' \t\r\n{\r\n"execute"\t:\n "<query>" ,\r"arguments":{ }\n}\n\n\r\n'), success()],
  }),
  check({
    id: 'line-end-lf',
    demand: 'R10',
    title: 'a command may end with LF',
    needs: ['query'],
    steps: [send('{"execute": "<query>"}\n'), success()],
  }),
  check({
    id: 'line-end-crlf',
    demand: 'R10',
    title: 'a command may end with CRLF',
    needs: ['query'],
    steps: [send('{"execute": "<query>"}\r\n'), success()],
  }),
  check({
    id: 'cut-anywhere',
    demand: 'R10',
    title: 'a command may come in two pieces, cut after any byte',
    needs: ['query'],
    steps: [sendCut('{"execute": "<query>", "id": ["\u00e9", 1.5, true]}', '["\u00e9", 1.5, true]')],
  }),
  check({
    id: 'escaped-name',
    demand: 'R10',
    title: 'the name of a command, or a member, may be written with escapes',
    needs: ['query'],
    steps: [send('{"\\u0065xecute": "<query>", "i\\u0064": 1}'), success('1')],
  }),
  check({
    id: 'execute-no-string',
    demand: 'R11',
    title: 'execute that is no string is an error',
    steps: refusals(NO_STRINGS.map((text) => `{"execute": ${text}}`)),
  }),
  check({
    id: 'arguments-no-object',
    demand: 'R11',
    title: 'arguments that are no object are an error',
    steps: refusals(NO_ARGUMENTS.map((text) => `{"execute": "<query>", "arguments": ${text}}`)),
  }),
  check({
    id: 'arguments-empty',
    demand: 'R11',
    title: 'arguments may be the empty object',
    needs: ['query'],
    steps: [send('{"execute": "<query>", "arguments": {}}'), success()],
  }),
  check({
    id: 'returns-nothing-negotiation',
    demand: 'R18',
    title: 'qmp_capabilities returns the empty object',
    on: QMP_SERVERS,
    start: 'greeted',
    steps: [send('{"execute": "qmp_capabilities"}'), success(undefined, nothing)],
  }),
  check({
    id: 'returns-nothing-ping',
    demand: 'R18',
    title: 'guest-ping returns the empty object',
    on: ['guest-agent'],
    steps: [send('{"execute": "guest-ping"}'), success(undefined, nothing)],
  }),
  check({
    id: 'returns-object',
    demand: 'R18',
    title: 'a query returns an object',
    needs: ['query'],
    steps: [send('{"execute": "<query>"}'), success(undefined, object)],
  }),
  check({
    id: 'unknown-command',
    demand: 'R19',
    title: 'an unknown command is CommandNotFound',
    steps: ['<unknown>', '', '<query>x', '<query> ', '<query>\\u0000'].flatMap((name) => [
      send(`{"execute": "${name}"}`),
      error('CommandNotFound'),
    ]),
  }),
  check({
    id: 'desc-is-text',
    demand: 'R20',
    level: 'should',
    title: 'desc says something',
    steps: [
      send('{"execute": "<unknown>"}'),
      response(),
      {
        kind: 'bytes',
        expected: 'a desc that is not empty',
        complain: (bytes) => (/"desc": ?""/.test(bytes.toString('latin1')) ? 'an empty desc' : undefined),
      },
    ],
  }),
  check({
    id: 'argument-of-wrong-type',
    demand: 'R30',
    title: 'an argument of a wrong type is an error',
    on: PROGRAMS,
    steps: refusals(['{"execute": "<typed>", "arguments": {"<member>": <wrong>}}']),
  }),
  check({
    id: 'unexpected-argument',
    demand: 'R30',
    title: 'an argument that the command does not have is an error',
    needs: ['query'],
    steps: refusals(['{"execute": "<query>", "arguments": {"nonsense": 1}}']),
  }),
  ...(
    [
      ['wrong-type', 'of a wrong type', '"size": "1"'],
      ['unexpected-argument', 'that is not known', '"nonsense": 1'],
      ['wrong-branch', 'of another driver', '"filename": "a"'],
    ] as const
  ).map(([id, what, member]) =>
    check({
      id: `no-side-effect-${id}`,
      demand: 'R30',
      title: `an argument ${what} is found before anything is done`,
      on: BLOCK_PROGRAMS,
      needs: ['changes state'],
      steps: [
        send(
          `{"execute": "blockdev-add", "arguments": {"driver": "null-co", "node-name": "r30", ${member}}}`,
        ),
        error('GenericError'),
        send('{"execute": "query-named-block-nodes"}'),
        success(undefined, {
          expected: 'no node r30',
          complain: (value) => (JSON.stringify(value).includes('"r30"') ? 'node r30' : undefined),
        }),
      ],
    }),
  ),
  check({
    id: 'before-greeting-is-read',
    demand: 'R8',
    title: 'commands may be sent before the greeting is read',
    on: QMP_SERVERS,
    start: 'opened',
    steps: [
      send('{"execute": "qmp_capabilities", "id": 1}{"execute": "<query>", "id": 2}'),
      greeting(),
      success('1'),
      response('2'),
    ],
  }),
];
