import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { schemaFromModel } from '../json-schema/schema-from-model.ts';
import { createValidator } from '../json-schema/validator.ts';
import { introspectionFromModel } from '../qapi/introspection/write-introspection.ts';
import type { Performance } from '../results/performance.ts';
import type { VerdictWord } from '../results/verdict.ts';
import { fakeModel, fakeSurroundings, type Misbehaviour } from './fixture-target.ts';
import { planQueries, type QueriedProgram } from './plan-queries.ts';

/** The fake server, as the rest of the harness would describe it. */
function describeFake(): Promise<QueriedProgram> {
  const model = fakeModel();
  return Promise.resolve({
    validator: createValidator(schemaFromModel(model)),
    schema: '10.0',
    introspection: introspectionFromModel(model),
  });
}

async function perform(
  misbehaviour: Misbehaviour,
  only?: string,
  patience?: number,
): Promise<ReadonlyMap<string, Performance>> {
  const surroundings = fakeSurroundings(misbehaviour, patience);
  const batches = await planQueries({ ...surroundings, describe: describeFake });
  const performed = new Map<string, Performance>();
  const report = (row: string, performance: Performance): Promise<void> => {
    performed.set(row.replace('queries/x86_64/bare/', ''), performance);
    return Promise.resolve();
  };
  for (const { rows, perform } of batches) {
    const asked = rows.filter((row) => only === undefined || row.endsWith(`/${only}`));
    if (asked.length > 0) await perform(asked, report, new AbortController().signal);
  }
  return performed;
}

/** What a server that breaks one thing gets. */
interface Case {
  readonly title: string;
  readonly answers: NonNullable<Misbehaviour['answers']>;
  readonly row: string;
  readonly verdict: VerdictWord;
  readonly rule: string;
  readonly what: RegExp;
  /** Requests that were made. */
  readonly checks: number;
}

const GET_SIZE = 'qom-get {"path":"/machine","property":"size"}';
const LAMP = 'device-list-properties {"typename":"lamp"}';

