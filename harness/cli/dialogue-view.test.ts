import { expect } from 'chai';
import { loadSchema } from '../json-schema/load-schema.ts';
import { createValidator } from '../json-schema/validator.ts';
import { readJson } from '../json/read-json.ts';
import { fakeTarget } from '../replay/fixtures/fake-target.ts';
import type { PlannedReplay } from '../replay/plan-replay.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import type { ProxyReport } from '../replay/proxy/proxy-report.ts';
import { createDialogueView } from './dialogue-view.ts';
import { reportLines } from './replay-through.ts';
import { createStepper } from './step-mode.ts';

/** What rewrites a terminal: ESC and its commands, bell, return, backspace, C1's CSI, and the marks that turn text round. */
const HOSTILE = '\u001b[2J\u001b]0;title\u0007\r\b\u009b31m\u202eevil\u2028\u0000';
const SHOWN = String.raw`\u001b[2J\u001b]0;title\u0007\u000d\u0008\u009b31m\u202eevil\u2028\u0000`;
// eslint-disable-next-line no-control-regex -- what must not come out
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;

const transcript = readTranscript(
  '---\nid: wire/x\n---\n-> {"execute": "query-name"}\n<- {"return": {"name": "x"}}\n',
  'x.qmp',
);
const target = fakeTarget({});
const replay: PlannedReplay = {
  transcript,
  target,
  settings: { stages: new Map(), patience: 1, cores: '', isKnown: () => true },
  safety: { allowed: new Set(), text: '' },
};
const validator = createValidator(loadSchema('10.0'));
const complaint = {
  rule: 'exact/value',
  pointer: '/return/name',
  what: `string "${HOSTILE}"`,
  expected: HOSTILE,
};

/** What a view is told by a server that means ill. */
const TOLD: readonly (readonly [
  title: string,
  tell: (view: ReturnType<typeof createDialogueView>) => void,
])[] = [
  [
    'a message',
    (view) =>
      view.came?.({
        connection: 0,
        command: '',
        violations: [],
        incoming: { kind: 'garbage', text: HOSTILE, value: undefined, at: 1 },
      }),
  ],
  [
    'what the schema says against a message',
    (view) =>
      view.came?.({
        connection: 0,
        command: '',
        violations: [complaint],
        incoming: { kind: 'garbage', text: '', value: undefined, at: 1 },
      }),
  ],
  [
    'what is sent, with what was captured',
    (view) => view.sent?.({ index: 0, connection: 0, text: HOSTILE }, 1),
  ],
  [
    'a difference',
    (view) => view.compared?.(1, readJson(JSON.stringify({ return: { name: HOSTILE } })), [complaint]),
  ],
  ['what did not come', (view) => view.missed?.({ blame: 'target', message: 1, ...complaint })],
  [
    'the verdict',
    (view) =>
      view.end(replay, {
        performance: {
          verdict: 'crash',
          reason: HOSTILE,
          findings: [{ blame: 'target', message: 1, ...complaint }],
          checks: 1,
          wire: [],
          process: { command: [], code: 1, signal: null, stderr: HOSTILE },
        },
        contradictions: [],
        target,
      }),
  ],
];

describe('createDialogueView', () => {
  for (const [title, tell] of TOLD) {
    it(`makes control characters of a server visible in ${title}`, () => {
      let written = '';
      const view = createDialogueView((text) => (written += text), { colour: false });
      view.begin(replay, validator);
      tell(view);
      expect(written).to.include(String.raw`\u001b`);
      expect(written.replaceAll('\n', '')).not.to.match(RAW);
    });
  }
  it('makes them visible in what is told of a proxy, and before a step', async () => {
    const replayed = {
      performance: { verdict: 'pass' as const, findings: [], checks: 1, wire: [] },
      contradictions: [],
      target,
    };
    const said = { connection: 0, direction: '<-' as const, text: HOSTILE };
    const report: ProxyReport = {
      direct: replayed,
      through: replayed,
      findings: [
        { kind: 'dropped', ...said },
        { kind: 'rewritten', ...said, differences: [{ pointer: '/x', before: HOSTILE, after: HOSTILE }] },
      ],
      respelled: 0,
      delays: {},
    };
    expect(reportLines(replay, report).join(''))
      .to.include(String.raw`\u001b`)
      .and.not.to.match(RAW);
    let written = '';
    const lines = { next: () => Promise.resolve(''), close: () => undefined };
    await createStepper(
      lines,
      (text) => (written += text),
      () => '',
    ).before?.({ index: 0, connection: 0, text: HOSTILE });
    expect(written.replaceAll('\n', ''))
      .to.include(String.raw`\u001b`)
      .and.not.to.match(RAW);
  });
  it('leaves nothing out', () => {
    let written = '';
    const view = createDialogueView((text) => (written += text), { colour: false });
    view.begin(replay, validator);
    TOLD[0]?.[1](view);
    expect(written).to.include(SHOWN);
  });
});
