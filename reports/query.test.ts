import { expect } from 'chai';

interface Row {
  readonly row: string;
  readonly module: string;
  readonly differs: boolean;
  readonly cells: readonly unknown[];
  readonly changes?: readonly (readonly number[])[];
}

type Reading =
  { readonly test: (row: Row) => boolean } | { readonly error: { column: number; message: string } };

interface QueryPage {
  readonly readQuery: (text: string, data: unknown) => Reading;
  readonly fitsPattern: (pattern: string, text: string) => boolean;
  readonly fitsColumn: (spec: string, name: string) => boolean;
}

/** The page's program is JavaScript without types. */
async function load(): Promise<QueryPage> {
  const part = async (name: string) =>
    (await import(new URL(`page/${name}`, import.meta.url).href)) as Partial<QueryPage>;
  return { ...(await part('query.js')), ...(await part('match-words.js')) } as QueryPage;
}

const VERDICTS = [
  'pass',
  'fail',
  'known-failure',
  'unexpected-pass',
  'not-applicable',
  'untestable',
  'crash',
  'timeout',
];
const TARGETS = [
  '5.2.0 x86_64 tcg',
  '6.2 schema',
  '7.2.22 x86_64 kvm',
  '7.2.22 x86_64 tcg',
  '10.0.13 x86_64 tcg',
];
const TEXTS = [
  JSON.stringify({ blame: 'target', rule: 'schema/unknown-member', message: 1 }),
  JSON.stringify({ blame: 'behaviour', rule: 'shape/missing-member', message: 1 }),
  'command x is absent from query-qmp-schema',
];

function cell(verdict: string, findings: readonly number[] = [], reason = -1, documented = 1): unknown {
  return [VERDICTS.indexOf(verdict), documented, 1, 1, reason, findings, -1, -1];
}

const pass = cell('pass');

/** Rows by one letter; the cells stand in the order of TARGETS. */
const ROWS: readonly Row[] = [
  { row: 'examples/block-core/a', module: 'block-core', differs: false, cells: [pass, 1, pass, pass, pass] },
  {
    row: 'examples/block-core/b',
    module: 'block-core',
    differs: true,
    cells: [pass, 2, pass, pass, cell('fail', [0])],
    changes: [[1, 4, 3]],
  },
  {
    row: 'examples/migration/c',
    module: 'migration',
    differs: true,
    cells: [cell('fail', [1]), 3, pass, cell('known-failure', [1]), pass],
    changes: [[0, 4, 3]],
  },
  {
    row: 'queries/x/d',
    module: 'x',
    differs: false,
    cells: [cell('not-applicable', [], 2, 0), 0, 0, 0, cell('crash')],
  },
];

const DATA = {
  targets: TARGETS.map((name) => ({ name })),
  verdicts: VERDICTS.map((word) => ({ word })),
  texts: TEXTS,
  predictions: ['fits', 'absent', 'refused'].map((kind) =>
    JSON.stringify({ kind, evidence: '', documented: false }),
  ),
};

