import { expect } from 'chai';
import type { Prediction } from '../harness/compat/matrix.ts';
import { withPredictions } from '../harness/compat/predictions.ts';
import { makeDemo } from './demo-data.test.ts';
import { renderMarkdown } from './markdown.ts';
import { renderTerminal } from './terminal.ts';

const demo = makeDemo(3);
const kinds: readonly Prediction['kind'][] = ['absent', 'refused', 'fits'];
const matrix = withPredictions(demo.matrix, ['6.2'], () => {
  let next = 0;
  return () => ({ kind: kinds[next++ % 3] ?? 'fits', evidence: 'x', documented: false });
});

describe('predicted cells', () => {
  it('stand in Markdown in parentheses, in a column of their own', () => {
    const text = renderMarkdown(matrix);
    expect(text).to.include('| 6.2 schema |');
    expect(text).to.include('empty: not run; not run, and by the schema: (∅) absent, (×) refused, (·) fits.');
    expect(text).to.match(/\| `examples\/acpi\/ACPI_DEVICE_OST` .* \| \(∅\) \|\n/);
    expect(renderMarkdown(demo.matrix)).to.not.include('schema:');
  });

  it('are counted apart on a terminal', () => {
    // Three rows on a target that could not be run, and on 6.2.
    expect(renderTerminal(matrix)).to.include(
      'not run, and predicted by the schema: 6 cells; 2 absent, 2 refused, 2 fits\n',
    );
    expect(renderTerminal(demo.matrix)).to.not.include('predicted');
  });
});
