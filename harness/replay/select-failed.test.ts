import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import type { Batch } from '../results/batch.ts';
import { exitCodeOfRuns } from '../results/exit-code.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import { countVerdicts, type Run } from '../results/run.ts';
import type { RowResult, VerdictWord } from '../results/verdict.ts';
import { fakeTarget } from './fixtures/fake-target.ts';
import { compareTries, failedRuns, selectFailed } from './select-failed.ts';
import { startRun } from './start-run.ts';

const TARGET = fakeTarget({});
const NAME = TARGET.facts.name;

function result(row: string, verdict: VerdictWord, rule = 'r'): RowResult {
  const finding = { blame: 'target', rule, message: 0, pointer: '', what: 'w', expected: 'e' } as const;
  const findings = verdict === 'fail' ? [finding] : [];
  return { row, target: NAME, verdict, findings, checks: 1, documented: true, duration: 1 };
}

function runOf(results: readonly RowResult[], change: Partial<Run> = {}): Run {
  return { dir: 'out/runs/x', target: TARGET.facts, results, ...change };
}

const RED = ['fail', 'crash', 'timeout', 'unexpected-pass', 'setup-error', 'harness-error'] as const;
const GREEN = ['pass', 'known-failure', 'not-applicable', 'untestable'] as const;
const batchOf = (...rows: readonly string[]): Batch => ({
  rows,
  describe: (row) => row,
  perform: async (asked, report) => {
    for (const row of asked)
      await report(row, { verdict: row === 'fail' ? 'fail' : 'pass', findings: [], checks: 1, wire: [] }, 1);
  },
});

describe('selectFailed', () => {
  const before = failedRuns([runOf([...RED, ...GREEN].map((verdict) => result(verdict, verdict)))]);
  const columns = [{ target: TARGET, batches: [batchOf(...RED, ...GREEN), batchOf('new')] }];

  it('keeps what was red, and nothing else', () => {
    const [column] = selectFailed(columns, before);
    expect(column?.batches.map(({ rows }) => rows)).to.deep.equal([[...RED]]);
  });

  it('leaves out a target on which nothing was red', () => {
    const other = {
      target: { ...TARGET, facts: { ...TARGET.facts, name: 'other' } },
      batches: [batchOf('fail')],
    };
    expect(selectFailed([...columns, other], before).map(({ target }) => target.facts.name)).to.deep.equal([
      NAME,
    ]);
  });

  it('finds nothing in a run that was green', () => {
    expect(failedRuns([runOf([result('a', 'pass')])]).size).to.equal(0);
  });

  const facts = (digest: string) => ({ ...TARGET.facts, digest });
  const refused: readonly (readonly [title: string, perform: () => unknown, message: RegExp])[] = [
    [
      'a run that is not whole',
      () => failedRuns([runOf([result('a', 'fail')], { notWhole: 'cut off' })]),
      /^out\/runs\/x: not whole: cut off; expected --resume first$/,
    ],
    [
      'two binaries of one name',
      () => failedRuns(['aa', 'bb'].map((digest) => runOf([result('a', 'fail')], { target: facts(digest) }))),
      /another binary than in out\/runs\/x/,
    ],
    [
      'another binary than it was',
      () => selectFailed(columns, failedRuns([runOf([result('fail', 'fail')], { target: facts('aa') })])),
      /'10\.0\.0 x86_64 tcg' was another binary \(digest aa\); expected no digest/,
    ],
    [
      'a target that is not there',
      () => selectFailed([], before),
      /'10\.0\.0 x86_64 tcg' failed in out\/runs\/x; expected it among/,
    ],
    [
      'a row that is not there',
      () => selectFailed([{ target: TARGET, batches: [batchOf('fail', 'crash')] }], before),
      /'timeout @ 10\.0\.0 x86_64 tcg' failed, and is not to be had now, nor are 3 others/,
    ],
  ];
  for (const [title, perform, message] of refused)
    it(`refuses ${title}`, () => expect(perform).to.throw(InputError, message));
});

describe('compareTries', () => {
  const table: readonly (readonly [before: VerdictWord, now: RowResult, says: string, isFlaky: boolean])[] = [
    ['fail', result('a', 'pass'), 'failed, then passed (flaky)', true],
    ['crash', result('a', 'pass'), 'crash, then passed (flaky)', true],
    ['timeout', result('a', 'not-applicable'), 'timeout, then not-applicable (flaky)', true],
    ['fail', result('a', 'fail'), 'failed again', false],
    ['fail', result('a', 'fail', 'other'), 'failed, then fail in another way', false],
    ['fail', result('a', 'crash'), 'failed, then crash in another way', false],
    ['setup-error', result('a', 'pass'), 'setup-error, then passed', false],
    ['harness-error', result('a', 'fail'), 'harness-error, then fail in another way', false],
    [
      'fail',
      { ...result('a', 'fail'), verdict: 'known-failure', was: { verdict: 'fail' } },
      'failed, then known-failure',
      false,
    ],
  ];
  for (const [before, now, says, isFlaky] of table) {
    it(`says '${says}'`, () =>
      expect(compareTries(result('a', before), now)).to.deep.equal({ says, isFlaky }));
  }
});

describe('a run of what had failed', () => {
  it('says what it is and which rows are flaky, and is not green because they pass now', async () => {
    const out = await mkdtemp(join(tmpdir(), 'rerun-'));
    try {
      const failed = failedRuns([
        runOf(['fail', 'crash'].map((row) => result(row, row === 'fail' ? 'fail' : 'crash'))),
      ]);
      const columns = selectFailed([{ target: TARGET, batches: [batchOf('fail', 'crash', 'more')] }], failed);
      const plan = { columns, missing: [], knownFailures: [], jobs: 1, out, resume: false, failed };
      await (await startRun(plan, '0.1.0')).finish();
      const run = await readRun((await findRuns(out))[0] ?? '');
      expect(run.summary).to.deep.include({
        reran: ['out/runs/x'],
        flaky: ['crash'],
        planned: ['crash', 'fail'],
      });
      expect(run.results.map(({ row, reason = '' }) => `${row}: ${reason}`)).to.deep.equal([
        'fail: ',
        'crash: crash, then passed (flaky)',
      ]);
      const green = { ...run, results: run.results.filter(({ verdict }) => verdict === 'pass') };
      expect(exitCodeOfRuns(countVerdicts(green.results), [green])).to.equal(1);
    } finally {
      await rm(out, { recursive: true });
    }
  });
});
