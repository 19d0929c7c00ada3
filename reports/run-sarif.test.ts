import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { countVerdicts } from '../harness/results/run.ts';
import type { Finding, RowResult, VerdictWord } from '../harness/results/verdict.ts';
import { demoTarget, makeDemo } from './demo-data.test.ts';
import { hostileMatrix } from './hostile.test.ts';
import { renderRunSarif, type RunSarifOptions } from './run-sarif.ts';
import { expectValidSarif } from './sarif-schema.test.ts';

/** What these tests look at. */
interface Log {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean;
          readonly exitCode: number;
          readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
        },
      ];
      readonly results: readonly {
        readonly ruleId: string;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly locations: readonly [
          {
            readonly physicalLocation?: {
              readonly artifactLocation: { readonly uri: string };
              readonly region: { readonly startLine: number };
            };
          },
        ];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}

const OPTIONS: RunSarifOptions = { version: '1', exitCode: 1, placeOf: () => undefined };
const TARGET = '10.0.13 x86_64 tcg';

function read(text: string): Log['runs'][0] {
  return (JSON.parse(text) as Log).runs[0];
}

function findingAt(message: number, pointer = '/return'): Finding {
  return { blame: 'target', rule: 'schema/type', message, pointer, what: 'a string', expected: 'an integer' };
}

function resultOf(row: string, verdict: VerdictWord, findings: readonly Finding[] = []): RowResult {
  return {
    row,
    target: TARGET,
    verdict,
    reason: `why ${verdict}`,
    findings,
    checks: 1,
    documented: true,
    duration: 1,
  };
}

function matrixOf(...results: readonly RowResult[]): Matrix {
  const planned = results.map(({ row }) => row);
  const summary = {
    complete: true,
    suite: '0.1.0',
    started: '',
    finished: '',
    planned,
    counts: countVerdicts(results),
  };
  return matrixFromRuns([{ dir: 'x', target: demoTarget(TARGET), results, summary }]);
}

