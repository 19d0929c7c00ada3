import { expect } from 'chai';
import { stripVTControlCharacters } from 'node:util';
import type { Matrix } from '../harness/compat/matrix.ts';
import { matrixFromRuns } from '../harness/compat/matrix-from-runs.ts';
import { makeDemo } from './demo-data.test.ts';
import { expectGolden } from './golden.test.ts';
import { hostileMatrix } from './hostile.test.ts';
import { renderTerminal } from './terminal.ts';

function tableLines(matrix: Matrix, columns: number): readonly string[] {
  const [tables = ''] = renderTerminal(matrix, { columns }).split(/\n\n(?=passed\/ran|\S+ \S+ \()/);
  return tables.split('\n');
}

describe('renderTerminal', () => {
  const { matrix } = makeDemo(60);

  it('is as the golden says', () =>
    expectGolden('terminal.golden', renderTerminal(matrix, { columns: 100 })));

  it('names what it counts when there is room', () => {
    return expectGolden('terminal-wide.golden', renderTerminal(matrix, { columns: 200, maxCauses: 1 }));
  });

  for (const columns of [80, 100, 132, 200]) {
    it(`fits ${columns} columns with 4 targets and with 46`, () => {
      const many = makeDemo(
        60,
        Array.from({ length: 46 }, (_, index) => `${index}.2.10 x86_64 tcg`),
      ).matrix;
      for (const one of [matrix, many]) {
        for (const line of tableLines(one, columns)) expect(line.length, line).to.be.at.most(columns);
      }
      expect(renderTerminal(many, { columns })).to.match(/45\.2\.10/);
    });
  }

  it('has colours only when asked', () => {
    const plain = renderTerminal(matrix);
    const colourful = renderTerminal(matrix, { colour: true });
    expect(plain).to.not.include('\u001b');
    expect(colourful).to.include('\u001b[31m');
    expect(stripVTControlCharacters(colourful)).to.equal(plain);
  });

  it('bounds causes and places, and counts the rest', () => {
    const text = renderTerminal(makeDemo(300).matrix, { maxCauses: 2, maxPlaces: 1 });
    expect(text).to.match(/… and \d+ more causes/);
  });

  it('says where to look', () => {
    const text = renderTerminal(matrix, { whereToLook: ({ row }) => `recordings/${row}.qmp` });
    expect(text).to.match(/see recordings\/examples\/.*\.qmp/);
  });

  it('lets no target write escape sequences or lines', () => {
    const text = renderTerminal(hostileMatrix(), { columns: 120 });
    expect(text.replaceAll('\n', '')).to.not.match(/[\p{Cc}\p{Cf}\u2028]/u);
    expect(text).to.include('\\u001b[2J');
  });

  it('says that there is nothing', () => {
    const text = renderTerminal(matrixFromRuns([], [{ name: '9.9 x86_64 kvm', reason: 'no KVM' }]));
    expect(text).to.match(/^no rows\n/);
    expect(text).to.match(/9\.9 x86_64 kvm: not run: no KVM/);
  });
});
