import { expect } from 'chai';
import type { Coverage, CoverageColumn, CoverageItem } from '../harness/coverage/coverage.ts';
import { GROUPS } from '../harness/coverage/groups.ts';
import { renderCoverageMarkdown } from './coverage-markdown.ts';
import { percentOf, tableOfColumn, tableOfGroup, tableOfTotals } from './coverage-tables.ts';
import { renderCoverage, renderMissing, renderTrend } from './coverage-text.ts';

const HOSTILE = 'a|b\u001b[31m\n`<b>';

function column(release: string, items: readonly CoverageItem[], own = true): CoverageColumn {
  const program = own ? 'qemu-system-x86_64' : 'qemu-storage-daemon';
  const head = { release, family: 'qmp' as const, program, own, targets: [], introspected: true };
  return { ...head, messages: 7, refused: 1, items };
}
const item = (
  counter: CoverageItem['counter'],
  name: string,
  state: CoverageItem['state'],
): CoverageItem => ({
  counter,
  module: 'm',
  name,
  state,
  ...(state !== 'live' && { reason: HOSTILE }),
});
const ITEMS = [
  item('command/success', 'a', 'live'),
  item('command/success', 'b', 'static'),
  item('command/success', 'c', 'never'),
  item('command/success', 'd', 'absent'),
  item('argument/present', 'a.x', 'live'),
  item('argument/absent', 'a.x', 'never'),
];
const COVERAGE: Coverage = { columns: [column('9.0', ITEMS)], leftOut: [] };

describe('reports of coverage', () => {
  it('one column: what is counted side by side', () => {
    expect(tableOfColumn(column('9.0', ITEMS)).map((row) => row.slice(0, 4))).to.deep.equal([
      ['module', 'commands', 'arguments', 'return members'],
      ['m', '1+1/3', '1/2', '·'],
      ['all', '1+1/3', '1/2', '·'],
    ]);
  });
  it('several columns: releases side by side', () => {
    const columns = [column('9.0', ITEMS), column('10.0', [], false)];
    expect(tableOfGroup(columns, GROUPS[0])).to.deep.equal([
      ['commands', '9.0', '10.0 qemu-storage-daemon'],
      ['m', '1+1/3', '·'],
      ['all', '1+1/3', '·'],
    ]);
    expect(tableOfTotals(columns)).to.deep.include(['optional arguments absent', '0/1', '·']);
  });
  it('a percentage is not rounded up to what was not reached', () => {
    const figures = [
      percentOf({ live: 2999, static: 0, all: 3000 }),
      percentOf({ live: 0, static: 0, all: 0 }),
    ];
    expect(figures).to.deep.equal(['99.9 %', 'none']);
  });
  it('what is missing has state and reason, and what is live is not in it', () => {
    expect(renderMissing(COVERAGE.columns, [GROUPS[0]]).split('\n').slice(0, 3)).to.deep.equal([
      '9.0: 3 commands not seen live',
      '  m/b: static: a|b\\u001b[31m⏎`<b>',
      '  m/c: never: a|b\\u001b[31m⏎`<b>',
    ]);
  });
  it('what is not shown, and what is not counted, is said', () => {
    const leftOut = [{ target: 't', program: 'p', reason: HOSTILE }];
    const text = renderCoverage({ ...COVERAGE, leftOut }, GROUPS[0], ['9.0 other']);
    expect(text).to.include('not shown: 9.0 other\nnot counted: t, p: a|b\\u001b[31m⏎`<b>\n');
    expect(text).to.include('1 of 3 commands executed with success (33.3 %); 7 messages, 1 of them refused');
  });
  it('Markdown: nothing that a target said becomes markup', () => {
    const text = renderCoverageMarkdown(COVERAGE, GROUPS[0]);
    expect(text).to.include('| m | b | static | a\\|b\\\\u001b\\[31m⏎\\`\\<b\\> |');
    expect(text).not.to.include('\u001b');
    expect(text).not.to.match(/[^\\]<b/);
  });
  it('a trend has numbers by module, and names what was lost', () => {
    const change = { module: 'm', counter: 'event/received', name: 'E' } as const;
    const trend = { release: '9.0', program: 'q', gained: [change, change], lost: [change] };
    expect(renderTrend([trend], 'old.json')).to.equal(
      '9.0 q since old.json: 2 gained, 1 lost\n  m: +2 -1\n  lost: event/received m/E\n',
    );
    expect(renderTrend([], 'old.json')).to.equal('old.json: has none of these releases and programs\n');
  });
});