describe('renderRunSarif', () => {
  it('fits the published schema, whatever a target says', async () => {
    await expectValidSarif(renderRunSarif(makeDemo(120).matrix, OPTIONS));
    const placeOf = (row: string) => ({ file: `javascript:recordings/${row}?#.qmp`, line: 1 });
    await expectValidSarif(renderRunSarif(hostileMatrix(), { ...OPTIONS, placeOf }));
    await expectValidSarif(renderRunSarif(matrixOf(), OPTIONS));
  });

  for (const [verdict, level] of [
    ['fail', 'error'],
    ['crash', 'error'],
    ['timeout', 'error'],
    ['unexpected-pass', 'warning'],
  ] as const) {
    it(`has a result of level ${level} for ${verdict}`, () => {
      const { results, tool, invocations } = read(
        renderRunSarif(matrixOf(resultOf('a/b/c', verdict)), OPTIONS),
      );
      expect(results.map((one) => [one.ruleId, one.level])).to.deep.equal([[verdict, level]]);
      expect(results[0]?.message.text).to.equal(`a/b/c @ ${TARGET}: ${verdict}: why ${verdict}`);
      expect(tool.driver.rules.map(({ id }) => id)).to.deep.equal([verdict]);
      expect(invocations[0]).to.include({ executionSuccessful: true, exitCode: 1 });
    });
  }

  for (const verdict of ['pass', 'known-failure', 'not-applicable', 'untestable'] as const) {
    it(`has no result for ${verdict}`, () => {
      expect(read(renderRunSarif(matrixOf(resultOf('a/b', verdict, [findingAt(1)])), OPTIONS)).results).to.be
        .empty;
    });
  }

  for (const verdict of ['setup-error', 'harness-error'] as const) {
    it(`tells ${verdict} as a notification, and that the run did not succeed`, () => {
      const { results, invocations } = read(renderRunSarif(matrixOf(resultOf('a/b', verdict)), OPTIONS));
      expect(results).to.be.empty;
      expect(invocations[0].executionSuccessful).to.equal(false);
      expect(invocations[0].toolExecutionNotifications[0]?.message.text).to.equal(
        `a/b @ ${TARGET}: ${verdict}: why ${verdict}`,
      );
    });
  }

  it('has a result for each finding, and a fingerprint of its own for each', () => {
    const findings = [findingAt(1, '/return/0'), findingAt(1, '/return/1'), findingAt(3)];
    const { results } = read(renderRunSarif(matrixOf(resultOf('a/b', 'fail', findings)), OPTIONS));
    expect(results).to.have.length(3);
    const fingerprints = results.map(({ partialFingerprints }) => partialFingerprints['result/v1']);
    expect(new Set(fingerprints)).to.have.property('size', 3);
  });

  it('points to the line of the message, to the page of a suite, or to nothing', () => {
    const placeOf = (row: string, message: number) =>
      row === 'examples/x/y' ? { file: `recordings/${row}.qmp`, line: 10 + message } : undefined;
    const rows = ['examples/x/y', 'protocol/R8/id/system/unix', 'wire/mine'];
    const matrix = matrixOf(...rows.map((row) => resultOf(row, 'fail', [findingAt(2)])));
    const { results } = read(renderRunSarif(matrix, { ...OPTIONS, placeOf }));
    const places = results.map(({ locations: [{ physicalLocation: place }] }) => {
      return place && [place.artifactLocation.uri, place.region.startLine];
    });
    expect(places).to.deep.equal([['recordings/examples/x/y.qmp', 12], ['docs/protocol.md', 1], undefined]);
  });

  it('cuts what viewers do not take, and says so', async () => {
    const findings = Array.from({ length: 30 }, (_, index) => findingAt(index));
    const matrix = matrixOf(...['a/b', 'a/c'].map((row) => resultOf(row, 'fail', findings)));
    for (const [limits, kept] of [
      [{ results: 50, bytes: 1e6 }, 50],
      [{ results: 100, bytes: 5000 }, 12],
      [{ results: 100, bytes: 1e6 }, 60],
    ] as const) {
      const text = renderRunSarif(matrix, { ...OPTIONS, limits });
      const { results, invocations } = read(text);
      expect(results.length).to.be.within(kept - 5, kept);
      const notices = invocations[0].toolExecutionNotifications.map(({ message }) => message.text);
      const rest = 60 - results.length;
      expect(notices).to.deep.equal(
        rest === 0 ? [] : [`${rest} more findings are left out: viewers take no more`],
      );
      await expectValidSarif(text);
    }
  });

  it('stays below the 10 MB that GitHub takes, compressed, of what does not compress', () => {
    const noise = (seed: number) =>
      Array.from({ length: 3000 }, (_, at) =>
        String.fromCodePoint(0x4e00 + ((at * 7919 + seed * 104729) % 20_000)),
      ).join('');
    const rows = Array.from({ length: 3000 }, (_, index) => {
      return resultOf(`a/${index}`, 'fail', [
        { ...findingAt(1), what: noise(index), expected: noise(index + 5000) },
      ]);
    });
    const text = renderRunSarif(matrixOf(...rows), OPTIONS);
    expect(gzipSync(text).length).to.be.below(10_000_000);
    expect(read(text).invocations[0].toolExecutionNotifications).to.have.length(1);
  });

  it('tells targets that were not run, or not to their end', () => {
    const whole = matrixOf(resultOf('a/b', 'pass'));
    expect(read(renderRunSarif(whole, OPTIONS)).invocations[0].executionSuccessful).to.equal(true);
    const cut = { dir: 'dir', target: demoTarget('7.2.22 x86_64 tcg'), results: [], notWhole: 'cut off' };
    const matrix = matrixFromRuns([cut], [{ name: '5.2.0 x86_64 kvm', reason: 'no KVM' }]);
    const { invocations } = read(renderRunSarif(matrix, { ...OPTIONS, exitCode: 3 }));
    expect(invocations[0]).to.include({ executionSuccessful: false, exitCode: 3 });
    expect(invocations[0].toolExecutionNotifications.map(({ message }) => message.text)).to.deep.equal([
      '5.2.0 x86_64 kvm: not run: no KVM',
      '7.2.22 x86_64 tcg: not whole: dir: cut off',
    ]);
  });
});
