import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { InputError } from '../errors.ts';
import { checkKnownFailures, compileKnownFailures, overdueKnownFailures } from './apply-known-failures.ts';
import { readKnownFailures, type KnownFailure } from './known-failures.ts';
import { VERDICTS, type Finding, type RowResult, type VerdictWord } from './verdict.ts';

const GOOD = `
- rows: examples/a/* @ 7.2.* * tcg
  blame: example
  rule: schema/*
  reason: never valid
  link: https://example.org/1
  review-by: 2030-01-31
`;

function entries(text: string): readonly KnownFailure[] {
  return readKnownFailures(text, 'k.yaml');
}

describe('readKnownFailures', () => {
  it('reads every member', () => {
    expect(entries(GOOD)).to.deep.equal([
      {
        place: { file: 'k.yaml', line: 2, column: 3 },
        rows: 'examples/a/* @ 7.2.* * tcg',
        blame: 'example',
        rule: 'schema/*',
        reason: 'never valid',
        link: 'https://example.org/1',
        reviewBy: '2030-01-31',
      },
    ]);
  });

  it('reads a file without entries', () => {
    expect(entries('# none yet\n')).to.deep.equal([]);
    expect(entries('')).to.deep.equal([]);
    expect(entries('[]')).to.deep.equal([]);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['rows: x', /^k\.yaml:1:1: a mapping; expected a list/],
    ['- x', /^k\.yaml:1:3: 'x'; expected a mapping/],
    ['- { rows: x, reason: y }', /^k\.yaml:1:3: no 'review-by'/],
    ['- { reason: y, review-by: 2030-01-01 }', /no 'rows'/],
    ['- { rows: x, review-by: 2030-01-01 }', /no 'reason'/],
    ['- { rows: x, reason: "", review-by: 2030-01-01 }', /:1:\d+: .*expected a string/],
    ['- { rows: " ", reason: y, review-by: 2030-01-01 }', /^k\.yaml:1:11: glob ' ' has an empty part/],
    ['- { rows: "x @ ", reason: y, review-by: 2030-01-01 }', /^k\.yaml:1:11: glob 'x @ ' has an empty part/],
    ['- { rows: [x], reason: y, review-by: 2030-01-01 }', /^k\.yaml:1:11: /],
    ['- { rows: x, reason: y, review-by: 2030-02-30 }', /day '2030-02-30'; expected YYYY-MM-DD/],
    ['- { rows: x, reason: y, review-by: soon }', /day 'soon'; expected YYYY-MM-DD/],
    ['- { rows: x, reason: y, review-by: 2030 }', /^k\.yaml:1:36: /],
    ['- { rows: x, reason: y, review-by: 2030-01-01, blame: me }', /^k\.yaml:1:55: 'me'; expected /],
    ['- { rows: x, reason: y, review-by: 2030-01-01, intermittent: maybe }', /'maybe'; expected /],
    [
      '- { rows: x, reason: y, review-by: 2030-01-01, row: z }',
      /^k\.yaml:1:48: unknown key 'row'; expected 'rows'/,
    ],
    ['- { rows: x, rows: y, reason: y, review-by: 2030-01-01 }', /^k\.yaml:1:14: /],
    ['- rows: "x', /^k\.yaml:1:/],
    ['- &a { rows: x, reason: y, review-by: 2030-01-01 }\n- *a', /an alias; expected a mapping/],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => entries(text)).to.throw(InputError, message);
    });
  }

  it('is described by its schema', async () => {
    const file = new URL('../../schemas/formats/known-failures.json', import.meta.url);
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(
      JSON.parse(await readFile(file, 'utf8')) as object,
    );
    expect(validate(parse(GOOD)), JSON.stringify(validate.errors)).to.equal(true);
    const more = (text: string): boolean =>
      validate(parse(`- { rows: x, reason: y, review-by: 2030-01-01, ${text} }`));
    for (const text of ['when: 7.2-10.0', 'when: 10.0', 'when: { accelerator: [kvm], distribution: none }'])
      expect(more(text), text).to.equal(true);
    expect(more('fingerprints: ["0123456789abcdef"]')).to.equal(true);
    for (const text of [
      'when: {}',
      'when: { accelerator: [] }',
      'when: { distribution: x }',
      'fingerprints: []',
    ])
      expect(more(text), text).to.equal(false);
    expect(validate(parse('- { rows: x, reason: TODO, review-by: 2030-01-01 }'))).to.equal(false);
    expect(validate(parse('- { rows: x, reason: y }'))).to.equal(false);
    expect(validate(parse('- { rows: x, reason: y, review-by: 2030-01-01, row: z }'))).to.equal(false);
  });
});

const FINDING: Finding = {
  blame: 'example',
  rule: 'schema/x',
  message: 1,
  pointer: '',
  what: 'w',
  expected: 'e',
};

