import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { compareRuns } from '../harness/compat/runs/compare-runs.ts';
import { explainCauses } from '../harness/compat/runs/explain-causes.ts';
import { runOf, targetNamed, unknownMember, type MadeUpRow } from '../harness/compat/runs/fixture-runs.ts';
import type { RunsComparison } from '../harness/compat/runs/runs-comparison.ts';
import { renderCompareJson } from './compare-json.ts';
import { renderCompareMail } from './compare-mail.ts';
import { renderCompareMarkdown } from './compare-markdown.ts';
import { renderCompareText } from './compare-text.ts';

const ROWS = Array.from(
  { length: 87 },
  (_, at) => `examples/run-state/query-status/${String(at).padStart(2, '0')}`,
);

function rowsOf(did: MadeUpRow): Record<string, MadeUpRow> {
  return Object.fromEntries(ROWS.map((row) => [row, did]));
}

/** 87 rows that regressed for one cause, and one row of each other kind. */
function demo(): RunsComparison {
  const old = targetNamed('7.2.22 x86_64 tcg', { package: 'Debian 1:7.2' });
  const now = targetNamed('10.0.13 x86_64 tcg', { package: 'Debian 1:10.0.13' });
  const before = {
    ...rowsOf('pass'),
    'a/fixed': [unknownMember('x')],
    'a/gone': 'pass',
    'a/same': 'pass',
  } as const;
  const after = {
    ...rowsOf([unknownMember('singlestep')]),
    'a/fixed': 'pass',
    'a/new': 'pass',
    'a/same': 'pass',
  } as const;
  const compared = compareRuns(
    [runOf(old, { ...before, 'a/changed': [unknownMember('x')], 'a/known': 'pass' })],
    [runOf(now, { ...after, 'a/changed': [unknownMember('y')], 'a/known': 'known-failure' })],
  );
  const side = { family: 'qmp', sources: ['qapi'] };
  const change = {
    ...({
      rule: 'reply-member-removed',
      severity: 'breaking',
      change: 'removed',
      definition: 'StatusInfo',
    } as const),
    ...{ name: 'singlestep', paths: ['query-status/returns/singlestep'] },
    announcement: {
      kind: 'announced',
      removed: '9.0',
      text: 'announced since 8.1, 2 releases before 9.0',
    } as const,
  };
  return explainCauses(compared, [
    { before: { ...side, release: '7.2' }, after: { ...side, release: '10.0' }, changes: [change] },
  ]);
}

const NOTHING = compareRuns(
  [runOf('7.2.22 x86_64 tcg', { a: 'pass' })],
  [runOf('7.2.22 x86_64 tcg', { a: 'pass' })],
);

describe('a comparison of runs', () => {
  it('as text tells each cause once', () => {
    const text = renderCompareText(demo());
    expect(text.split('\n').slice(0, 9)).to.deep.equal([
      '7.2.22 x86_64 tcg -> 10.0.13 x86_64 tcg',
      '87 rows regressed, 1 changed reason, 1 became a known failure, 1 fixed, 1 gone, 1 new; 1 case as before',
      '',
      'Regressed',
      "  87 rows: 'singlestep' left StatusInfo, announced since 8.1, 2 releases before 9.0",
      '      examples/run-state/query-status/00',
      '      examples/run-state/query-status/01',
      '      examples/run-state/query-status/02',
      '      and 84 more',
    ]);
    for (const head of [
      'Fails as before, for another reason',
      'Became a known failure',
      'Fixed',
      'Gone',
      'New',
    ])
      expect(text).to.contain(head);
  });

  it('as text tells every row where it is asked for all', () => {
    const text = renderCompareText(demo(), { verbose: true });
    for (const row of ROWS) expect(text).to.contain(row);
  });

  it('has colours only where they are asked for', () => {
    expect(renderCompareText(demo())).not.to.contain('\u001b');
    expect(renderCompareText(demo(), { colour: true })).to.contain('\u001b[31m');
  });

  it('is silent where nothing changed', () => {
    for (const render of [renderCompareText, renderCompareMarkdown, renderCompareMail])
      expect(render(NOTHING)).to.equal('');
    expect(renderCompareText(NOTHING, { verbose: true })).to.contain('nothing changed; 1 case as before');
  });

  it('as mail is one paragraph that fits', () => {
    const mail = renderCompareMail(demo());
    expect(
      mail
        .trimEnd()
        .split('\n')
        .every((line) => line.length > 0 && line.length < 78),
    ).to.equal(true);
    const sentence = mail.replaceAll('\n', ' ');
    expect(sentence).to.contain(
      'QEMU 10.0.13 x86_64 tcg (Debian 1:10.0.13), compared with 7.2.22 x86_64 tcg (Debian 1:7.2)',
    );
    expect(sentence).to.contain("Regressions: 87 rows: 'singlestep' left StatusInfo, announced since 8.1");
    expect(sentence.length).to.be.below(800);
  });

  it('as Markdown lists some rows of each cause', () => {
    const text = renderCompareMarkdown(demo());
    expect(text).to.match(/^# QMP conformance, compared\n/);
    expect(text).to.contain('## Regressed\n\n* 87 rows: ');
    expect(text).to.contain('  * `examples/run-state/query-status/19`\n  * and 67 more');
  });

  it('as JSON is described by its schema', () => {
    const file = new URL('../schemas/formats/runs-comparison.json', import.meta.url);
    const validate = new Ajv2020().compile(JSON.parse(readFileSync(file, 'utf8')) as object);
    for (const comparison of [demo(), NOTHING]) {
      const value: unknown = JSON.parse(renderCompareJson(comparison));
      expect(validate(value), JSON.stringify(validate.errors)).to.equal(true);
    }
    expect(validate({ format: 1 })).to.equal(false);
    expect(validate({ ...(JSON.parse(renderCompareJson(NOTHING)) as object), pairs: [] })).to.equal(false);
  });

  it('does nothing but show what a target or an archive says', () => {
    const evil = '</script>\u001b[2J`|*<b>\n# h\u202e';
    const old = targetNamed('7.2.22 x86_64 tcg', { package: evil });
    const comparison = compareRuns(
      [runOf(old, { [evil]: 'pass', b: 'pass' })],
      [runOf(old, { [evil]: [unknownMember(evil)], b: { verdict: 'crash', reason: evil } })],
    );
    const texts = [renderCompareText(comparison, { verbose: true }), renderCompareMail(comparison)];
    for (const text of [...texts, renderCompareMarkdown(comparison)]) {
      expect(text).not.to.contain('\u001b').and.not.to.contain('\u202e');
      expect(text).not.to.match(/^# h/m);
    }
    expect(renderCompareMarkdown(comparison).replaceAll(/`[^`\n]*`/g, '')).not.to.match(/<b>|<\/script>/);
  });
});
