import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readKnownFailures } from '../results/known-failures.ts';
import { readDialogue } from '../results/read-dialogue.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import type { RowResult } from '../results/verdict.ts';
import { completeStages } from '../stage/stage-book.ts';
import { readStage } from '../stage/read-stage.ts';
import { readTranscript } from '../transcript/read-transcript.ts';
import { batchOfTranscript, createJudge } from './batch-of-transcript.ts';
import { fakeTarget, type Fake } from './fixtures/fake-target.ts';
import type { PlannedTarget, RunPlan } from './run-plan.ts';
import { startRun } from './start-run.ts';

/** A case: what the front matter adds, the dialogue, what the server does, and what must come of it. */
interface Case {
  readonly title: string;
  readonly head?: string;
  readonly body: string;
  readonly fake?: Fake;
  readonly knownFailure?: string;
  readonly verdict: RowResult['verdict'];
  readonly reason?: string;
  /** `blame rule` of each finding. */
  readonly findings?: readonly string[];
}

const QUERY = '-> { "execute": "query-status" }\n<- { "return": { "running": true, "status": "running" } }\n';
const STATUS = (text: string): Fake => ({ commands: { 'query-status': [{ send: text }] } });
const HONEST = '{"return": {"running": true, "status": "running"}, "id": ID}';
const STOP = '{"event": "STOP", "timestamp": {"seconds": 1, "microseconds": 2}}';
const JOB = (status: string): string =>
  `{"event": "JOB_STATUS_CHANGE", "data": {"id": "j", "status": "${status}"}, "timestamp": {"seconds": 1, "microseconds": 2}}`;
const CONCLUDED = 'match:\n  - { at: /2/data/status, as: exact }\n';
const STOPPED = `-> { "execute": "stop" }\n<- { "return": {} }\n<- ${JOB('concluded')}\n`;
const ASKED = 'asks:\n  - { at: /0, execute: query-status }\n';
const RESPONSE = '<- { "return": { "running": true, "status": "running" } }\n';
const INVALID =
  '->? { "execute": }\n<- { "error": { "class": "GenericError", "desc": "Invalid JSON syntax" } }\n';
const KNOWN = "- { rows: 'examples/a/b', reason: it is known, review-by: '2999-01-01' }\n";

