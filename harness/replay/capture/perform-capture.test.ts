import { expect } from 'chai';
import { loadSchema } from '../../json-schema/load-schema.ts';
import { createValidator } from '../../json-schema/validator.ts';
import { ConnectionClosed, DeadlineExceeded } from '../../qmp/connection-errors.ts';
import { QmpConnection } from '../../qmp/connection.ts';
import { openEndpoint } from '../../target/connect-endpoint.ts';
import { inTemporaryFolder } from '../../target/temporary-folder.ts';
import { readTranscript } from '../../transcript/read-transcript.ts';
import { assignMonitors } from './capture-plan.ts';
import { startFakeServer, type FakeConnection } from './fixture-server.ts';
import { CaptureCutOff, performCapture } from './perform-capture.ts';

const validator = createValidator(loadSchema('10.0'));

const OPEN =
  '@0 -- opened\n@0 <- {"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": []}}\n' +
  '@0 -> {"execute": "qmp_capabilities"}\n@0 <- {"return": {}}\n';
const OPEN_1 = OPEN.replaceAll('@0 ', '@0 1');
const STOP = '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}';
const RESUME = '{"event": "RESUME", "timestamp": {"seconds": 1, "microseconds": 2}}';
const NAMES = '-> {"execute": "query-name", "id": 1}\n-> {"execute": "query-status", "id": 2}\n';
const OF_NAME = '<- {"return": {"name": "x"}, "id": 1}\n';
const OF_STATUS = '<- {"return": {"running": true, "status": "running"}, "id": 2}\n';
const SENT_ID = '{"return": {"name": "vm"}, "id": 7}';

