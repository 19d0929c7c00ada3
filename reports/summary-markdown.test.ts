import { expect } from 'chai';
import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { countVerdicts } from '../harness/results/run.ts';
import type { RowResult } from '../harness/results/verdict.ts';
import { demoTarget, makeDemo } from './demo-data.test.ts';
import { expectGolden } from './golden.test.ts';
import { HOSTILE, hostileMatrix } from './hostile.test.ts';
import { renderSummary, SUMMARY_LIMIT } from './summary-markdown.ts';

const TARGET = '10.0.13 x86_64 tcg';

/** A matrix of rows that fail, each for a reason of its own. */
function failing(count: number, what: (index: number) => string): Matrix {
  const results = Array.from({ length: count }, (_, index): RowResult => {
    const finding = { blame: 'target', rule: `schema/${index}`, message: 1, pointer: what(index) } as const;
    const findings = [{ ...finding, what: what(index), expected: what(index) }];
    const base = { target: TARGET, checks: 1, documented: true, duration: 1 };
    return {
      row: `examples/x/${what(index).replaceAll('/', '')}${index}`,
      verdict: 'fail',
      findings,
      ...base,
    };
  });
  const planned = results.map(({ row }) => row);
  const summary = {
    complete: true,
    suite: '1',
    started: '',
    finished: '',
    planned,
    counts: countVerdicts(results),
  };
  return matrixFromRuns([{ dir: 'x', target: demoTarget(TARGET), results, summary }]);
}

/** The text without code spans, and without the tags that are ours. */
function outsideCode(text: string): string {
  return text
    .replaceAll(/`[^`\n]+`/g, '')
    .replaceAll(/<code>[^<\n]*<\/code>/g, '')
    .replaceAll(/^<details>$|^<\/details>$|^<summary><b>[a-z-]+<\/b>|<\/summary>$/gm, '');
}

/** Texts that Markdown, GitHub or GitLab make something of. */
const ALIVE = [
  '@all @here @octocat',
  '#1 !2 $3 %4 ~bug &5 GH-6 org/repo#7 org/repo@0123456789abcdef0123456789abcdef01234567',
  '</details></summary></code>',
  '![x](https://evil.example/x.png)',
  '[x](javascript:alert(1))',
  'https://evil.example www.evil.example <https://evil.example> mail@evil.example',
  '<img src=x onerror=alert(1)>',
  '`code` ``code`` ```',
  '| a | b |\n| --- | --- |\n# head\n> quote\n- item\n/close\n/label ~bug',
  ':smile: $`a+b`$ {{ x }} &lt;b&gt; \\` \\| \\',
];

describe('renderSummary', () => {
  it('is as the golden says', () => expectGolden('summary.md.golden', renderSummary(makeDemo(60).matrix)));

  it('says in its first line how it ended', () => {
    const first = (matrix: Matrix) => renderSummary(matrix).split('\n')[0];
    const { runs } = makeDemo(30, [TARGET]);
    const pass = runs.map((run) => ({
      ...run,
      results: run.results.filter(({ verdict }) => verdict === 'pass'),
    }));
    expect(first(matrixFromRuns(pass))).to.equal('## ✅ QMP conformance');
    expect(first(failing(1, () => 'x'))).to.equal('## ❌ QMP conformance: 1 red result');
    expect(first(matrixFromRuns([]))).to.equal('## ⚠️ QMP conformance: nothing was run');
    const cut = { dir: 'dir', target: demoTarget('9.0.0 x86_64 tcg'), results: [], notWhole: 'cut off' };
    expect(first(matrixFromRuns([...pass, cut]))).to.equal('## ⚠️ QMP conformance: not whole');
  });

  it('shows what changed, where it is told and there is room', () => {
    const { matrix } = makeDemo(30);
    const comparison = '### Since 10.0\n\n2 regressed.';
    expect(renderSummary(matrix, { comparison })).to.include(`\n\n${comparison}\n\n<details>`);
    expect(renderSummary(matrix, { comparison: 'x'.repeat(SUMMARY_LIMIT) })).to.not.include('xxx');
  });

  for (const hostile of [...ALIVE, HOSTILE]) {
    it(`shows as text: ${JSON.stringify(hostile.slice(0, 40))}`, () => {
      const text = renderSummary(failing(2, () => hostile));
      expect(outsideCode(text)).to.not.match(/[@!~$\\:]\S|%\w|#\d|https?:|www\.|[[\]]|<|`/);
      expect(text.replaceAll('\n', '')).to.not.match(/[\p{Cc}\p{Cf}\p{Cs}\u2028]/u);
      expect(text.split('\n').filter((line) => line === '<details>')).to.have.length(2);
      expect(text.split('\n').filter((line) => line === '</details>')).to.have.length(2);
    });
  }

  it('shows hostile names, versions and reasons as texts', () => {
    const text = renderSummary(hostileMatrix());
    expect(outsideCode(text)).to.not.match(/<(?:script|img|svg|!--)|\[c/);
    for (const line of text.split('\n').filter((one) => one.startsWith('|'))) {
      expect(line.split('|'), line).to.have.length(6);
    }
  });

  it('fits a comment on GitHub, and counts what it leaves out', () => {
    for (const [count, what] of [
      [3000, (index: number) => `reason ${String.fromCodePoint(0x61 + (index % 26))}`],
      [500, () => HOSTILE.repeat(3)],
      [2000, () => '\u0000'.repeat(1000)],
    ] as const) {
      const text = renderSummary(failing(count, what));
      expect(text.length).to.be.below(SUMMARY_LIMIT + 1);
      const sections = text.match(/^<details>$/gm)?.length ?? 0;
      expect(sections).to.be.above(3);
      expect(text).to.match(new RegExp(`And ${count - sections} more causes: see the report\\.\n$`));
    }
  });
});