const CASES: readonly Case[] = [
  { title: 'a target that answers as documented', body: QUERY, verdict: 'pass', findings: [] },
  {
    title: 'an event before its response',
    body: '-> { "execute": "stop" }\n<- { "return": {} }\n<- { "event": "STOP", "timestamp": { "seconds": 7, "microseconds": 8 } }\n',
    fake: { commands: { stop: [{ send: STOP }, { send: '{"return": {}, "id": ID}' }] } },
    verdict: 'pass',
  },
  {
    title: 'an event after its response',
    body: '-> { "execute": "stop" }\n<- { "event": "STOP", "timestamp": { "seconds": 7, "microseconds": 8 } }\n<- { "return": {} }\n',
    fake: { commands: { stop: [{ send: '{"return": {}, "id": ID}' }, { send: STOP }] } },
    verdict: 'pass',
  },
  {
    title: 'an event that does not come',
    body: '-> { "execute": "stop" }\n<- { "return": {} }\n<- { "event": "STOP", "timestamp": { "seconds": 7, "microseconds": 8 } }\n',
    fake: { commands: { stop: [{ send: '{"return": {}, "id": ID}' }] } },
    verdict: 'fail',
    reason: 'no event STOP within 0.4 s; expected the event STOP',
    findings: ['behaviour shape/missing-event'],
  },
  {
    title: 'the event that is shown, after another of its name',
    head: CONCLUDED,
    body: STOPPED,
    fake: {
      commands: {
        stop: [{ send: JOB('running') }, { send: JOB('concluded') }, { send: '{"return": {}, "id": ID}' }],
      },
    },
    verdict: 'pass',
  },
  {
    title: 'the event that is shown, after its response and another of its name',
    head: CONCLUDED,
    body: STOPPED,
    fake: {
      commands: {
        stop: [{ send: '{"return": {}, "id": ID}' }, { send: JOB('running') }, { send: JOB('concluded') }],
      },
    },
    verdict: 'pass',
  },
  {
    title: 'an event of the name that is shown, and none as shown',
    head: CONCLUDED,
    body: STOPPED,
    fake: {
      commands: {
        stop: [{ send: JOB('running') }, { send: JOB('waiting') }, { send: '{"return": {}, "id": ID}' }],
      },
    },
    verdict: 'fail',
    findings: ['behaviour exact/value'],
  },
  {
    title: 'a response whose command the front matter has',
    head: ASKED,
    body: RESPONSE,
    verdict: 'pass',
    findings: [],
  },
  {
    title: 'a response whose command the front matter has, and another that comes',
    head: ASKED,
    body: RESPONSE,
    fake: STATUS('{"error": {"class": "GenericError", "desc": "no"}, "id": ID}'),
    verdict: 'fail',
    findings: ['behaviour shape/outcome'],
  },
  {
    title: 'a response whose command the front matter has, and that command does not draw',
    head: ASKED.replace('query-status', 'query-kvm'),
    body: RESPONSE,
    verdict: 'fail',
    reason: 'the example is wrong',
    findings: [
      'example schema/missing-member',
      'example schema/missing-member',
      'example schema/unknown-member',
      'example schema/unknown-member',
    ],
  },
  {
    title: 'a response without a command',
    body: RESPONSE,
    verdict: 'fail',
    reason: 'the example is wrong',
    findings: ['example example/no-command'],
  },
  {
    title: 'what is no JSON on purpose',
    head: 'invalid: [/0]\n',
    body: INVALID,
    verdict: 'pass',
    findings: [],
  },
  {
    title: 'what is no JSON on purpose, and is taken for a command',
    head: 'invalid: [/0]\n',
    body: INVALID,
    fake: { invalid: [{ send: '{"return": {}}' }] },
    verdict: 'fail',
    findings: ['target schema/unknown-command', 'behaviour shape/outcome'],
  },
  {
    title: 'what is no JSON, and not on purpose',
    body: INVALID,
    verdict: 'fail',
    reason: 'the example is wrong',
    findings: ['example example/not-json'],
  },
  {
    title: 'a response to the last of two commands, the first being answered unseen',
    body: `-> { "execute": "stop" }\n${QUERY}`,
    fake: { commands: { stop: [{ send: '{"return": {}, "id": ID}' }] } },
    verdict: 'pass',
  },
  {
    title: 'an error where success is documented',
    body: QUERY,
    fake: STATUS('{"error": {"class": "GenericError", "desc": "no"}, "id": ID}'),
    verdict: 'fail',
    reason: 'error GenericError: no; expected success',
    findings: ['behaviour shape/outcome'],
  },
  {
    title: 'success where an error is documented',
    body: '-> { "execute": "query-status" }\n<- { "error": { "class": "GenericError", "desc": "x" } }\n',
    verdict: 'fail',
    findings: ['behaviour shape/outcome'],
  },
  {
    title: 'an error whose description differs, and only that',
    body: '-> { "execute": "stop" }\n<- { "error": { "class": "CommandNotFound", "desc": "as once it was" } }\n',
    verdict: 'pass',
  },
  {
    title: 'another error class',
    body: '-> { "execute": "stop" }\n<- { "error": { "class": "GenericError", "desc": "no" } }\n',
    verdict: 'fail',
    findings: ['behaviour exact/value'],
  },
  {
    title: 'a member that the schema does not know',
    body: QUERY,
    fake: STATUS('{"return": {"running": true, "status": "running", "mood": 1}, "id": ID}'),
    verdict: 'fail',
    findings: ['target schema/unknown-member'],
  },
  {
    title: 'a value that is no value of its enum',
    body: QUERY,
    fake: STATUS('{"return": {"running": true, "status": "dancing"}, "id": ID}'),
    verdict: 'fail',
    findings: ['target schema/enum-value'],
  },
  {
    title: 'a response that is no QMP, before the right one',
    body: QUERY,
    fake: { commands: { 'query-status': [{ send: '{"hello": 1}' }, { send: HONEST }] } },
    verdict: 'fail',
    findings: ['target protocol/not-qmp'],
  },
  {
    title: 'an example that is wrong in a release that documents it',
    body: '-> { "execute": "query-status" }\n<- { "return": { "running": 1, "status": "running" } }\n',
    verdict: 'fail',
    findings: ['example schema/type'],
  },
  {
    title: 'an example that is wrong, on a target that is wrong too',
    body: '-> { "execute": "query-status" }\n<- { "return": { "running": 1, "status": "running" } }\n',
    fake: STATUS('{"return": {"running": true, "status": "dancing"}, "id": ID}'),
    verdict: 'fail',
    reason: 'the example is wrong',
    findings: ['example schema/type', 'target schema/enum-value'],
  },
  {
    title: 'an example that is wrong, and kills the target',
    body: '-> { "execute": "query-status" }\n<- { "return": { "running": 1, "status": "running" } }\n',
    fake: { commands: { 'query-status': [{ signal: 'SIGABRT' }] } },
    verdict: 'crash',
    findings: ['example schema/type'],
  },
  {
    title: 'an example that is no JSON',
    body: '-> { "execute": "query-status" }\n<-? { "return": { "running" }\n',
    verdict: 'fail',
    findings: ['example example/not-json'],
  },
  {
    title: 'an example that only another release documents, and that this one refuses',
    head: 'source: [{ document: d, definition: query-status, releases: "5.2" }]',
    body: '-> { "execute": "query-status" }\n<- { "return": { "running": true, "singlestep": false, "status": "running" } }\n',
    verdict: 'not-applicable',
    reason: 'not documented in 10.0.0, whose schema refuses it',
  },
  {
    title: 'a command that is absent from introspection',
    body: '-> { "execute": "query-kvm" }\n<- { "return": { "enabled": true, "present": true } }\n',
    verdict: 'not-applicable',
    reason: 'command query-kvm is absent from query-qmp-schema of 10.0.0',
  },
  {
    title: 'a requirement that is not met',
    head: 'requires: { releases: "11.0-" }',
    body: QUERY,
    verdict: 'not-applicable',
    reason: 'requires releases 11.0-; this is 10.0.0',
  },
  { title: 'a missing state', head: 'missing: a moon', body: QUERY, verdict: 'untestable', reason: 'a moon' },
  {
    title: 'a command that is elided',
    body: '-> { "execute": "stop", ... }\n<- { "return": {} }\n',
    verdict: 'untestable',
    reason: 'the example elides what message 0 sends',
  },
  {
    title: 'a known failure',
    body: QUERY,
    knownFailure: KNOWN,
    fake: STATUS('{"error": {"class": "GenericError", "desc": "no"}, "id": ID}'),
    verdict: 'known-failure',
    reason: 'it is known',
  },
  { title: 'a known failure that passes', body: QUERY, knownFailure: KNOWN, verdict: 'unexpected-pass' },
  {
    title: 'a target that does not start',
    body: QUERY,
    fake: { start: [{ exit: 3 }], stderr: 'no such machine\n' },
    verdict: 'setup-error',
    reason: 'exit status 3: no such machine',
  },
  {
    title: 'a target that lacks a device of the stage',
    body: QUERY,
    fake: {
      start: [{ exit: 1 }],
      stderr: "qemu-system-x86_64: -device x: 'x' is not a valid device model name\n",
    },
    verdict: 'not-applicable',
    reason: "this build lacks what the stage needs: -device x: 'x' is not a valid device model name",
  },
  {
    title: 'a preparation that fails',
    head: 'prepare: [{ execute: blockdev-add }]',
    body: QUERY,
    verdict: 'setup-error',
    reason: 'blockdev-add on main: error CommandNotFound: no; expected success',
  },
  {
    title: 'a target that dies in its preparation',
    head: 'prepare: [{ execute: blockdev-add }]',
    body: QUERY,
    fake: { commands: { 'blockdev-add': [{ signal: 'SIGSEGV' }] } },
    verdict: 'crash',
    reason: 'the target ended with signal SIGSEGV in its preparation: stage bare: the connection was closed',
  },
  {
    title: 'a target that is killed in its preparation',
    head: 'prepare: [{ execute: blockdev-add }]',
    body: QUERY,
    fake: { commands: { 'blockdev-add': [{ signal: 'SIGKILL' }] } },
    verdict: 'setup-error',
  },
  {
    title: 'a preparation that this host does not allow',
    head: 'prepare: [{ execute: blockdev-add, missing: a host with a moon }]',
    body: QUERY,
    verdict: 'untestable',
    reason: 'a host with a moon (blockdev-add on main: error CommandNotFound: no)',
  },
  {
    title: 'a target that dies of a command',
    body: QUERY,
    fake: { commands: { 'query-status': [{ signal: 'SIGSEGV' }] } },
    verdict: 'crash',
    reason: 'the target ended with signal SIGSEGV',
  },
  {
    title: 'a target that ends in a command',
    body: QUERY,
    fake: { commands: { 'query-status': [{ exit: 1 }] } },
    verdict: 'crash',
    reason: 'the target ended with exit status 1',
  },
  {
    title: 'a target that answers and dies of it',
    body: '-> { "execute": "stop" }\n<- { "return": {} }\n',
    fake: { commands: { stop: [{ send: '{"return": {}, "id": ID}' }, 'hang', { signal: 'SIGABRT' }] } },
    verdict: 'crash',
    reason: 'the target ended with signal SIGABRT',
  },
  {
    title: 'a target that ends because it was told to',
    body: '-> { "execute": "quit" }\n<- { "return": {} }\n',
    fake: { commands: { quit: [{ send: '{"return": {}, "id": ID}' }], 'query-status': [{ exit: 0 }] } },
    verdict: 'pass',
  },
  {
    title: 'a target that hangs',
    body: QUERY,
    fake: { commands: { 'query-status': ['hang'] } },
    verdict: 'timeout',
  },
  {
    title: 'a harness that is told nonsense',
    head: 'substitute: [{ at: /0/arguments, value: { a: "${nobody}" } }]',
    body: '-> { "execute": "stop", "arguments": {} }\n<- { "return": {} }\n',
    verdict: 'harness-error',
    reason: 'unknown name ${nobody}',
  },
];

