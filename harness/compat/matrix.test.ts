import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { countVerdicts, type Run } from '../results/run.ts';
import type { Finding, RowResult, TargetFacts, VerdictWord } from '../results/verdict.ts';
import { differences, matrixFromRuns, moduleOfRow } from './matrix-from-runs.ts';
import { compareTargets } from './target-order.ts';

function facts(name: string, digest = 'aa'): TargetFacts {
  const [version = '', architecture = '', accelerator = ''] = name.split(' ');
  const rest = { kind: 'qemu', package: '', where: 'q', schema: version } as const;
  return { name, version, architecture, accelerator, digest, ...rest };
}

type Cells = Readonly<Record<string, VerdictWord | Partial<RowResult>>>;

function run(name: string, cells: Cells, members: Partial<Run> = {}): Run {
  const results = Object.entries(cells).map(([row, cell]): RowResult => {
    const base = { row, target: name, findings: [], checks: 1, documented: true, duration: 1 };
    return typeof cell === 'string' ? { ...base, verdict: cell } : { ...base, verdict: 'fail', ...cell };
  });
  const dates = { started: '2026-01-01T00:00:00Z', finished: '2026-01-01T00:00:10Z' };
  const planned = Object.keys(cells);
  const summary = { complete: true, suite: '1', ...dates, planned, counts: countVerdicts(results) };
  return { dir: `runs/${name}`, target: facts(name), results, summary, ...members };
}

describe('compareTargets', () => {
  it('orders by number, architecture, accelerator', () => {
    const ordered = [
      '2.12.0 x86_64 tcg',
      '5.2.0 x86_64 tcg',
      '7.2 x86_64 tcg',
      '7.2.9 x86_64 tcg',
      '7.2.22 aarch64 tcg',
      '7.2.22 x86_64 kvm',
      '7.2.22 x86_64 tcg',
      '10.0.0-rc1 x86_64 tcg',
      '10.0.0-rc2 x86_64 tcg',
      '10.0.0 x86_64 tcg',
      'master x86_64 tcg',
    ];
    const shuffled = [...ordered].sort().reverse();
    expect(shuffled.sort(compareTargets)).to.deep.equal(ordered);
    for (const name of ordered) expect(compareTargets(name, name)).to.equal(0);
  });
});

describe('moduleOfRow', () => {
  for (const [row, module] of [
    ['examples/migration/query-migrate/active', 'migration'],
    ['examples/migration/query-migrate', 'migration'],
    ['protocol/greeting', 'protocol'],
    ['lonely', 'lonely'],
  ]) {
    it(`of ${row ?? ''}`, () => expect(moduleOfRow(row ?? '')).to.equal(module));
  }
});

