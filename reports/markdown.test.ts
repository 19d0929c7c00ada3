import { expect } from 'chai';
import { makeDemo } from './demo-data.test.ts';
import { expectGolden } from './golden.test.ts';
import { hostileMatrix } from './hostile.test.ts';
import { renderMarkdown } from './markdown.ts';

describe('renderMarkdown', () => {
  const { matrix } = makeDemo(45);
  const text = renderMarkdown(matrix);

  it('is as the golden says', () => expectGolden('matrix.md.golden', text));

  it('has a line for every row, and tables that are rectangles', () => {
    for (const { row } of matrix.rows) expect(text).to.include(`\n| \`${row}\` | `);
    expectRectangles(text);
  });

  it('shows hostile texts as texts', () => {
    const hostile = renderMarkdown(hostileMatrix());
    expectRectangles(hostile);
    const outsideCode = hostile.replaceAll(/`[^`]*`/g, '');
    expect(outsideCode).to.not.match(/<(?:script|img|svg|!--)/);
    expect(outsideCode).to.not.match(/(?<!\\)\[c/);
    expect(hostile.replaceAll('\n', '')).to.not.match(/[\p{Cc}\p{Cf}\u2028]/u);
  });
});

/** In each table every line has as many cells as its head. */
function expectRectangles(text: string): void {
  const tables = text.split(/\n\n/).filter((block) => block.startsWith('|'));
  expect(tables).to.not.be.empty;
  for (const table of tables) {
    const widths = table
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(widths), table).to.have.property('size', 1);
  }
}