describe('a replay', () => {
  for (const one of CASES) {
    it(`gives ${one.verdict} for ${one.title}`, async () => {
      const { result } = await replay(one);
      const { verdict, reason, findings } = result;
      expect({ verdict, reason }, JSON.stringify(result)).to.deep.include({ verdict: one.verdict });
      if (one.reason !== undefined) expect(reason).to.include(one.reason);
      if (one.findings !== undefined) {
        expect(findings.map(({ blame, rule }) => `${blame} ${rule}`)).to.deep.equal(one.findings);
      }
      if (!['untestable', 'setup-error', 'not-applicable'].includes(verdict))
        expect(result.checks).to.be.above(0);
    });
  }

  it('begins no row of any target when one archive is refused', async () => {
    const out = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
    try {
      const target = fakeTarget({});
      const named = (name: string): PlannedTarget => ({ ...target, facts: { ...target.facts, name } });
      const text = `---\nid: examples/a/b\n---\n${QUERY}`;
      const earlier = planOf(text, named('10.0.0 x86_64 kvm'), '', out);
      await (await startRun(earlier, '0')).finish();
      const before = await findRuns(out);
      const told: RowResult[] = [];
      const { columns } = planOf(text, named('5.2.0 x86_64 tcg'), '', out);
      const plan = { ...earlier, columns: [...columns, ...earlier.columns] };
      const refusal = await startRun(plan, '0', (result) => told.push(result)).catch(
        (error: unknown) => error,
      );
      expect(refusal).to.be.instanceOf(InputError);
      expect(told).to.deep.equal([]);
      expect(await findRuns(out)).to.deep.equal(before);
    } finally {
      await rm(out, { recursive: true });
    }
  });

  it('keeps the whole dialogue, and how the target ended', async () => {
    const { result, wire } = await replay({
      title: '',
      body: QUERY,
      fake: { commands: { 'query-status': [{ signal: 'SIGSEGV' }] } },
      verdict: 'crash',
    });
    expect(result.process?.signal).to.equal('SIGSEGV');
    const spoken = wire
      .filter(({ phase }) => phase === undefined)
      .map(({ direction, text }) => `${direction} ${text ?? ''}`);
    expect(spoken).to.deep.equal(['-> { "execute": "query-status" }\r\n']);
  });

  it('has of a crash the exchange that is enough for it', async () => {
    const body = `${QUERY}-> { "execute": "stop" }\n<- { "return": {} }\n${QUERY}`;
    const fake = {
      commands: { 'query-status': [{ send: HONEST }], stop: [{ signal: 'SIGSEGV' }] },
    };
    const { result } = await replay({ title: '', body, fake, verdict: 'crash' });
    expect(result.shrunk?.split('---\n')[2]).to.equal('-> { "execute": "stop" }\n<- { "return": {} }\n');
  });

  it('carries 2^64-1 from a recording over the wire into the archive and back', async () => {
    const { result, wire } = await replay({
      title: '',
      head: 'match: [{ at: /1/return/base-memory, as: exact }]',
      body: '-> { "execute": "query-memory-size-summary" }\n<- { "return": { "base-memory": 18446744073709551615 } }\n',
      fake: {
        commands: {
          'query-memory-size-summary': [
            { send: '{"return": {"base-memory": 18446744073709551614}, "id": ID}' },
          ],
        },
      },
      verdict: 'fail',
    });
    expect(result.findings.map(({ what, expected }) => `${what}; ${expected}`)).to.deep.equal([
      'number 18446744073709551614; number 18446744073709551615',
    ]);
    expect(wire.findLast(({ phase }) => phase === undefined)?.text).to.equal(
      '{"return": {"base-memory": 18446744073709551614}}\r\n',
    );
  });
});

