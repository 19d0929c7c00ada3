import { expect } from 'chai';
import { Parser } from 'tap-parser';
import type { Matrix } from '../harness/compat/matrix.ts';
import { makeDemo } from './demo-data.test.ts';
import { HOSTILE, hostileMatrix } from './hostile.test.ts';
import { renderTap } from './tap.ts';

interface Point {
  readonly ok: boolean;
  readonly name: string;
  readonly skip: string | boolean;
  readonly todo: string | boolean;
  readonly diag?: Readonly<Record<string, unknown>>;
}

function parse(matrix: Matrix): { readonly points: readonly Point[]; readonly junk: readonly string[] } {
  const points: Point[] = [];
  const junk: string[] = [];
  const parser = new Parser({ strict: true });
  parser.on('assert', (point: Point) => points.push(point));
  parser.on('extra', (text: string) => junk.push(text));
  parser.on('bailout', (text: string) => junk.push(text));
  parser.end(renderTap(matrix));
  const failures = (parser.results?.failures ?? []) as readonly { readonly tapError?: string | null }[];
  junk.push(
    ...failures
      .filter(({ tapError }) => typeof tapError === 'string')
      .map((failure) => JSON.stringify(failure)),
  );
  return { points, junk };
}

describe('renderTap', () => {
  it('has a test point to a cell, with the word that the verdict asks for', () => {
    const { matrix } = makeDemo(60);
    const { points, junk } = parse(matrix);
    expect(junk).to.deep.equal([]);
    const count = (wanted: (point: Point) => boolean) => points.filter(wanted).length;
    const { counts } = matrix;
    const cells = matrix.rows.flatMap(({ cells }) => cells).filter((cell) => cell !== undefined);
    expect(points).to.have.length(cells.length + 1);
    expect(count(({ ok, skip }) => ok && skip === false)).to.equal(counts.pass);
    expect(count(({ skip }) => skip !== false)).to.equal(counts['not-applicable']);
    const open = (counts['known-failure'] ?? 0) + (counts.untestable ?? 0) + 1;
    expect(count(({ todo }) => todo !== false)).to.equal(open);
    expect(points.at(-1)).to.include({ ok: false, name: 'target 11.1.3 x86_64 kvm' });
    const failed = points.find(
      ({ ok, todo, diag }) => !ok && todo === false && diag?.['findings'] !== undefined,
    );
    expect(failed?.diag).to.include({ verdict: 'fail' });
  });

  it('loses none of 2,000 rows on its way through a parser', () => {
    const { matrix } = makeDemo(2000);
    const { points, junk } = parse(matrix);
    expect(junk).to.deep.equal([]);
    const names = matrix.rows.flatMap(({ cells }) =>
      cells.flatMap((cell) => (cell === undefined ? [] : [`${cell.row} @ ${cell.target}`])),
    );
    expect(points.map(({ name }) => name)).to.deep.equal([...names, 'target 11.1.3 x86_64 kvm']);
    const red = points.filter(({ ok, todo }) => !ok && todo === false).length;
    const { counts } = matrix;
    const errors = (counts['setup-error'] ?? 0) + (counts['harness-error'] ?? 0);
    const findings = (counts.fail ?? 0) + (counts.crash ?? 0) + (counts.timeout ?? 0);
    expect(red).to.equal(errors + findings + (counts['unexpected-pass'] ?? 0));
  });

  it('keeps hostile names and reasons in their place', () => {
    const { points, junk } = parse(hostileMatrix());
    expect(junk).to.deep.equal([]);
    expect(points.map(({ ok }) => ok)).to.deep.equal([false, false, false, true, false]);
    expect(points[0]?.todo).to.equal(false);
    expect(points[0]?.diag?.['reason']).to.equal(HOSTILE);
  });
});
