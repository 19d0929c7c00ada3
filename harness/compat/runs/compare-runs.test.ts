import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { VERDICTS, type VerdictWord } from '../../results/verdict.ts';
import { compareRuns } from './compare-runs.ts';
import { runOf, targetNamed, unknownMember, type MadeUpRow } from './fixture-runs.ts';
import { readRenames } from './renames.ts';
import { countRows, type RunChangeKind } from './runs-comparison.ts';

const TCG = '7.2.22 x86_64 tcg';

function kindOf(before: MadeUpRow | undefined, after: MadeUpRow | undefined): RunChangeKind | 'same' {
  const side = (row: MadeUpRow | undefined) => [
    runOf(TCG, { 'examples/always': 'pass', ...(row === undefined ? {} : { 'examples/a': row }) }),
  ];
  return compareRuns(side(before), side(after)).changes[0]?.kind ?? 'same';
}

describe('compareRuns', () => {
  const fail = [unknownMember('a')];
  const other = [unknownMember('b')];
  const known = { verdict: 'known-failure', findings: fail, was: { verdict: 'fail' } } as const;
  const knownOther = { ...known, findings: other };
  const knownCrash = { verdict: 'known-failure', was: { verdict: 'crash' } } as const;
  const table: readonly (readonly [MadeUpRow | undefined, MadeUpRow | undefined, RunChangeKind | 'same'])[] =
    [
      ['pass', fail, 'regressed'],
      ['pass', 'crash', 'regressed'],
      ['pass', 'timeout', 'regressed'],
      ['unexpected-pass', fail, 'regressed'],
      [fail, 'crash', 'regressed'],
      [known, 'timeout', 'regressed'],
      ['pass', known, 'known'],
      ['pass', knownCrash, 'known'],
      [fail, knownCrash, 'changed'],
      [fail, other, 'changed'],
      [known, other, 'changed'],
      [known, knownOther, 'changed'],
      ['crash', fail, 'changed'],
      ['crash', 'timeout', 'changed'],
      [fail, 'pass', 'fixed'],
      ['crash', 'pass', 'fixed'],
      [known, 'unexpected-pass', 'fixed'],
      [fail, known, 'same'],
      [known, fail, 'same'],
      ['crash', knownCrash, 'same'],
      ['pass', 'unexpected-pass', 'same'],
      ['pass', 'not-applicable', 'gone'],
      ['pass', 'untestable', 'gone'],
      ['pass', 'setup-error', 'gone'],
      [fail, undefined, 'gone'],
      ['pass', undefined, 'gone'],
      ['not-applicable', undefined, 'same'],
      ['not-applicable', 'untestable', 'same'],
      ['not-applicable', fail, 'new'],
      [undefined, fail, 'new'],
      [undefined, 'pass', 'new'],
      [undefined, 'untestable', 'same'],
      ['harness-error', 'crash', 'new'],
    ];
  const word = (row: MadeUpRow | undefined) =>
    typeof row === 'string' ? row : JSON.stringify(row ?? 'not run');
  for (const [before, after, kind] of table) {
    it(`${word(before)} -> ${word(after)} is ${kind}`, () => {
      expect(kindOf(before, after)).to.equal(kind);
    });
  }

  it('finds nothing between a run and itself, whatever its verdicts', () => {
    const rows = Object.fromEntries(
      VERDICTS.map((verdict): [string, VerdictWord] => [`examples/${verdict}`, verdict]),
    );
    const run = runOf(TCG, rows);
    const comparison = compareRuns([run], [run]);
    expect(comparison).to.deep.include({ changes: [], causes: [], unchanged: VERDICTS.length });
  });

  it('is the mirror of what it is the other way round', () => {
    const [old, now] = [
      runOf(TCG, { a: 'pass', b: fail, c: 'pass' }),
      runOf(TCG, { a: fail, b: 'pass', d: 'pass' }),
    ];
    expect(countRows(compareRuns([old], [now]))).to.include({ regressed: 1, fixed: 1, gone: 1, new: 1 });
    expect(countRows(compareRuns([now], [old]))).to.include({ regressed: 1, fixed: 1, gone: 1, new: 1 });
  });

  it('leaves out runs that are not whole', () => {
    const cut = runOf('10.0.2 x86_64 tcg', {}, { notWhole: 'cut off' });
    const comparison = compareRuns([runOf(TCG, { a: 'pass' })], [runOf(TCG, { a: 'pass' }), cut]);
    expect(comparison).to.deep.include({ changes: [], alone: { before: [], after: [] } });
    expect(() => compareRuns([runOf(TCG, { a: 'pass' })], [cut])).to.throw(InputError, /NEW has none/);
  });

  it('takes shards of one target for one run', () => {
    const shards = [runOf(TCG, { a: 'pass' }), runOf(TCG, { b: fail })];
    const whole = [runOf(TCG, { a: 'pass', b: fail })];
    expect(compareRuns(shards, whole)).to.deep.include({ changes: [], unchanged: 2 });
  });

  it('refuses a case twice, and two binaries of one name', () => {
    const run = runOf(TCG, { a: 'pass' });
    expect(() => compareRuns([run, run], [run])).to.throw(
      InputError,
      /'a @ 7\.2\.22 x86_64 tcg' a second time/,
    );
    const other = runOf(targetNamed(TCG, { digest: 'x' }), { b: 'pass' });
    expect(() => compareRuns([run, other], [run])).to.throw(InputError, /is another binary than before/);
  });

  describe('follows renames', () => {
    const renames = readRenames('{ "a": "b", "b": "c" }', 'r.json');
    const compared = (before: string, after: string) =>
      compareRuns([runOf(TCG, { [before]: fail })], [runOf(TCG, { [after]: fail })], { renames });

    it('over several steps', () => {
      for (const [before, after] of [
        ['a', 'c'],
        ['b', 'c'],
      ] as const)
        expect(compared(before, after)).to.deep.include({ changes: [], unchanged: 1 });
    });

    it('and says what the row was called', () => {
      const { changes } = compareRuns([runOf(TCG, { a: 'pass' })], [runOf(TCG, { c: fail })], { renames });
      expect(changes.map(({ kind, row, renamedFrom }) => ({ kind, row, renamedFrom }))).to.deep.equal([
        { kind: 'regressed', row: 'c', renamedFrom: 'a' },
      ]);
    });

    it('but not where both names stand beside each other', () => {
      const both = runOf(TCG, { a: fail, c: 'pass' });
      expect(
        compareRuns([both], [runOf(TCG, { c: 'pass' })], { renames }).changes.map(({ kind }) => kind),
      ).to.deep.equal(['gone']);
    });
  });
});

