import { expect } from 'chai';
import type { Performance } from '../results/performance.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { describeFake, fakeSurroundings, perform, type Misbehaviour } from './fixture-target.ts';
import { planQueries, type QueriedProgram } from './plan-queries.ts';

/** What a server that breaks one thing gets. */
interface Case {
  readonly title: string;
  readonly answers: NonNullable<Misbehaviour['answers']>;
  readonly row: string;
  readonly verdict: VerdictWord;
  readonly rule: string;
  readonly what: RegExp;
  /** What else the finding tells: the request. */
  readonly request?: RegExp;
  /** Requests that were made. */
  readonly checks: number;
}

const OTHER_EMULATOR = 'qemu-system-arm';
const GET_SIZE = 'qom-get {"path":"/machine","property":"size"}';
const GET_TYPE = 'qom-get {"path":"/machine","property":"type"}';
const LAMP = 'device-list-properties {"typename":"lamp"}';

const CASES: readonly Case[] = [
  {
    title: 'a wrong type in a response',
    answers: { 'query-name': { return: { name: 7 } } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'schema/type',
    what: /^number 7$/,
    request: /, to \{"execute": "query-name"\}$/,
    checks: 1,
  },
  {
    title: 'an integer beyond its width',
    answers: { 'query-name': { return: { size: 256 } } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'schema/range',
    what: /^number 256/,
    checks: 1,
  },
  {
    title: 'an error of an unknown class',
    answers: { 'query-name': { error: 'Odd' } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'schema/enum-value',
    what: /Odd/,
    checks: 1,
  },
  {
    title: 'a response without id',
    answers: { 'query-name': { send: '{"return": {}}' } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'protocol/id',
    what: /^none$/,
    checks: 1,
  },
  {
    title: 'a response with another id',
    answers: { [LAMP]: { send: '{"return": [], "id": "else"}' } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'protocol/id',
    what: /^"else"$/,
    request: /lamp/,
    checks: 2,
  },
  {
    title: 'no response where a later one comes',
    answers: {
      [GET_TYPE]: {
        send: '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "x"}, "timestamp": {"seconds": 1, "microseconds": 1}}',
      },
    },
    row: 'qom-get',
    verdict: 'fail',
    rule: 'protocol/no-response',
    what: /^no response; /,
    request: /"type"/,
    checks: 3,
  },
  {
    title: 'an event that is not in the schema',
    answers: {
      'query-name': {
        send: '{"event": "ODD", "timestamp": {"seconds": 1, "microseconds": 1}}\r\n{"return": {}, "id": ID}',
      },
    },
    row: 'query-name',
    verdict: 'fail',
    rule: 'schema/unknown-event',
    what: /ODD/,
    checks: 1,
  },
  {
    title: 'what is no message',
    answers: { 'query-name': { send: 'oops\r\n{"return": {}, "id": ID}' } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'protocol/not-qmp',
    what: /oops/,
    checks: 1,
  },
  {
    title: 'a property beyond the range of its type',
    answers: { [GET_SIZE]: { return: 256 } },
    row: 'qom-get',
    verdict: 'fail',
    rule: 'qom/range/size',
    what: /^number 256 for 'size'/,
    checks: 3,
  },
  {
    title: 'a property that is not of its type',
    answers: { [GET_SIZE]: { return: 'big' } },
    row: 'qom-get',
    verdict: 'fail',
    rule: 'qom/type/size',
    what: /^string "big" for 'size'/,
    checks: 3,
  },
  {
    title: 'a default that is not of the type of its property',
    answers: { [LAMP]: { return: [{ name: 'addr', type: 'str', 'default-value': -1 }] } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'qom/type/addr',
    what: /^number -1 for 'addr'/,
    checks: 2,
  },
  {
    title: 'a refusal of what the target has named itself',
    answers: { [LAMP]: { error: 'GenericError' } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'query/refused',
    what: /GenericError: no$/,
    request: /lamp/,
    checks: 2,
  },
  {
    title: 'a death by one of many queries, which is found, and the rest goes on',
    answers: { [GET_SIZE]: { signal: 'SIGSEGV' } },
    row: 'qom-get',
    verdict: 'crash',
    rule: 'process/crash',
    what: /^the target ended with signal SIGSEGV$/,
    request: /"size"/,
    checks: 3,
  },
  {
    title: 'an end with exit status 0 by a query',
    answers: { 'query-name': { exit: 0 } },
    row: 'query-name',
    verdict: 'crash',
    rule: 'process/crash',
    what: /exit status 0/,
    checks: 1,
  },
  {
    title: 'a death after the answer',
    answers: { 'query-name': { after: { signal: 'SIGABRT' } } },
    row: 'query-name',
    verdict: 'crash',
    rule: 'process/crash',
    what: /signal SIGABRT$/,
    request: /query-name/,
    checks: 1,
  },
  {
    title: 'a death of a command in a process of its own',
    answers: { system_reset: { signal: 'SIGABRT' } },
    row: 'system_reset',
    verdict: 'crash',
    rule: 'process/crash',
    what: /SIGABRT/,
    checks: 1,
  },
  {
    title: 'a death after such a command was answered',
    answers: { system_reset: { after: { signal: 'SIGABRT' } } },
    row: 'system_reset',
    verdict: 'crash',
    rule: 'process/crash',
    what: /SIGABRT/,
    checks: 1,
  },
  {
    title: 'an end of which no event tells',
    answers: { system_reset: { after: { exit: 0 } } },
    row: 'system_reset',
    verdict: 'fail',
    rule: 'process/unannounced-end',
    what: /exit status 0/,
    checks: 1,
  },
  {
    title: 'a wrong response to such a command',
    answers: { system_reset: { return: { odd: 1 } } },
    row: 'system_reset',
    verdict: 'fail',
    rule: 'schema/unknown-member',
    what: /odd/,
    checks: 1,
  },
];

describe('the query surface', () => {
  it('passes on a server that behaves, whatever it may refuse', async () => {
    const performed = await perform({
      answers: { 'qom-get {"path":"/machine","property":"type"}': { error: 'GenericError' } },
    });
    const verdicts = [...performed].map(
      ([row, { verdict, reason }]) => `${row}: ${verdict}: ${reason ?? ''}`,
    );
    expect(verdicts).to.deep.equal([
      'device-list-properties: pass: 2 requests: 2 answered',
      'qom-get: pass: 3 requests: 2 answered, 1 refused',
      'qom-list: pass: 2 requests: 2 answered',
      'qom-list-types: pass: 5 requests: 5 answered',
      'query-name: pass: 1 request: 1 answered',
      'query-status: pass: 1 request: 1 answered',
      'query-version: pass: 1 request: 1 answered',
      'qmp_capabilities: pass: 1 request: 1 refused',
      'quit: pass: the process ended with exit status 0',
      'system_reset: pass: 1 request: 1 answered',
    ]);
  });

  for (const { title, answers, row, verdict, rule, what, request = /./, checks } of CASES) {
    it(`finds ${title}`, async () => {
      const all = await perform({ answers });
      const others = [...all].filter(([name]) => name !== row);
      expect(others.filter((other) => other[1].verdict !== 'pass')).to.deep.equal([]);
      const performed = all.get(row);
      expect(performed?.verdict, performed?.reason).to.equal(verdict);
      expect(performed?.checks).to.equal(checks);
      const rules = performed?.findings.map((finding) => finding.rule) ?? [];
      expect(rules).to.deep.equal([rule]);
      expect(performed?.findings[0]?.what ?? '').to.match(what);
      expect(performed?.findings[0]?.expected ?? '').to.match(request);
    });
  }

  it('finds a query that hangs, and goes on', async () => {
    const performed = await perform({ answers: { [GET_SIZE]: 'hang' } }, 'qom-get', 1500);
    const row = performed.get('qom-get');
    expect(row?.verdict).to.equal('timeout');
    expect(row?.process?.signal).to.equal('SIGKILL');
    expect(row?.reason).to.contain('3 requests: 2 answered, 1 not answered in time');
  });

  it('finds a command that hangs in a process of its own', async () => {
    const performed = await perform({ answers: { system_reset: 'hang' } }, 'system_reset', 1500);
    expect(performed.get('system_reset')?.verdict).to.equal('timeout');
  });

  it('stops when it is interrupted, and reports nothing more', async () => {
    const controller = new AbortController();
    const [shared] = await planQueries({ ...fakeSurroundings(), describe: describeFake });
    const reported: string[] = [];
    const report = (row: string): Promise<void> => {
      reported.push(row);
      controller.abort();
      return Promise.resolve();
    };
    await shared?.perform(shared.rows, report, controller.signal);
    expect(reported).to.deep.equal([shared?.rows[0]]);
  });

  for (const [absent, verdict] of [
    [{}, 'untestable'],
    [{ [OTHER_EMULATOR]: 'not built' }, 'not-applicable'],
  ] as const) {
    it(`has one row for each stage of a program that is missing: ${verdict}`, async () => {
      const { binary, ...rest } = fakeSurroundings({}, 10_000, OTHER_EMULATOR);
      const describe = async (): Promise<QueriedProgram> => ({
        ...(await describeFake()),
        missing: 'no lamp here',
      });
      const batches = await planQueries({ ...rest, binary: { ...binary, absent }, describe });
      expect(batches.flatMap(({ rows }) => rows)).to.deep.equal(['queries/x86_64/bare/query-qmp-schema']);
      const reported: Performance[] = [];
      await batches[0]?.perform(
        batches[0].rows,
        (_row, performance) => {
          reported.push(performance);
          return Promise.resolve();
        },
        new AbortController().signal,
      );
      expect(reported.map(({ verdict, reason }) => [verdict, reason])).to.deep.equal([
        [verdict, 'no lamp here'],
      ]);
      expect(await batches[0]?.foresee?.('queries/x86_64/bare/query-qmp-schema')).to.include({
        would: verdict,
      });
    });
  }

  it('describes a row by command, sources and stage', async () => {
    const [shared] = await planQueries({ ...fakeSurroundings(), describe: describeFake });
    expect(shared?.describe('queries/x86_64/bare/qom-list-types')).to.equal(
      [
        'qom-list-types',
        'implements: each abstract type of qom-list-types that implements object',
        'abstract: false, true',
        'A fake. (qemu-system-x86_64, queries/x86_64/bare)',
      ].join('\n'),
    );
  });
});
