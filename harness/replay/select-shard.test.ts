import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Batch } from '../results/batch.ts';
import { mergeShards } from '../results/check-shards.ts';
import { durationsFromRuns, NO_DURATIONS, type Durations } from '../results/durations.ts';
import { runFolder } from '../results/layout.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import type { Run } from '../results/run.ts';
import type { RowResult } from '../results/verdict.ts';
import { fakeTarget } from './fixtures/fake-target.ts';
import type { PlannedColumn, PlannedTarget } from './run-plan.ts';
import { selectShard, type SelectedShard } from './select-shard.ts';
import { startRun } from './start-run.ts';

const TARGET = fakeTarget({});
const VERSION = 'examples/control/query-version';

function targetNamed(name: string): PlannedTarget {
  return { ...TARGET, facts: { ...TARGET.facts, name } };
}

/** Each row passes or fails as its name says. */
function batchOf(...rows: readonly string[]): Batch {
  return {
    rows,
    describe: (row) => row,
    perform: async (asked, report) => {
      for (const row of asked) {
        const isBad = row.includes('bad');
        const finding = {
          blame: 'target',
          rule: 'r',
          message: 0,
          pointer: '',
          what: row,
          expected: 'e',
        } as const;
        const findings = isBad ? [finding] : [];
        const wire = [{ row, connection: 'main', direction: '->', at: 0, text: '{}' } as const];
        await report(row, { verdict: isBad ? 'fail' : 'pass', findings, checks: 1, wire }, 1);
      }
    },
  };
}

function rowsIn({ columns }: Pick<SelectedShard, 'columns'>): readonly string[] {
  return columns.flatMap(({ target, batches }) =>
    batches.flatMap(({ rows }) => rows.map((row) => `${row} @ ${target.facts.name}`)),
  );
}

function shardsOf(
  columns: readonly PlannedColumn[],
  count: number,
  durations: Durations = NO_DURATIONS,
): readonly SelectedShard[] {
  return Array.from({ length: count }, (_, at) => selectShard(columns, { index: at + 1, count }, durations));
}

/** Milliseconds of a shard. */
function costOf({ columns }: SelectedShard, durations: Durations): number {
  return columns
    .flatMap(({ target, batches }) =>
      batches.flatMap(({ rows }) => rows.map((row) => durations(row, target.facts))),
    )
    .reduce((sum, each) => sum + each, 0);
}