describe('causes of changes', () => {
  const causesOf = (before: Record<string, MadeUpRow>, after: Record<string, MadeUpRow>) =>
    compareRuns([runOf(TCG, before)], [runOf(TCG, after)]).causes;

  it('are told once, the one of most rows first', () => {
    const rows = Object.fromEntries(['a', 'b', 'c', 'd'].map((row): [string, MadeUpRow] => [row, 'pass']));
    const now = {
      a: [unknownMember('x')],
      b: [unknownMember('y')],
      c: [unknownMember('y')],
      d: 'pass',
    } as const;
    const causes = causesOf(rows, now);
    expect(causes.map(({ rows: of, names }) => ({ of, names }))).to.deep.equal([
      { of: ['b', 'c'], names: ['y'] },
      { of: ['a'], names: ['x'] },
    ]);
  });

  it('are one where a rule is broken at several members of the same rows', () => {
    const findings = [unknownMember('x'), unknownMember('y')];
    const causes = causesOf({ a: 'pass', b: 'pass' }, { a: findings, b: findings });
    expect(causes.map(({ names, cases }) => ({ names, cases }))).to.deep.equal([
      { names: ['x', 'y'], cases: 2 },
    ]);
  });

  it('of what is fixed are those that it had', () => {
    expect(causesOf({ a: [unknownMember('x')] }, { a: 'pass' })).to.deep.include({
      ...{
        kind: 'fixed',
        rule: 'schema/unknown-member',
        what: "member 'x'",
        expected: 'members running, status',
      },
      ...{ names: ['x'], rows: ['a'], cases: 1, pairs: 1 },
    });
  });

  it('of what came and went without a word are that', () => {
    const causes = causesOf({ a: 'pass', z: 'pass' }, { b: 'pass', k: 'known-failure', z: 'pass' });
    expect(causes.map(({ kind, what, rows }) => [kind, what, rows])).to.deep.equal([
      ['gone', 'not run', ['a']],
      ['new', 'holds', ['b']],
      ['new', 'known failure', ['k']],
    ]);
  });

  const reasons: readonly (readonly [string, readonly string[]])[] = [
    [
      "not documented in 10.0, whose schema refuses it: message 4/return/singlestep: member 'singlestep'; expected x",
      ['singlestep'],
    ],
    [
      'not documented in 10.0, whose schema refuses it: message 1/return/4/capability: string "compress"; expected one of y',
      ['compress', 'capability'],
    ],
    [
      "not documented in 10.0, whose schema refuses it: message 1/return/0/a: nothing; expected member 'a'",
      ['a'],
    ],
    ['command query-x is absent from query-qmp-schema of 10.0.13', ['query-x']],
    ['event MEM_UNPLUG_ERROR is absent from query-qmp-schema', ['MEM_UNPLUG_ERROR']],
    ['requires releases -9.1; this is 10.0.13', []],
  ];
  for (const [reason, names] of reasons) {
    it(`are about ${names.join(', ')}: ${reason}`, () => {
      const [cause] = causesOf({ a: 'pass' }, { a: { verdict: 'not-applicable', reason } });
      expect(cause?.names).to.deep.equal(names);
    });
  }
});