describe('matrixFromRuns', () => {
  const a = 'examples/m/a';
  const b = 'examples/m/b';
  const c = 'examples/n/c';
  const old = '7.2.22 x86_64 tcg';
  const recent = '10.0.2 x86_64 tcg';

  it('has sorted targets and rows, and no cell for what was not run', () => {
    const matrix = matrixFromRuns([
      run(recent, { [b]: 'pass', [a]: 'fail' }),
      run(old, { [c]: 'pass', [a]: 'pass' }),
    ]);
    expect(matrix.targets.map(({ name }) => name)).to.deep.equal([old, recent]);
    expect(matrix.rows.map(({ row, cells }) => [row, ...cells.map((cell) => cell?.verdict)])).to.deep.equal([
      [a, 'pass', 'fail'],
      [b, undefined, 'pass'],
      [c, 'pass', undefined],
    ]);
    expect(matrix.counts).to.deep.equal({ pass: 3, fail: 1 });
    expect(matrix.modules).to.deep.equal([
      { module: 'm', rows: 2, counts: [{ pass: 1 }, { pass: 1, fail: 1 }] },
      { module: 'n', rows: 1, counts: [{ pass: 1 }, {}] },
    ]);
    expect(differences(matrix).map(({ row }) => row)).to.deep.equal([a]);
  });

  it('counts what its release documents', () => {
    const cells = { [a]: 'pass', [b]: { verdict: 'pass', documented: false }, [c]: 'fail' } as const;
    const matrix = matrixFromRuns([run(old, cells)], [{ name: recent, reason: 'none' }]);
    const counts = matrix.targets.map((target) => (target.state === 'run' ? target.documented : undefined));
    expect(counts).to.deep.equal([{ valid: 2, passed: 1, hardware: 0, notApplicable: 0 }, undefined]);
  });

  it('shows no run that is not whole, and names it', () => {
    const cut = run(recent, { [a]: 'fail' }, { notWhole: 'cut off' });
    const matrix = matrixFromRuns([run(old, { [a]: 'pass' }), cut]);
    expect(matrix.targets[1]).to.deep.equal({
      state: 'not-whole',
      name: recent,
      reason: `runs/${recent}: cut off`,
    });
    expect(matrix.rows[0]?.cells.map((cell) => cell?.verdict)).to.deep.equal(['pass', undefined]);
    expect(matrix.counts).to.deep.equal({ pass: 1 });
    expect(matrix.causes).to.deep.equal([]);
  });

  it('shows none of a target of which one share is not whole', () => {
    const cut = run(old, { [b]: 'pass' }, { notWhole: 'cut off' });
    for (const runs of [
      [run(old, { [a]: 'pass' }), cut],
      [cut, run(old, { [a]: 'pass' })],
    ]) {
      const matrix = matrixFromRuns(runs);
      expect(matrix.targets.map(({ state }) => state)).to.deep.equal(['not-whole']);
      expect(matrix.rows).to.deep.equal([]);
    }
  });

  it('shows missing targets, unless one of that name was run elsewhere', () => {
    const missing = [
      { name: '11.1.3 x86_64 kvm', reason: 'no KVM' },
      { name: old, reason: 'not installed' },
    ];
    const matrix = matrixFromRuns([run(old, { [a]: 'pass' })], missing);
    expect(matrix.targets.map(({ name, state }) => [name, state])).to.deep.equal([
      [old, 'run'],
      ['11.1.3 x86_64 kvm', 'missing'],
    ]);
  });

  it('joins shares of one target', () => {
    const matrix = matrixFromRuns([run(old, { [a]: 'pass' }), run(old, { [b]: 'fail' })]);
    expect(matrix.targets).to.have.length(1);
    expect(matrix.rows.map(({ cells }) => cells[0]?.verdict)).to.deep.equal(['pass', 'fail']);
  });

  it('refuses two runs that cannot be one column', () => {
    const first = run(old, { [a]: 'pass' });
    const again = run(old, { [a]: 'pass' }, { dir: 'again' });
    expect(() => matrixFromRuns([first, again])).to.throw(
      InputError,
      `again: '${a} @ ${old}' stands in runs/${old} too`,
    );
    const other = run(old, { [b]: 'pass' }, { dir: 'other', target: facts(old, 'bb') });
    expect(() => matrixFromRuns([first, other])).to.throw(InputError, 'other: ');
  });

  it('is empty for nothing', () => {
    const matrix = matrixFromRuns([]);
    expect(matrix).to.deep.equal({
      targets: [],
      rows: [],
      modules: [],
      counts: {},
      causes: [],
      forecasts: [],
      changes: [],
    });
  });

  describe('causes', () => {
    const finding = (what: string, members: Partial<Finding> = {}): Finding => {
      return { blame: 'target', rule: 'r', message: 1, pointer: '/p', what, expected: 'e', ...members };
    };
    const one = (what: string) => ({ verdict: 'fail', findings: [finding(what)] }) as const;

    it('are one where only numbers, identifiers and paths differ', () => {
      const matrix = matrixFromRuns([
        run(old, {
          [a]: one("pid 17, 0x7f, at '/tmp/qmp-1/x' of 123e4567-e89b-12d3-a456-426614174000"),
          [b]: one("pid 4711, 0xbeef, at '/tmp/qmp-2/y' of 00000000-e89b-12d3-a456-426614174000"),
        }),
      ]);
      expect(matrix.causes).to.have.length(1);
      expect(matrix.causes[0]).to.include({ rows: 2, targets: 1, rule: 'r', blame: 'target' });
      expect(matrix.causes[0]?.places[1]).to.deep.equal({ row: b, target: old, message: 1, pointer: '/p' });
    });

    for (const [what, left, right] of [
      ['member', one("member 'a'"), one("member 'b'")],
      ['rule', one('x'), { verdict: 'fail', findings: [finding('x', { rule: 'other' })] }],
      ['blame', one('x'), { verdict: 'fail', findings: [finding('x', { blame: 'example' })] }],
      ['verdict', one('x'), { verdict: 'known-failure', findings: [finding('x')] }],
      ['name with digits', one('device virtio9p-1x'), one('device virtio8p-1x')],
    ] as const) {
      it(`are two where the ${what} differs`, () => {
        expect(matrixFromRuns([run(old, { [a]: left, [b]: right })]).causes).to.have.length(2);
      });
    }

    it('stand in the order of urgency, and `pass` has none', () => {
      const words = [
        'pass',
        'untestable',
        'known-failure',
        'fail',
        'crash',
        'timeout',
        'not-applicable',
      ] as const;
      const cells = Object.fromEntries(
        words.map((verdict, index) => [`x/y/${index}`, { verdict, reason: 'why' }]),
      );
      const { causes } = matrixFromRuns([run(old, cells)]);
      expect(causes.map(({ verdict }) => verdict)).to.deep.equal([
        'crash',
        'timeout',
        'fail',
        'untestable',
        'known-failure',
        'not-applicable',
      ]);
      expect(causes[0]).to.include({ what: 'why', rule: 'crash' }).and.not.have.property('blame');
    });
  });
});