describe('readQuery', () => {
  let page: QueryPage;
  before(async () => {
    page = await load();
  });

  function found(query: string): string {
    const reading = page.readQuery(query, DATA);
    if ('error' in reading) throw new Error(reading.error.message);
    return ROWS.filter(reading.test)
      .map(({ row }) => row.at(-1))
      .join('');
  }

  for (const [query, rows] of [
    ['', 'abcd'],
    ['   ', 'abcd'],
    ['examples', 'abc'],
    ['EXAMPLES/block', 'ab'],
    ['"examples/m"', 'c'],
    ['passed in 7.2, fails in 10.0', 'b'],
    ['passed in 7.2 and fails in 10.0', 'b'],
    ['passed in 7.2 fails in 10.0', 'b'],
    ['passes', 'a'],
    ['passes in 7.2', 'ab'],
    ['passes in 7.2/kvm', 'abc'],
    ['passes in kvm', 'abc'],
    ['passes in "7.2.22 x86_64 tcg"', 'ab'],
    ['fails', 'bcd'],
    ['fails in 5.2 or fails in 10.0', 'bcd'],
    ['fail', 'bc'],
    ['known-failure', 'c'],
    ['verdict:known-failure or crashed', 'cd'],
    ['verdict:*-failure', 'c'],
    ['red', 'bcd'],
    ['not passes in 5.2', 'cd'],
    ['not not passes in 5.2', 'ab'],
    ['differs', 'bc'],
    ['module:block-core', 'ab'],
    ['module:block*', 'ab'],
    ['module:block', ''],
    ['row:*/b', 'b'],
    ['blame:target', 'b'],
    ['rule:schema/*', 'b'],
    ['rule:shape/* in 5.2-7.1', 'c'],
    ['rule:schema/* in 7.2', ''],
    ['reason:"absent from"', 'd'],
    ['reason:ABSENT in 5.2', 'd'],
    ['first-bad:10.0', 'b'],
    ['first-bad:10', 'b'],
    ['first-bad:7.2', ''],
    ['first-bad:*', 'b'],
    ['fixed-in:10.0/tcg', 'c'],
    ['predicted', 'abc'],
    ['predicted:absent', 'b'],
    ['predicted:refused in 6.2', 'c'],
    ['not-run in 7.2', 'd'],
    ['documented in 5.2', 'abc'],
    ['ran in 10.0-', 'abcd'],
    ['(module:migration or module:x) and crashed', 'd'],
    ['module:migration or module:x and crashed', 'cd'],
  ] as const) {
    it(`finds '${rows}' by ${query}`, () => expect(found(query)).to.equal(rows));
  }

  for (const [query, column, message] of [
    ['passed in', 10, /nothing behind 'in'/],
    ['passed in 7.9', 11, /no column '7\.9'; expected a word of 5\.2\.0 x86_64 tcg, /],
    ['fails in 10.0, ', 16, /the query ends here/],
    ['modul:x', 1, /'modul:' is unknown; expected module: row: /],
    ['a module:', 10, /nothing behind 'module:'/],
    ['verdict:green', 9, /no verdict 'green'; expected pass, fail, /],
    ['first-bad:9.0', 11, /no column '9\.0'/],
    ['(fails', 7, /expected '\)'/],
    ['fails)', 6, /'\)' closes nothing/],
    ['fails and or x', 11, /'or' stands alone/],
    ['in 7.2', 1, /'in' stands alone/],
    ['reason:"absent', 8, /this quotation does not end/],
    ['not', 4, /the query ends here/],
    ['()', 2, /'\)' stands alone/],
    [`${'('.repeat(400)}a`, 51, /nested too deeply/],
  ] as const) {
    it(`tells where ${query.slice(0, 20)} is wrong`, () => {
      const reading = page.readQuery(query, DATA);
      if (!('error' in reading)) throw new Error('expected an error');
      expect(reading.error.message).to.match(message);
      expect(reading.error.column).to.equal(column);
    });
  }

  it('reads whatever is typed, and takes no time over it', () => {
    const started = performance.now();
    for (const query of [
      '*'.repeat(1000),
      `row:${'a*'.repeat(498)}`,
      'not '.repeat(250),
      '"'.repeat(999),
      'a '.repeat(500),
    ]) {
      const reading = page.readQuery(query, DATA);
      if ('test' in reading) reading.test({ row: 'a'.repeat(5000), module: '', differs: false, cells: [] });
    }
    expect(performance.now() - started).to.be.below(500);
  });
});

describe('fitsPattern and fitsColumn', () => {
  let page: QueryPage;
  before(async () => {
    page = await load();
  });
  for (const [pattern, text, fits] of [
    ['a*c', 'abc', true],
    ['a*c', 'ac', true],
    ['a*a', 'a', false],
    ['*', '', true],
    ['a*b*c', 'a-c-b-c', true],
    ['a*bb*b', 'abb', false],
    ['A', 'a', true],
    ['a.c', 'abc', false],
  ] as const) {
    it(`${pattern} ${fits ? 'fits' : 'does not fit'} ${text}`, () =>
      expect(page.fitsPattern(pattern, text)).to.equal(fits));
  }
  for (const [spec, name, fits] of [
    ['7.2', '7.2.22 x86_64 tcg', true],
    ['7', '7.2.22 x86_64 tcg', true],
    ['7.2.2', '7.2.22 x86_64 tcg', false],
    ['1', '10.0.13 x86_64 tcg', false],
    ['-7.2', '7.2.22 x86_64 tcg', true],
    ['6.0-10.0', '7.2.22 x86_64 tcg', true],
    ['2.9-2.12', '2.10.0 x86_64 tcg', true],
    ['8.0-', '7.2.22 x86_64 tcg', false],
    ['tcg/7.2', '7.2.22 x86_64 tcg', true],
    ['kvm', '7.2.22 x86_64 tcg', false],
    ['-', '7.2.22 x86_64 tcg', false],
    ['7.2*', '7.2.22 x86_64 tcg', true],
  ] as const) {
    it(`${spec} ${fits ? 'means' : 'does not mean'} ${name}`, () =>
      expect(page.fitsColumn(spec, name)).to.equal(fits));
  }
});
