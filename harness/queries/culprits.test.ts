import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  describeFake,
  fakeSurroundings,
  perform,
  performBatches,
  type Misbehaviour,
} from './fixture-target.ts';
import { planQueries } from './plan-queries.ts';

const GET_SIZE = 'qom-get {"path":"/machine","property":"size"}';
const LAMP = 'device-list-properties {"typename":"lamp"}';

describe('who killed a QEMU that many queries share', () => {
  it('tells each query that kills, and keeps their messages', async () => {
    const performed = await perform({ answers: { 'device-list-properties': { signal: 'SIGABRT' } } });
    const row = performed.get('device-list-properties');
    expect(row?.reason).to.contain('2 requests: 2 ended the process');
    expect(row?.findings.map(({ rule }) => rule)).to.deep.equal(['process/crash/lamp', 'process/crash/sofa']);
    expect(new Set(row?.findings.map(({ what }) => what)).size).to.equal(1);
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
    expect(row?.findings.map(({ what, expected }) => `${what}; expected ${expected}`)).to.deep.equal([
      `the target ended with signal SIGABRT; expected a response, to ${request('lamp90')} after ${request('lamp7')}`,
    ]);
  });

  it('tells once what is wrong with many answers, and which they are', async () => {
    const types = Array.from({ length: 12 }, (_, index) => ({ name: `lamp${index + 10}` }));
    const answers = Object.fromEntries([
      ['qom-list-types {"implements":"device","abstract":false}', { return: types }],
      ...types.map(({ name }, index) => [
        `device-list-properties {"typename":"${name}"}`,
        { return: [{ name: 'addr', type: 'str', 'default-value': index }] },
      ]),
    ]) as NonNullable<Misbehaviour['answers']>;
    const row = (await perform({ answers }, 'device-list-properties')).get('device-list-properties');
    const [finding, ...others] = row?.findings ?? [];
    expect(others).to.deep.equal([]);
    expect(finding?.what).to.equal("number 0 for 'addr'");
    expect(finding?.expected).to.match(/"lamp10".*, and to 11 more: lamp11, .*lamp18, …$/);
  });

  for (const [row, request] of [
    ['qom-get', GET_SIZE],
    ['system_reset', 'system_reset'],
  ] as const) {
    it(`keeps the core dump of a crash: ${row}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'qmpc-cores-'));
      try {
        const surroundings = fakeSurroundings({
          answers: { [request]: { signal: 'SIGABRT', core: 'a core' } },
        });
        const cores = { folder, target: '10.0.0 x86_64 tcg' };
        const batches = await planQueries({ ...surroundings, cores, describe: describeFake });
        const performed = (await performBatches(batches, row)).get(row);
        expect(performed?.verdict).to.equal('crash');
        const kept = join(folder, `10.0.0 x86_64 tcg queries-x86_64-bare-${row}.core`);
        expect(performed?.process?.core).to.equal(kept);
        expect(await readFile(kept, 'utf8')).to.equal('a core');
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  }

  for (const [harmed, row] of [
    ['device-list-properties {"typename":"sofa"}', 'device-list-properties'],
    [GET_SIZE, undefined],
  ] as const) {
    it(`${row === undefined ? 'blames no other row' : 'blames the row'} for what an object leaves behind`, async () => {
      const answers = { [harmed]: { signal: 'SIGABRT', needs: LAMP } };
      const crashed = [...(await perform({ answers }))].filter(([, { verdict }]) => verdict !== 'pass');
      expect(crashed.map(([name]) => name)).to.deep.equal(row === undefined ? [] : [row]);
    });
  }

  it('makes objects one at a time, in the order of their names', async () => {
    const row = (await perform({})).get('device-list-properties');
    const directions = row?.wire
      .filter(({ text }) => /device-list-properties|bright/.test(text ?? ''))
      .map(({ direction, text }) => `${direction} ${/lamp|sofa/.exec(text ?? '')?.[0] ?? ''}`);
    expect(directions).to.deep.equal(['-> lamp', '<- ', '-> sofa', '<- ']);
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
});