const CASES: readonly Case[] = [
  {
    title: 'a wrong type in a response',
    answers: { 'query-name': { return: { name: 7 } } },
    row: 'query-name',
    verdict: 'fail',
    rule: 'schema/type',
    what: /^number 7, to \{"execute": "query-name"\}$/,
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
    what: /^none, to/,
    checks: 1,
  },
  {
    title: 'a response with another id',
    answers: { [LAMP]: { send: '{"return": [], "id": "else"}' } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'protocol/id',
    what: /^"else", to .*lamp/,
    checks: 2,
  },
  {
    title: 'no response where a later one comes',
    answers: {
      [LAMP]: {
        send: '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "x"}, "timestamp": {"seconds": 1, "microseconds": 1}}',
      },
    },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'protocol/no-response',
    what: /^no response; .*lamp/,
    checks: 2,
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
    rule: 'qom/range',
    what: /^number 256 for 'size'/,
    checks: 3,
  },
  {
    title: 'a property that is not of its type',
    answers: { [GET_SIZE]: { return: 'big' } },
    row: 'qom-get',
    verdict: 'fail',
    rule: 'qom/type',
    what: /^string "big" for 'size'/,
    checks: 3,
  },
  {
    title: 'a default that is not of the type of its property',
    answers: { [LAMP]: { return: [{ name: 'addr', type: 'str', 'default-value': -1 }] } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'qom/type',
    what: /^number -1 for 'addr'/,
    checks: 2,
  },
  {
    title: 'a refusal of what the target has named itself',
    answers: { [LAMP]: { error: 'GenericError' } },
    row: 'device-list-properties',
    verdict: 'fail',
    rule: 'query/refused',
    what: /GenericError: no, to .*lamp/,
    checks: 2,
  },
  {
    title: 'a death by one of many queries, which is found, and the rest goes on',
    answers: { [GET_SIZE]: { signal: 'SIGSEGV' } },
    row: 'qom-get',
    verdict: 'crash',
    rule: 'process/crash',
    what: /^the target ended with signal SIGSEGV, to \{.*"size"/,
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
    what: /signal SIGABRT, to .*query-name/,
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

  for (const { title, answers, row, verdict, rule, what, checks } of CASES) {
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
    });
  }

  it('finds a query that hangs, and goes on', async () => {
    const performed = await perform({ answers: { [GET_SIZE]: 'hang' } }, 'qom-get', 300);
    const row = performed.get('qom-get');
    expect(row?.verdict).to.equal('timeout');
    expect(row?.process?.signal).to.equal('SIGKILL');
    expect(row?.reason).to.contain('3 requests: 2 answered, 1 not answered in time');
  });

  it('finds a command that hangs in a process of its own', async () => {
    const performed = await perform({ answers: { system_reset: 'hang' } }, 'system_reset', 300);
    expect(performed.get('system_reset')?.verdict).to.equal('timeout');
  });

  it('tells each query that kills, and keeps their messages', async () => {
    const performed = await perform({ answers: { 'device-list-properties': { signal: 'SIGABRT' } } });
    const row = performed.get('device-list-properties');
    expect(row?.reason).to.contain('2 requests: 2 ended the process');
    expect(row?.findings.map(({ what }) => /lamp|sofa/.exec(what)?.[0])).to.have.members(['lamp', 'sofa']);
    expect(performed.get('qom-get')?.verdict).to.equal('pass');
    const sent = row?.wire.filter(({ direction, text }) => direction === '->' && text?.includes('"sofa"'));
    expect(sent).not.to.deep.equal([]);
    expect(row?.wire.every((record) => record.row === 'queries/x86_64/bare/device-list-properties')).to.equal(
      true,
    );
  });

  it('makes no further requests of a command that kills again and again', async () => {
    const types = Array.from({ length: 60 }, (_, index) => ({ name: `lamp${index}` }));
    const answers = {
      'qom-list-types {"implements":"device","abstract":false}': { return: types },
      'device-list-properties': { exit: 1 },
    };
    const row = (await perform({ answers }, 'device-list-properties')).get('device-list-properties');
    expect(row?.reason).to.contain('60 requests: 40 ended the process, 20 not made after these');
    expect(row?.checks).to.equal(40);
  });

  it('finds what must go before a query that kills', async () => {
    const types = Array.from({ length: 100 }, (_, index) => ({ name: `lamp${index}` }));
    const answers = {
      'qom-list-types {"implements":"device","abstract":false}': { return: types },
      'device-list-properties {"typename":"lamp90"}': {
        signal: 'SIGABRT',
        needs: 'device-list-properties {"typename":"lamp7"}',
      },
    };
    const row = (await perform({ answers }, 'device-list-properties')).get('device-list-properties');
    expect(row?.verdict).to.equal('crash');
    expect(row?.reason).to.contain('100 requests: 99 answered, 1 ended the process');
    const request = (name: string): string =>
      `{"execute": "device-list-properties", "arguments": {"typename": "${name}"}}`;
    expect(row?.findings.map(({ what }) => what)).to.deep.equal([
      `the target ended with signal SIGABRT, to ${request('lamp90')} after ${request('lamp7')}`,
    ]);
  });

  it('says of a death that does not happen again that it did not', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'qmpc-once-'));
    try {
      const once = join(dir, 'died');
      const performed = await perform({ answers: { [GET_SIZE]: { signal: 'SIGSEGV' } }, once });
      expect(existsSync(once)).to.equal(true);
      const row = performed.get('qom-get');
      expect(row?.verdict).to.equal('crash');
      expect(row?.findings.map(({ what }) => what).join()).to.contain('not again');
    } finally {
      await rm(dir, { recursive: true });
    }
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

  it('says of each row of a program that is missing why it is', async () => {
    const describe = async (): Promise<QueriedProgram> => ({
      ...(await describeFake()),
      missing: 'no lamp here',
    });
    const [batch, ...others] = await planQueries({ ...fakeSurroundings(), describe });
    expect(others).to.deep.equal([]);
    const reported: Performance[] = [];
    await batch?.perform(
      batch.rows,
      (_row, performance) => {
        reported.push(performance);
        return Promise.resolve();
      },
      new AbortController().signal,
    );
    expect(reported.length).to.be.greaterThan(50);
    expect(new Set(reported.map(({ verdict, reason }) => `${verdict}: ${reason ?? ''}`))).to.deep.equal(
      new Set(['untestable: no lamp here']),
    );
  });

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
