import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readJson } from '../json/read-json.ts';
import { compareCoverage } from './compare-coverage.ts';
import { readCoverage, writeCoverage } from './coverage-json.ts';
import type { CoverageItem } from './coverage.ts';
import { figureOf } from './coverage.ts';
import { measureArchive, type Spoken } from './fixture-archive.ts';
import { figuresByModule, GROUPS } from './groups.ts';

const ASK: Spoken = ['->', { execute: 'query-version' }];
const ANSWER: Spoken = ['<-', { return: { major: 1, package: '' } }];
const CLOSED: Spoken = ['<-', { event: 'CLOSED', timestamp: { seconds: 1, microseconds: 2 } }];

const measure = (...dialogue: readonly Spoken[]) => measureArchive({ rows: { one: dialogue } });

describe('coverage --json', () => {
  it('is read as it was written', async () => {
    const coverage = await measure(ASK, ANSWER);
    const [column] = readCoverage(readJson(writeCoverage(coverage)), 'x.json');
    const sorted = (items: readonly CoverageItem[] = []) =>
      items.map(({ counter, module, name, state }) => `${module} ${counter} ${name} ${state}`).sort();
    expect(sorted(column?.items)).to.deep.equal(sorted(coverage.columns[0]?.items));
    expect(column?.items.length).to.be.above(50);
  });

  const WRONG: readonly (readonly [text: string, message: string])[] = [
    ['1', 'no object'],
    ['{}', 'no format 1'],
    ['{ "format": 2, "columns": [] }', 'no format 1'],
    ['{ "format": 1 }', "no array 'columns'"],
    ['{ "format": 1, "columns": [1] }', "a column without 'release', 'program' or 'modules'"],
    ['{ "format": 1, "columns": [{ "release": "1.0", "program": "q" }] }', 'a column without'],
    [writtenWith('{ "live": 1 }'), "no array 'live' of command/sent in m"],
    [writtenWith('{ "live": [1] }'), 'no name among command/sent of m'],
  ];
  for (const [text, message] of WRONG) {
    it(`is not ${text}`, () => {
      expect(() => readCoverage(readJson(text), 'x.json'))
        .to.throw(InputError, `x.json: ${message}`)
        .with.property('message')
        .that.includes("expected what 'coverage --json' writes");
    });
  }
});

function writtenWith(states: string): string {
  const modules = `{ "m": { "command/sent": ${states} } }`;
  return `{ "format": 1, "columns": [{ "release": "1.0", "program": "q", "modules": ${modules} }] }`;
}

describe('compareCoverage', () => {
  it('of a coverage with itself is nothing', async () => {
    const { columns } = await measure(ASK, ANSWER, CLOSED);
    expect(compareCoverage(columns, columns)).to.deep.equal([
      { release: '10.0', program: 'qemu-system-x86_64', gained: [], lost: [] },
    ]);
  });

  it('says what was gained and what was lost', async () => {
    const before = await measure(CLOSED);
    const after = await measure(ASK);
    const [trend] = compareCoverage(before.columns, after.columns);
    const names = (
      changes: typeof trend extends undefined ? never : readonly { name: string; counter: string }[],
    ) => changes.map(({ counter, name }) => `${counter} ${name}`);
    expect(names(trend?.gained ?? [])).to.deep.equal(['command/sent query-version']);
    expect(names(trend?.lost ?? [])).to.deep.equal(['event/received CLOSED']);
  });

  it('leaves out a column that there was not', async () => {
    const { columns } = await measure(ASK);
    const other = columns.map((column) => ({ ...column, release: '9.0' }));
    expect(compareCoverage(other, columns)).to.deep.equal([]);
  });

  it('takes what moved to another module for the same', async () => {
    const { columns } = await measure(ASK);
    const moved = columns.map((column) => ({
      ...column,
      items: column.items.map((item) => ({ ...item, module: 'elsewhere' })),
    }));
    expect(compareCoverage(moved, columns)[0]).to.deep.include({ gained: [], lost: [] });
  });
});

describe('figures', () => {
  const item = (module: string, state: CoverageItem['state']): CoverageItem => ({
    counter: 'event/received',
    module,
    name: `${module} ${state}`,
    state,
  });

  it('count what is absent nowhere', () => {
    const items = [item('a', 'live'), item('a', 'static'), item('a', 'never'), item('a', 'absent')];
    expect(figureOf(items)).to.deep.equal({ live: 1, static: 1, all: 3 });
  });

  it('are by module, and of all', async () => {
    const [column] = (await measure(ASK)).columns;
    const events = GROUPS.find(({ name }) => name === 'events');
    if (column === undefined || events === undefined) throw new Error('no column');
    const items = [item('a', 'live'), item('b', 'never')];
    expect([...figuresByModule({ ...column, items }, events)]).to.deep.equal([
      ['', { live: 1, static: 0, all: 2 }],
      ['a', { live: 1, static: 0, all: 1 }],
      ['b', { live: 0, static: 0, all: 1 }],
    ]);
  });
});
