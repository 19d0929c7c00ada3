import { isJsonArray } from '../../json/value.ts';
import { membersOf, QMP_SERVERS, type Check, type Test } from '../check.ts';
import { isSameValue } from '../same-value.ts';
import { close, greeting, open, send, success } from '../steps.ts';
import { check } from './rows.ts';

const isCount = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0;

const whole: Test = {
  expected: 'version with qemu (major, minor, micro) and package, and capabilities',
  complain: (value) => {
    const { version, capabilities, ...others } = membersOf(value);
    const { qemu, package: packaged } = membersOf(version);
    const { major, minor, micro } = membersOf(qemu);
    const isWhole =
      [major, minor, micro].every(isCount) && typeof packaged === 'string' && isJsonArray(capabilities);
    const strange = Object.keys(others).filter((name) => !name.startsWith('__'));
    return isWhole && strange.length === 0 ? undefined : JSON.stringify(value);
  },
};

const capabilitiesOf = (value: Parameters<Test['complain']>[0]) => {
  const list = membersOf(value)['capabilities'];
  return isJsonArray(list) ? list : [];
};

/** R8, R9: the greeting. */
export const GREETING: readonly Check[] = [
  check({
    id: 'greeting-first',
    demand: 'R8',
    title: 'the server greets first and unasked, with its version and its capabilities',
    on: QMP_SERVERS,
    start: 'opened',
    steps: [greeting(whole)],
  }),
  check({
    id: 'greeting-once',
    demand: 'R8',
    title: 'it does not greet again',
    on: QMP_SERVERS,
    start: 'greeted',
    steps: [
      send('{"execute": "qmp_capabilities"}'),
      success(),
      {
        kind: 'bytes',
        expected: 'one greeting',
        complain: (bytes) =>
          bytes.toString('latin1').split('"QMP"').length > 2 ? 'two greetings' : undefined,
      },
    ],
  }),
  check({
    id: 'greeting-of-each-connection',
    demand: 'R8',
    title: 'each client is greeted',
    on: QMP_SERVERS,
    needs: ['reconnects'],
    steps: [close('main'), open('second', 'opened'), greeting(whole, 'second')],
  }),
  check({
    id: 'version-of-query-version',
    demand: 'R8',
    title: 'the version of the greeting is that of query-version',
    on: ['system', 'storage-daemon'],
    steps: [
      send('{"execute": "query-version"}'),
      success(undefined, {
        expected: 'the version of the greeting',
        complain: (value, { greeting: qmp }) =>
          isSameValue(value, membersOf(qmp)['version'] ?? null) ? undefined : JSON.stringify(value),
      }),
    ],
  }),
  check({
    id: 'capabilities-are-a-set',
    demand: 'R9',
    title: 'capabilities are strings, each of them once',
    on: QMP_SERVERS,
    start: 'opened',
    steps: [
      greeting({
        expected: 'strings, each once',
        complain: (value) => {
          const list = capabilitiesOf(value);
          const isSet = list.every((name) => typeof name === 'string') && new Set(list).size === list.length;
          return isSet ? undefined : JSON.stringify(list);
        },
      }),
    ],
  }),
  check({
    id: 'capabilities-are-known',
    demand: 'R9',
    level: 'should',
    title: 'no capability but oob is offered',
    on: QMP_SERVERS,
    start: 'opened',
    steps: [
      greeting({
        expected: 'oob, or nothing',
        complain: (value) => {
          const strange = capabilitiesOf(value).filter((name) => name !== 'oob');
          return strange.length === 0 ? undefined : JSON.stringify(strange);
        },
      }),
    ],
  }),
];