interface Case {
  readonly title: string;
  readonly head?: string;
  readonly body: string;
  readonly server?: readonly FakeConnection[];
  /** `blame rule` of each finding, or the error. */
  readonly comes: readonly string[] | typeof ConnectionClosed | typeof DeadlineExceeded;
  /** What the server has got. */
  readonly log?: readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'a server that behaves', body: `${OPEN}${NAMES}${OF_NAME}${OF_STATUS}`, comes: [] },
  {
    title: 'commands that were sent before an answer, sent so again',
    body: `${OPEN}${NAMES}${OF_NAME}${OF_STATUS}`,
    // The first is answered only when the second has come.
    server: [
      {
        answers: {
          'query-name': [],
          'query-status': [
            '{"return": {"name": "vm"}, "id": 1}',
            '{"return": {"running": true, "status": "running"}, "id": 2}',
          ],
        },
      },
    ],
    comes: [],
  },
  {
    title: 'a command that was sent after an answer, not sent before it',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}-> {"execute": "query-status", "id": 2}\n${OF_STATUS}`,
    server: [{ answers: { 'query-name': [] } }],
    comes: DeadlineExceeded,
    log: ['0: qmp_capabilities', '0: query-name 1'],
  },
  {
    title: 'a message on one connection that waits for what another showed before',
    body: `${OPEN}${OPEN_1}-> {"execute": "stop", "id": 1}\n1<- ${STOP}\n<- {"return": {}, "id": 1}\n1-> {"execute": "query-name", "id": 7}\n1<- ${SENT_ID}\n`,
    // The event never comes there.
    comes: ['behaviour shape/missing-event'],
    log: ['0: qmp_capabilities', '1: qmp_capabilities', '0: stop 1', '1: query-name 7'],
  },
  {
    title: 'an event before its response, shown after it',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n<- ${STOP}\n`,
    server: [{ answers: { stop: [STOP, '{"return": {}, "id": ID}'] } }],
    comes: [],
  },
  {
    title: 'an event that is not shown',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n`,
    server: [{ answers: { stop: [STOP, '{"return": {}, "id": ID}'] } }],
    comes: [],
  },
  {
    title: 'an event that may be absent',
    head: 'match:\n  - { at: /3, as: optional }\n',
    body: `${OPEN}<- ${STOP}\n${NAMES}${OF_NAME}${OF_STATUS}`,
    comes: [],
  },
  {
    title: 'an event that breaks the schema, and is not shown',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n`,
    server: [{ answers: { stop: [STOP.replace('}}', '}, "data": {}}'), '{"return": {}, "id": ID}'] } }],
    comes: ['target schema/unknown-member'],
  },
  {
    title: 'another event than the one that is shown',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n<- ${STOP}\n`,
    server: [{ answers: { stop: [RESUME, '{"return": {}, "id": ID}'] } }],
    comes: ['behaviour shape/missing-event'],
  },
  {
    title: 'in-band responses in another order',
    body: `${OPEN}${NAMES}${OF_NAME}${OF_STATUS}`,
    server: [
      {
        answers: {
          'query-name': [],
          'query-status': [
            '{"return": {"running": true, "status": "running"}, "id": 2}',
            '{"return": {"name": "vm"}, "id": 1}',
          ],
        },
      },
    ],
    comes: ['target protocol/response-order'],
  },
  {
    title: 'an out-of-band response before, and shown after',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n-> {"exec-oob": "migrate-pause", "id": 2}\n${OF_NAME}<- {"error": {"class": "GenericError", "desc": ""}, "id": 2}\n`,
    server: [
      {
        answers: {
          'query-name': [],
          'migrate-pause': [
            '{"error": {"class": "GenericError", "desc": "no"}, "id": 2}',
            '{"return": {"name": "vm"}, "id": 1}',
          ],
        },
      },
    ],
    comes: [],
  },
  {
    title: 'a response that nothing has asked for',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}-> {"execute": "stop", "id": 2}\n<- {"return": {}, "id": 2}\n`,
    server: [{ answers: { stop: ['{"return": {}, "id": "nobody"}', '{"return": {}, "id": ID}'] } }],
    comes: ['target schema/unknown-command', 'target protocol/unasked-response'],
  },
  {
    title: 'an error where success is shown',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n`,
    server: [{ answers: { stop: ['{"error": {"class": "GenericError", "desc": "no"}, "id": ID}'] } }],
    comes: ['behaviour shape/outcome'],
  },
  {
    title: 'a second greeting',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}`,
    server: [{ answers: { 'query-name': ['{"QMP": {}}', '{"return": {"name": "vm"}, "id": ID}'] } }],
    comes: ['target protocol/second-greeting'],
  },
  {
    title: 'a greeting that breaks the schema',
    body: OPEN,
    server: [{ greeting: '{"QMP": {"capabilities": []}}' }],
    comes: ['target schema/envelope', 'behaviour shape/missing-member'],
  },
  { title: 'no greeting', body: OPEN, server: [{ greeting: '' }], comes: DeadlineExceeded },
  {
    title: 'something else than a greeting',
    body: OPEN,
    server: [{ greeting: 'SSH-2.0' }],
    comes: DeadlineExceeded,
  },
  {
    title: 'what is no JSON, as shown',
    body: `${OPEN}->x ff 0a\n<-x 40\n-> {"execute": "query-name", "id": 1}\n${OF_NAME}`,
    server: [{ answers: { '': ['@ '] } }],
    comes: [],
  },
  {
    title: 'what is no JSON, and not shown',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}`,
    server: [{ answers: { 'query-name': ['@@ ', '{"return": {"name": "vm"}, "id": ID}'] } }],
    comes: ['target protocol/not-qmp'],
  },
  {
    title: 'bytes, an error for them, and a command without an id',
    body: `${OPEN}->x ff 0a\n<- {"error": {"class": "GenericError", "desc": "x"}}\n-> {"execute": "query-name"}\n<- {"return": {"name": "x"}}\n`,
    server: [
      {
        answers: {
          '': [
            '{"error": {"class": "GenericError", "desc": "stray"}}',
            '{"error": {"class": "GenericError", "desc": "and another"}}',
          ],
        },
      },
    ],
    comes: [],
  },
  {
    title: 'a captured value, sent on another connection',
    head: "match:\n  - { at: /4/return/name, as: capture, name: n }\nsubstitute:\n  - { at: /8/arguments/name, value: 'a-${n}' }\n",
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}${OPEN_1.replace(/.*opened\n/, '')}1-> {"execute": "stop", "arguments": {"name": "x"}, "id": 2}\n1<- {"return": {}, "id": 2}\n`,
    comes: [],
  },
  {
    title: 'a value to capture that stands in other surroundings',
    head: "match:\n  - { at: /4/return/name, as: capture, name: n }\nsubstitute:\n  - { at: /5/id, value: '${n}' }\n",
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n<- {"return": {"name": "x", "more": 1}, "id": 1}\n-> {"execute": "stop", "id": 2}\n<- {"return": {}, "id": 2}\n`,
    comes: ['behaviour shape/missing-member', 'behaviour exact/type'],
    log: ['0: qmp_capabilities', '0: query-name 1', '0: stop "vm"'],
  },
  {
    title: 'a value to capture that does not come',
    head: "match:\n  - { at: /4/return/name, as: capture, name: n }\nsubstitute:\n  - { at: /5/id, value: '${n}' }\n",
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n<- {"return": {"name": "x"}, "id": 1}\n-> {"execute": "stop", "id": 2}\n<- {"return": {}, "id": 2}\n`,
    server: [{ answers: { 'query-name': ['{"return": {}, "id": ID}'] } }],
    comes: ['behaviour shape/missing-member', 'behaviour shape/not-captured'],
    log: ['0: qmp_capabilities', '0: query-name 1'],
  },
  {
    title: 'a connection that the server ends too early',
    body: `${OPEN}-> {"execute": "query-name", "id": 1}\n${OF_NAME}`,
    server: [{ answers: { 'query-name': ['close'] } }],
    comes: ConnectionClosed,
  },
  {
    title: 'a connection that the server ends before an event',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n<- ${STOP}\n`,
    server: [{ answers: { stop: ['{"return": {}, "id": ID}', 'close'] } }],
    comes: ['behaviour shape/missing-event'],
  },
  {
    title: 'a connection that the server ends, as shown',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n-- closed by the server\n`,
    server: [{ answers: { stop: ['{"return": {}, "id": ID}', 'close'] } }],
    comes: [],
  },
  {
    title: 'a connection that the server should end, and does not',
    body: `${OPEN}-> {"execute": "stop", "id": 1}\n<- {"return": {}, "id": 1}\n-- closed by the server\n`,
    comes: ['behaviour shape/not-closed'],
  },
  {
    title: 'a connection that the client ends before the next one opens',
    body: `${OPEN}-- closed by the client\n1-- opened\n${OPEN_1.replace(/.*opened\n/, '')}`,
    comes: [],
    log: ['0: qmp_capabilities', '1: qmp_capabilities'],
  },
  {
    title: 'a message on a connection that was closed',
    body: `${OPEN}-- closed by the client\n-> {"execute": "query-name"}\n`,
    comes: ConnectionClosed,
  },
  {
    title: 'a capture that ends in the middle',
    body: `${OPEN}-> {"execute": "stop"}\n-- ends: no space\n`,
    comes: [],
  },
];

describe('performCapture', () => {
  for (const { title, head = '', body, server = [], comes, log } of CASES) {
    it(`${typeof comes === 'function' ? 'ends at' : comes.length === 0 ? 'takes' : 'finds'} ${title}`, () =>
      inTemporaryFolder(async (dir) => {
        const transcript = readTranscript(`---\nid: wire/x\n${head}---\n${body}`, 'x.qmp');
        const fake = await startFakeServer(dir, server);
        const performed = performCapture(transcript, {
          validator,
          patience: 300,
          open: () => Promise.reject(new TypeError('nothing to hand over')),
          connect: async () => new QmpConnection(await openEndpoint(fake.address, 1000)),
        });
        try {
          if (typeof comes === 'function') {
            const error: unknown = await performed.then(
              () => undefined,
              (reason: unknown) => reason,
            );
            expect(error).to.be.instanceOf(comes);
          } else {
            const { findings } = await performed;
            expect(findings.map(({ blame, rule }) => `${blame} ${rule}`)).to.deep.equal(comes);
          }
          if (log !== undefined) expect(fake.log).to.deep.equal(log);
        } finally {
          await performed.catch(() => undefined);
          fake.close();
        }
      }));
  }
  it('says of a connection that ends too early what had come, and that it ended', () =>
    inTemporaryFolder(async (dir) => {
      const fake = await startFakeServer(dir, [{ answers: { stop: ['close'] } }]);
      const text = `---\nid: wire/x\n---\n${OPEN}-> {"execute": "stop"}\n<- {"return": {}}\n`;
      const error: unknown = await performCapture(readTranscript(text, 'x.qmp'), {
        validator,
        patience: 300,
        open: () => Promise.resolve(0),
        connect: async () => new QmpConnection(await openEndpoint(fake.address, 1000)),
      }).catch((reason: unknown) => reason);
      fake.close();
      const findings = error instanceof CaptureCutOff ? error.outcome.findings : [];
      expect(findings.map(({ rule, message }) => `${rule} ${message}`)).to.deep.equal(['protocol/closed 3']);
    }));
});

describe('assignMonitors', () => {
  const greet = (number: number): string => `${number}<- {"QMP": {}}\n`;
  const TABLE: readonly (readonly [title: string, body: string, monitors: readonly number[]])[] = [
    [
      'one after another: one monitor',
      `0-- opened\n${greet(0)}0-- closed by the client\n1-- opened\n${greet(1)}`,
      [0, 0],
    ],
    ['two at a time: two', `${greet(0)}${greet(1)}0-> {}\n`, [0, 1]],
    [
      'one that waits for the other: one',
      `${greet(0)}1-- opened\n0-- closed by the server\n${greet(1)}`,
      [0, 0],
    ],
    [
      'a third in the place of the first',
      `${greet(0)}${greet(1)}0-- closed by the client\n${greet(2)}`,
      [0, 1, 0],
    ],
    ['a silent server', '0-> {}\n1-> {}\n', [0, 1]],
  ];
  for (const [title, body, monitors] of TABLE) {
    it(title, () => {
      const transcript = readTranscript(`---\nid: wire/x\n---\n${body}`, 'x.qmp');
      const assigned = assignMonitors(transcript);
      expect(monitors.map((_, number) => assigned.get(number))).to.deep.equal(monitors);
    });
  }
});