/** Replays a case on its fake, through archive and all. */
async function replay(
  one: Case,
): Promise<{ result: RowResult; wire: Awaited<ReturnType<typeof readDialogue>> }> {
  const out = await mkdtemp(join(tmpdir(), 'qmpc-test-'));
  try {
    const source = 'source: [{ document: d, definition: query-status, releases: "10.0" }]';
    const head = one.head?.startsWith('source') === true ? one.head : `${source}\n${one.head ?? ''}`;
    const text = `---\nid: examples/a/b\n${head}\n---\n${one.body}`;
    const plan = planOf(text, fakeTarget(one.fake ?? {}), one.knownFailure ?? '', out);
    const run = await startRun(plan, '0');
    await run.finish();
    const [folder = ''] = await findRuns(out);
    const archived = await readRun(folder);
    const [result] = archived.results;
    if (result === undefined) throw new Error('no result');
    return { result, wire: await readDialogue(archived, result.row) };
  } finally {
    await rm(out, { recursive: true });
  }
}

function planOf(text: string, target: PlannedTarget, knownFailures: string, out: string): RunPlan {
  const row = readTranscript(text.replaceAll(/\n+---/g, '\n---'), 'test.qmp');
  const stages = completeStages([readStage('about: nothing', 'bare.yaml', 'bare')]);
  const batch = batchOfTranscript(
    row,
    target,
    { stages, patience: 400, cores: join(out, 'cores'), isKnown: () => false },
    createJudge(),
  );
  return {
    columns: [{ target, batches: [batch] }],
    missing: [],
    knownFailures: readKnownFailures(knownFailures, 'known.yaml'),
    jobs: 1,
    out,
    resume: false,
  };
}
