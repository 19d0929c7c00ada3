import { expect } from 'chai';
import type { NameHistory } from '../harness/compat/history/find-in-history.ts';
import type { HistoryChange } from '../harness/compat/history/list-changes.ts';
import { renderContradictionsSarif } from './schema-contradictions-sarif.ts';
import { renderContradictions } from './schema-contradictions-text.ts';
import { renderChangesMarkdown, renderNameHistoryMarkdown } from './schema-history-markdown.ts';
import { renderChanges, renderNameHistory } from './schema-history-text.ts';

const CHANGES: readonly HistoryChange[] = [
  { release: '0.14', kind: 'first', path: 'stop', others: [] },
  { release: '1.2', kind: 'type', path: 'stop/arguments/x', detail: 'int64 → null|str', others: ['y'] },
  { release: '6.2', kind: 'added', path: 'x-query-rdma', detail: 'unstable', others: [] },
  { release: '9.1', kind: 'removed', path: 'x-query-rdma', others: [] },
];

describe('a history as text', () => {
  it('has a change to a line', () => {
    expect(renderChanges(CHANGES)).to.equal(
      [
        '+ 0.14.0: stop (or before)',
        '~ 1.2.0: stop/arguments/x (type int64 → null|str) [and 1 more place]',
        '+ 6.2.0: x-query-rdma (unstable)',
        '- 9.1.0: x-query-rdma',
        '',
      ].join('\n'),
    );
  });

  it('says what a definition is', () => {
    const history: NameHistory = {
      name: 'Info',
      places: [],
      changes: [],
      definition: {
        name: 'Info',
        kinds: [{ release: '2.0', value: 'struct' }],
        intervals: [{ from: '2.0', until: '3.0' }, { from: '4.0' }],
        modules: [{ release: '2.0', value: 'qapi/misc.json' }],
      },
    };
    expect(renderNameHistory(history)).to.equal(
      'struct Info (2.0 until before 3.0, since 4.0, qapi/misc.json)\n',
    );
  });

  it('is one line for each change, whatever stands in it', () => {
    const change: HistoryChange = { release: '9.0', kind: 'added', path: 'a\nb\u001b[31m', others: [] };
    expect(renderChanges([change])).to.equal('+ 9.0.0: a⏎b\\u001b[31m\n');
  });
});

describe('a history as Markdown', () => {
  it('is a table', () => {
    expect(renderChangesMarkdown(CHANGES.slice(1, 3)).split('\n')).to.deep.equal([
      '| release | what | change |',
      '| --- | --- | --- |',
      '| 1.2 | `stop/arguments/x` and 1 more place | type: type int64 → null\\|str |',
      '| 6.2 | `x-query-rdma` | added: unstable |',
      '',
    ]);
  });

  it('cannot be broken out of', () => {
    const name = 'a`|b\n<script>';
    const text = renderNameHistoryMarkdown({ name, places: [], changes: [] });
    expect(text.split('\n')[0]).to.equal("## `a'\\|b⏎<script>`");
  });
});

describe('contradictions as text', () => {
  it('begins with the place', () => {
    const place = { file: 'qapi/qom.json', line: 99 };
    expect(
      renderContradictions([
        { rule: 'since-too-late', subject: 'qom-list', documented: '1.2', shown: '1.1', place },
        { rule: 'removal-differs', subject: 'stop', documented: '6.0' },
      ]),
    ).to.equal(
      [
        'qapi/qom.json:99: qom-list: documents say since 1.2, schemas have it since 1.1 [since-too-late]',
        'stop: documents say removed in 6.0, the newest schema still has it [removal-differs]',
        '',
      ].join('\n'),
    );
  });
});

describe('contradictions as SARIF', () => {
  it('names rule, place and subject', () => {
    const place = { file: 'qapi/qom.json', line: 99 };
    const text = renderContradictionsSarif(
      [
        { rule: 'since-too-late', subject: 'qom-list', documented: '1.2', shown: '1.1', place },
        { rule: 'since-malformed', subject: 'stop', documented: 'soon' },
      ],
      '0.1.0',
    );
    const log: unknown = JSON.parse(text);
    expect(log).to.have.nested.property('runs[0].results[0].ruleId', 'since-too-late');
    expect(log).to.have.nested.property(
      'runs[0].results[0].locations[0].physicalLocation.region.startLine',
      99,
    );
    expect(log).to.have.nested.property('runs[0].tool.driver.rules[1].id', 'since-too-late');
    expect(log).to.have.nested.property('runs[0].results[0].ruleIndex', 1);
    expect(log).not.to.have.nested.property('runs[0].results[1].locations[0].physicalLocation');
  });
});