describe('selectShard', () => {
  const columns: readonly PlannedColumn[] = ['one', 'two'].map((name) => ({
    target: targetNamed(name),
    batches: [batchOf('a'), batchOf('b', 'c', 'd'), batchOf(VERSION), batchOf('bad/e'), batchOf('f')],
  }));

  it('puts every case into one shard, and what tells one target from another into each', () => {
    const shards = shardsOf(columns, 3);
    const all = shards.flatMap(rowsIn);
    const once = all.filter((name) => !name.startsWith(VERSION));
    expect(once.toSorted()).to.deep.equal(
      rowsIn({ columns })
        .filter((name) => !name.startsWith(VERSION))
        .toSorted(),
    );
    for (const shard of shards) {
      expect(rowsIn(shard)).to.include.members([`${VERSION} @ one`, `${VERSION} @ two`]);
      expect(shard.columns.map(({ target }) => target.facts.name)).to.deep.equal(['one', 'two']);
    }
  });

  it('leaves together what shares a QEMU', () => {
    const batches = shardsOf(columns, 7).flatMap((shard) =>
      shard.columns.flatMap((column) => column.batches),
    );
    expect(batches.filter(({ rows }) => rows.includes('b')).map(({ rows }) => rows.length)).to.deep.equal([
      3, 3,
    ]);
  });

  it('balances by durations: no shard takes a third more than the best there is', () => {
    const durationOf = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(
        fc.array(durationOf, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 9 }),
        (times, count) => {
          const durations: Durations = (row) => times[Number(row)] ?? 0;
          const batches = times.map((_, at) => batchOf(String(at)));
          const costs = shardsOf([{ target: TARGET, batches }], count, durations).map((shard) =>
            costOf(shard, durations),
          );
          const sum = times.reduce((a, b) => a + b, 0);
          const atLeast = Math.max(sum / count, ...times, (times.toSorted((a, b) => b - a)[count] ?? 0) * 2);
          expect(Math.max(...costs)).to.be.at.most((atLeast * 4) / 3 + 1e-9);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('comes to the same parts whatever order the batches are planned in', () => {
    const reversed = columns
      .map(({ target, batches }) => ({ target, batches: batches.toReversed() }))
      .toReversed();
    const sorted = (shards: readonly SelectedShard[]) => shards.map((shard) => rowsIn(shard).toSorted());
    expect(sorted(shardsOf(reversed, 3))).to.deep.equal(sorted(shardsOf(columns, 3)));
    expect(shardsOf(reversed, 3)[0]?.facts).to.deep.equal(shardsOf(columns, 3)[0]?.facts);
  });

  it('tells one plan from another', () => {
    const planOf = (
      some: readonly PlannedColumn[],
      count = 3,
      durations = NO_DURATIONS,
    ): string | undefined => shardsOf(some, count, durations)[0]?.facts.plan;
    const [one, two] = columns;
    if (one === undefined || two === undefined) throw new Error('two columns');
    const others: readonly (string | undefined)[] = [
      planOf([one]),
      planOf([one, { ...two, batches: two.batches.slice(1) }]),
      planOf([one, { ...two, batches: two.batches.filter(({ rows }) => !rows.includes(VERSION)) }]),
      planOf([one, { ...two, target: targetNamed('three') }]),
      planOf(columns, 2),
      planOf(columns, 3, (row) => (row === 'a' ? 100 : 1)),
    ];
    expect(new Set([planOf(columns), ...others]).size).to.equal(others.length + 1);
    expect(new Set(shardsOf(columns, 3).map(({ facts }) => facts.plan)).size).to.equal(1);
  });

  it('has shards without rows where there are more shards than batches', () => {
    const shards = shardsOf([{ target: TARGET, batches: [batchOf('a')] }], 3);
    expect(shards.map((shard) => rowsIn(shard).length)).to.deep.equal([1, 0, 0]);
  });
});

describe('durationsFromRuns', () => {
  const runOf = (schema: string, accelerator: string, durations: Readonly<Record<string, number>>): Run => ({
    dir: '',
    target: { ...TARGET.facts, schema, accelerator },
    results: Object.entries(durations).map(([row, duration]) => ({ ...result(row), duration })),
  });
  const result = (row: string): RowResult => {
    const nothing = { findings: [], checks: 1, documented: true, duration: 0 };
    return { row, target: TARGET.facts.name, verdict: 'pass', ...nothing };
  };
  const durations = durationsFromRuns([
    runOf('7.2', 'tcg', { a: 10, b: 40 }),
    runOf('10.0', 'tcg', { a: 20, c: 0 }),
    runOf('10.0', 'kvm', { a: 30 }),
  ]);
  const table: readonly (readonly [row: string, schema: string, accelerator: string, expected: number])[] = [
    ['a', '7.2', 'tcg', 10],
    ['a', '10.0', 'tcg', 20],
    ['a', '10.0', 'kvm', 30],
    ['a', '7.2', 'kvm', 30],
    ['b', '10.0', 'tcg', 40],
    ['b', '10.0', 'kvm', 40],
    ['c', '10.0', 'tcg', 1],
    ['new', '10.0', 'tcg', 20],
  ];
  for (const [row, schema, accelerator, expected] of table) {
    it(`takes ${expected} ms for ${row} on ${schema} ${accelerator}`, () => {
      expect(durations(row, { schema, accelerator })).to.equal(expected);
    });
  }

  it('takes all rows to be alike where nothing is known', () => {
    expect(durationsFromRuns([])('a', TARGET.facts)).to.equal(1);
  });
});

describe('shards of a run', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shards-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const rows = Array.from({ length: 30 }, (_, at) => batchOf(`row/${at % 7 === 0 ? 'bad' : 'good'}/${at}`));
  const columns = ['10.0.0 x86_64 tcg', '10.0.0 x86_64 kvm'].map((name) => ({
    target: targetNamed(name),
    batches: [...rows, batchOf('many/a', 'many/bad', 'many/c'), batchOf(VERSION)],
  }));

  const perform = async (
    out: string,
    part: Partial<SelectedShard>,
    resume = false,
  ): Promise<readonly Run[]> => {
    const plan = { columns, missing: [], knownFailures: [], jobs: 4, out: join(folder, out), resume };
    const { facts, ...selected } = part;
    const live = await startRun({ ...plan, ...selected, ...(facts && { shard: facts }) }, '0.1.0');
    await live.finish();
    return Promise.all((await findRuns(join(folder, out))).map(readRun));
  };

  const verdicts = (runs: readonly Run[]): readonly string[] =>
    runs
      .flatMap(({ results }) => results)
      .map(({ row, target, verdict, findings }) => JSON.stringify([row, target, verdict, findings]))
      .toSorted();

  it('merged are the whole run, row by row', async () => {
    const whole = await perform('whole', {});
    const shards: Run[] = [];
    for (const [at, shard] of shardsOf(columns, 3).entries())
      shards.push(...(await perform(String(at), shard)));
    expect(shards.map(({ summary }) => summary?.shard?.index)).to.deep.equal([1, 1, 2, 2, 3, 3]);
    const merged = mergeShards(shards);
    expect(verdicts(merged)).to.deep.equal(verdicts(whole));
    expect(verdicts(merged).length).to.equal(2 * 34);
    expect(verdicts(shards).length).to.equal(2 * (34 + 2));
  });

  it('go on after a disk that was full, to the same end', async () => {
    const whole = await perform('whole', {});
    const [first, second] = shardsOf(columns, 2);
    if (first === undefined || second === undefined) throw new Error('two shards');
    const shards = [...(await perform('first', first))];
    const dir = runFolder(join(folder, 'second'), '10.0.0 x86_64 tcg');
    await mkdir(dir, { recursive: true });
    await symlink('/dev/full', join(dir, 'results.ndjson'));
    const error: unknown = await perform('second', second).catch((thrown: unknown) => thrown);
    expect(String(error)).to.match(/results\.ndjson: no room left on the disk \(ENOSPC\); expected room/);
    await rm(join(dir, 'results.ndjson'));
    expect((await readRun(dir)).notWhole).to.match(/^cut off after 0 rows: no run\.json$/);
    shards.push(...(await perform('second', second, true)));
    expect(verdicts(mergeShards(shards))).to.deep.equal(verdicts(whole));
  });
});