function result(verdict: VerdictWord, findings: readonly Finding[] = [], row = 'examples/a/one'): RowResult {
  return { row, target: '7.2.22 x86_64 tcg', verdict, findings, checks: 1, documented: true, duration: 1 };
}

function entry(members: Partial<KnownFailure> = {}): KnownFailure {
  const place = { file: 'k.yaml', line: 3, column: 3 };
  return { place, rows: 'examples/a/*', reason: 'known', reviewBy: '2030-01-01', ...members };
}

function underPolicy(given: RowResult): RowResult {
  return { ...given, target: `${given.target} no-deprecated` };
}

describe('known failures, applied', () => {
  const other = { ...FINDING, blame: 'target' as const };
  const table: readonly (readonly [string, RowResult, Partial<KnownFailure>, VerdictWord])[] = [
    ['a fail', result('fail', [FINDING]), {}, 'known-failure'],
    ['a crash', result('crash'), {}, 'known-failure'],
    ['a timeout', result('timeout'), {}, 'known-failure'],
    ['a pass', result('pass'), {}, 'unexpected-pass'],
    ['a pass on another target', result('pass'), { rows: '** @ 10.*' }, 'pass'],
    ['a fail on another target', result('fail'), { rows: '** @ 10.*' }, 'fail'],
    ['a fail with that blame', result('fail', [FINDING]), { blame: 'example' }, 'known-failure'],
    ['a fail with another blame', result('fail', [FINDING]), { blame: 'target' }, 'fail'],
    ['a fail with that and another', result('fail', [FINDING, other]), { blame: 'example' }, 'fail'],
    ['a fail of that rule', result('fail', [FINDING, other]), { rule: 'schema/*' }, 'known-failure'],
    ['a fail of another rule', result('fail', [FINDING]), { rule: 'shape/*' }, 'fail'],
    ['a pass that comes and goes', result('pass'), { intermittent: true }, 'pass'],
    ['a fail that comes and goes', result('fail'), { intermittent: true }, 'known-failure'],
    ['a crash that comes and goes elsewhere', result('crash'), { intermittent: true, rows: 'b/*' }, 'crash'],
    ['a fail under a policy', underPolicy(result('fail')), { rows: '** @ * tcg' }, 'known-failure'],
    ['a fail under another policy', underPolicy(result('fail')), { rows: '** @ * no-unstable' }, 'fail'],
    ['a fail without the policy', result('fail'), { rows: '** @ * no-deprecated' }, 'fail'],
    ['a crash, where a rule was expected', result('crash'), { rule: 'schema/*' }, 'crash'],
  ];
  for (const [what, given, members, expected] of table) {
    it(`${what} becomes or stays ${expected}`, () => {
      const applied = compileKnownFailures([entry(members)])(given);
      expect(applied.verdict).to.equal(expected);
      if (expected === 'known-failure') expect(applied.reason).to.equal('known');
    });
  }

  it('of several causes are each explained by an entry of their own', () => {
    const entries = [
      entry({ blame: 'example', reason: 'one' }),
      entry({ blame: 'target', reason: 'two' }),
      entry({ blame: 'behaviour', reason: 'none of it' }),
    ];
    const both = compileKnownFailures(entries)(result('fail', [FINDING, other, FINDING]));
    expect(both).to.include({ verdict: 'known-failure', reason: 'one; two' });
    const more = { ...FINDING, blame: 'setup' as const };
    expect(compileKnownFailures(entries)(result('fail', [FINDING, other, more])).verdict).to.equal('fail');
  });

  for (const verdict of VERDICTS) {
    it(`applied to ${verdict} twice is applied once`, () => {
      const apply = compileKnownFailures([entry()]);
      const once = apply(result(verdict));
      expect(apply(once)).to.deep.equal(once);
    });
  }

  it('leaves the verdicts of rows that could not fail', () => {
    for (const verdict of ['not-applicable', 'untestable', 'setup-error', 'harness-error'] as const) {
      expect(compileKnownFailures([entry()])(result(verdict))).to.deep.equal(result(verdict));
    }
  });

  it('refuses an entry that means no row', () => {
    const rows = [result('pass').row];
    const nothing = [entry({ rows: 'examples/z/*' })];
    expect(() => checkKnownFailures(nothing, rows)).to.throw(
      InputError,
      "k.yaml:3:3: 'examples/z/*' means no row; expected a glob of rows that exist",
    );
    const elsewhere = [entry({ rows: 'examples/a/* @ 10.*' })];
    expect(() => checkKnownFailures(elsewhere, rows)).not.to.throw();
    expect(compileKnownFailures(elsewhere)(result('pass'))).to.deep.equal(result('pass'));
  });

  it('warns of entries that nobody has reviewed', () => {
    const past = entry({ reviewBy: '2026-05-31' });
    const today = entry({ reviewBy: '2026-06-01' });
    expect(overdueKnownFailures([past, today], '2026-06-01')).to.deep.equal([
      "k.yaml:3:3: known failure of 'examples/a/*' was to be reviewed by 2026-05-31",
    ]);
  });
});
