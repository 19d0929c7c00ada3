import type { Check } from '../check.ts';
import { errors, response, send } from '../steps.ts';
import { check } from './rows.ts';

const PLACES = [
  ['between', 'between two commands', '\n'],
  ['in-name', 'within a name', '{"exec'],
  ['in-string', 'within a string', '{"execute": "<query>", "id": "a'],
  ['in-escape', 'after a backslash', '{"execute": "<query>", "id": "\\'],
  ['in-number', 'within a number', '{"execute": "<query>", "id": 12'],
  ['in-literal', 'within a literal', '{"execute": "<query>", "id": tru'],
  ['in-arrays', 'within arrays', `{"execute": "<query>", "id": ${'['.repeat(40)}`],
  ['after-colon', 'where a value should stand', '{"execute":'],
] as const;

const RESETS = [
  ['ff', 'the byte 0xFF', 0xff],
  ['esc', 'an escape character', 0x1b],
] as const;

/** Those that JSON takes as white space do not count. */
const CONTROLS = Array.from({ length: 32 }, (_, byte) => byte).filter(
  (byte) => ![0x09, 0x0a, 0x0d].includes(byte),
);

/** R25: a lexical error brings the parser back to its start. */
export const RECOVERY: readonly Check[] = [
  ...PLACES.flatMap(([id, where, text]) =>
    RESETS.map(([reset, what, byte]) =>
      check({
        id: `reset-by-${reset}-${id}`,
        demand: 'R25',
        title: `${what} ${where} is an error, after which the next command is understood`,
        steps: [send([text, Uint8Array.of(byte)]), errors],
      }),
    ),
  ),
  ...CONTROLS.map((byte) => {
    const name = byte.toString(16).padStart(2, '0');
    return check({
      id: `reset-by-control-${name}`,
      demand: 'R25',
      title: `the control character 0x${name} within a string is an error, after which the next command is understood`,
      steps: [send(['{"execute": "<query>", "id": "', Uint8Array.of(byte)]), errors],
    });
  }),
  check({
    id: 'reset-and-command-at-once',
    demand: 'R25',
    title: 'a command in one write with the byte 0xFF before it is understood',
    steps: [
      send(['{"execute": [1, {"a": "', Uint8Array.of(0xff), '{"execute": "<query>", "id": 1}']),
      { kind: 'error', class: 'any', answer: {} },
      response('1'),
    ],
  }),
  check({
    id: 'reset-many-times',
    demand: 'R25',
    title: 'a hundred bytes 0xFF do no harm',
    steps: [send([new Uint8Array(100).fill(0xff)]), errors],
  }),
];
