import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { mergeShards } from './check-shards.ts';
import type { Run, RunSummary, ShardFacts } from './run.ts';
import type { RowResult, TargetFacts, VerdictWord } from './verdict.ts';

const TARGET: TargetFacts = {
  name: '10.0.2 x86_64 tcg',
  kind: 'qemu',
  version: '10.0.2',
  package: '',
  architecture: 'x86_64',
  accelerator: 'tcg',
  where: '/usr/bin/qemu-system-x86_64',
  digest: 'ab'.repeat(32),
  schema: '10.0',
  commands: ['quit', 'stop'],
};
const { digest: _digest, ...UNKNOWN } = TARGET;
const PLAN = 'cd'.repeat(32);
const VERSION = 'examples/control/query-version';

interface Change {
  readonly dir?: string;
  readonly target?: Partial<TargetFacts>;
  readonly shard?: Partial<ShardFacts> | 'none';
  readonly summary?: Partial<RunSummary>;
  readonly identity?: VerdictWord;
  readonly notWhole?: string;
}

function result(row: string, verdict: VerdictWord = 'pass'): RowResult {
  return { row, target: TARGET.name, verdict, findings: [], checks: 1, documented: true, duration: 1 };
}

/** Shard `index` of 3, changed. */
function shard(index: number, change: Change = {}): Run {
  const { shard: part = {}, notWhole } = change;
  const summary: RunSummary = {
    complete: true,
    suite: '0.1.0',
    started: '',
    finished: '',
    planned: [],
    counts: {},
    ...(part !== 'none' && { shard: { index, count: 3, plan: PLAN, ...part } }),
    identity: { host: 'x64', introspection: 'ef' },
    ...change.summary,
  };
  return {
    dir: change.dir ?? `s${index}`,
    target: { ...TARGET, ...change.target },
    results: [result(`row/${index}`), result(VERSION, change.identity)],
    ...(notWhole === undefined ? { summary } : { notWhole }),
  };
}

describe('mergeShards', () => {
  it('counts once what every shard performed, in whatever order they come', () => {
    const merged = mergeShards([shard(2), shard(3), shard(1)]);
    expect(merged.map(({ dir }) => dir)).to.deep.equal(['s2', 's3', 's1']);
    const rows = merged.flatMap(({ results }) => results.map(({ row }) => row));
    expect(rows.toSorted()).to.deep.equal([VERSION, 'row/1', 'row/2', 'row/3']);
  });

  it('hands on what are no shards, and shards of several targets', () => {
    const whole = shard(1, { dir: 'w', shard: 'none', target: { name: '7.2.0 x86_64 tcg' } });
    expect(mergeShards([whole])).to.deep.equal([whole]);
    const merged = mergeShards([whole, shard(1), shard(2), shard(3)]);
    expect(merged[0]).to.equal(whole);
  });

  it('allows that a binary lies elsewhere', () => {
    expect(mergeShards([shard(1), shard(2, { target: { where: '/opt/qemu' } }), shard(3)])).to.have.length(3);
  });

  it('leaves the gap that a run leaves that is not whole to who names that', () => {
    const cut = shard(2, { notWhole: 'cut off after 1 rows: no run.json' });
    expect(mergeShards([shard(1), cut, shard(3)])[1]).to.equal(cut);
  });

  const others: readonly Run[] = [shard(1), shard(3)];
  const refused: readonly (readonly [title: string, runs: readonly Run[], message: RegExp])[] = [
    ['a gap', others, /^shard 2 of 3 of '10\.0\.2 x86_64 tcg' is missing, beside s1, s3; expected all 3$/],
    ['two gaps', [shard(2)], /^shard 1, 3 of 3 .* beside s2/],
    [
      'a double',
      [...others, shard(2), shard(2, { dir: 'again' })],
      /^again: shard 2\/3 .* is in s2, too; expected it once$/,
    ],
    [
      'another count',
      [...others, shard(2, { shard: { count: 4 } })],
      /^s2: shard 2\/4 .* a count of 4, and s1 has 3/,
    ],
    [
      'another plan',
      [...others, shard(2, { shard: { plan: 'ee' } })],
      /^s2: .*the plan ee, and s1 has the plan cdcdcdcd \(other rows, targets or durations\)/,
    ],
    [
      'a whole run beside a shard',
      [shard(1), shard(2, { dir: 'w', shard: 'none' })],
      /^w: a whole run .*s1 is shard 1\/3/,
    ],
    [
      'a rerun beside the first run',
      [shard(1, { shard: 'none' }), shard(2, { shard: 'none', summary: { reran: ['s1'] } })],
      /^s2: runs again what had failed in s1; expected it not to be beside s1$/,
    ],
    [
      'another binary',
      [...others, shard(2, { target: { digest: 'ff' } })],
      /^s2: .*the binary digest 'ff', and s1 has 'abab/,
    ],
    ['no binary', [...others, { ...shard(2), target: UNKNOWN }], /the binary digest none/],
    ['another version', [...others, shard(2, { target: { version: '10.0.3' } })], /the version '10\.0\.3'/],
    ['another package', [...others, shard(2, { target: { package: 'Debian' } })], /the package 'Debian'/],
    ['another policy', [...others, shard(2, { target: { policy: 'x' } })], /the policy 'x', and s1 has none/],
    [
      'another schema',
      [...others, shard(2, { target: { schema: 'introspection' } })],
      /the schema 'introspection'/,
    ],
    [
      'other commands',
      [...others, shard(2, { target: { commands: ['quit'] } })],
      /the commands '1 of them: quit'/,
    ],
    [
      'another host',
      [...others, shard(2, { summary: { identity: { host: 'arm64' } } })],
      /the host architecture 'arm64'/,
    ],
    [
      'another introspection',
      [...others, shard(2, { summary: { identity: { host: 'x64', introspection: '00' } } })],
      /the introspection '00'/,
    ],
    ['another suite', [...others, shard(2, { summary: { suite: '0.2.0' } })], /the suite version '0\.2\.0'/],
    [
      'other expectations',
      [...others, shard(2, { summary: { expectations: [{ name: 'f', digest: '1' }] } })],
      /the expectations 'f 1', and s1 has none/,
    ],
    [
      'a target that answers otherwise',
      [...others, shard(2, { identity: 'fail' })],
      /^s2: 'examples\/control\/query-version @ 10\.0\.2 x86_64 tcg' is fail, and pass in s1/,
    ],
  ];
  for (const [title, runs, message] of refused) {
    it(`refuses ${title}`, () => {
      expect(() => mergeShards(runs)).to.throw(InputError, message);
      expect(() => mergeShards(runs)).to.not.throw(/\n/);
    });
  }
});
