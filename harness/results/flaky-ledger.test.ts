import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { readLedger, readLedgerThere, writeLedger } from './flaky-ledger-file.ts';
import {
  describeFlaky,
  EMPTY_LEDGER,
  flakyEntries,
  learnFromRuns,
  type FlakyLedger,
} from './flaky-ledger.ts';
import type { Run, RunSummary } from './run.ts';
import type { RowResult, TargetFacts, VerdictWord } from './verdict.ts';

const TARGET: TargetFacts = {
  name: '10.0.2 x86_64 tcg',
  kind: 'qemu',
  version: '10.0.2',
  package: '',
  architecture: 'x86_64',
  accelerator: 'tcg',
  where: 'qemu-system-x86_64',
  digest: 'ab'.repeat(32),
  schema: '10.0',
};

type Shown = VerdictWord | 'fails otherwise';

/** A run that began at minute `at`, in which rows came to verdicts. */
function runAt(
  at: number,
  verdicts: Readonly<Record<string, Shown>>,
  target: Partial<TargetFacts> = {},
  summary: Partial<RunSummary> = {},
): Run {
  const minute = String(at).padStart(2, '0');
  const times = { started: `2026-01-01T00:${minute}:00.000Z`, finished: `2026-01-01T00:${minute}:30.000Z` };
  const planned = { complete: true, suite: '0.1.0', planned: Object.keys(verdicts), counts: {} };
  return {
    dir: `run-${at}`,
    target: { ...TARGET, ...target },
    results: Object.entries(verdicts).map(([row, verdict]) => resultOf(row, verdict)),
    summary: { ...planned, ...times, ...summary },
  };
}

function resultOf(row: string, shown: Shown): RowResult {
  const rule = shown === 'fails otherwise' ? 'schema/other' : 'schema/one';
  const verdict = shown === 'fails otherwise' ? 'fail' : shown;
  const finding = {
    blame: 'target',
    rule,
    message: 1,
    pointer: '/return',
    what: 'w',
    expected: 'e',
  } as const;
  const findings = verdict === 'fail' ? [finding] : [];
  return { row, target: TARGET.name, verdict, findings, checks: 1, documented: true, duration: 1 };
}

function learn(...runs: readonly Run[]): FlakyLedger {
  return learnFromRuns(EMPTY_LEDGER, runs).ledger;
}

/** `row: outcomes` of the rows that are flaky. */
function shown(ledger: FlakyLedger): readonly string[] {
  return flakyEntries(ledger).map(
    ({ row, runs, outcomes }) =>
      `${row}: ${runs}: ${outcomes.map(({ verdict, count }) => `${count} ${verdict}`).join(', ')}`,
  );
}

describe('learnFromRuns', () => {
  it('counts how often a row came to what', () => {
    const ledger = learn(
      runAt(1, { a: 'pass', b: 'pass', c: 'fail' }),
      runAt(2, { a: 'fail', b: 'pass', c: 'fail' }),
      runAt(3, { a: 'pass', b: 'pass', c: 'fail' }),
    );
    expect(shown(ledger)).to.deep.equal(['a: 3: 2 pass, 1 fail']);
    const [, failed] = flakyEntries(ledger)[0]?.outcomes ?? [];
    expect(failed).to.include({ first: '2026-01-01T00:02:00.000Z', last: '2026-01-01T00:02:00.000Z' });
  });

  it('tells one failure from another', () => {
    expect(shown(learn(runAt(1, { a: 'fail' }), runAt(2, { a: 'fails otherwise' })))).to.deep.equal([
      'a: 2: 1 fail, 1 fail',
    ]);
  });

  const alone: readonly (readonly [title: string, other: Run])[] = [
    ['another binary', runAt(2, { a: 'fail' }, { digest: 'ff' })],
    ['another accelerator', runAt(2, { a: 'fail' }, { accelerator: 'kvm' })],
    ['another policy', runAt(2, { a: 'fail' }, { policy: 'deprecated-input=reject' })],
    ['another version of the suite', runAt(2, { a: 'fail' }, {}, { suite: '0.2.0' })],
  ];
  for (const [title, other] of alone) {
    it(`calls nothing flaky because of ${title}`, () => {
      expect(shown(learn(runAt(1, { a: 'pass' }), other))).to.deep.equal([]);
    });
  }

  it('learns from a run once, however often it is read', () => {
    const first = learnFromRuns(EMPTY_LEDGER, [runAt(1, { a: 'pass' }), runAt(1, { a: 'pass' })]);
    expect(first.runs).to.equal(1);
    const second = learnFromRuns(first.ledger, [runAt(1, { a: 'pass' }), runAt(2, { a: 'fail' })]);
    expect(second.runs).to.equal(1);
    expect(shown(second.ledger)).to.deep.equal(['a: 2: 1 pass, 1 fail']);
  });

  it('takes shards that began at one time for two runs', () => {
    const part = (index: number) => ({ shard: { index, count: 2, plan: '' } });
    expect(
      learnFromRuns(EMPTY_LEDGER, [
        runAt(1, { a: 'pass' }, {}, part(1)),
        runAt(1, { b: 'pass' }, {}, part(2)),
      ]).runs,
    ).to.equal(2);
  });

  it('leaves out, by name, what tells nothing', () => {
    const { summary: _, ...half } = { ...runAt(1, { a: 'pass' }), notWhole: 'cut off' };
    const { digest: __, ...unknown } = TARGET;
    const { left, ledger } = learnFromRuns(EMPTY_LEDGER, [
      half,
      { ...runAt(2, { a: 'fail' }), target: unknown },
    ]);
    expect(left.toSorted()).to.deep.equal([
      'run-1: not whole: cut off',
      'run-2: of a server, whose binary is not known',
    ]);
    expect(ledger).to.deep.equal(EMPTY_LEDGER);
  });
});

describe('describeFlaky', () => {
  const ledger = learn(
    ...Array.from({ length: 40 }, (_, at) =>
      runAt(at, { a: at % 15 === 0 ? 'fail' : 'pass', b: 'fail', c: 'pass' }),
    ),
  );
  const table: readonly (readonly [row: string, shown: Shown, target: Partial<TargetFacts>, note: string])[] =
    [
      ['a', 'fail', {}, 'a @ 10.0.2 x86_64 tcg: fail; known to be flaky: 3 of 40 runs failed so'],
      [
        'a',
        'fails otherwise',
        {},
        'a @ 10.0.2 x86_64 tcg: fail; known to be flaky, but none of 40 runs failed so',
      ],
      ['a', 'pass', {}, ''],
      ['b', 'fail', {}, ''],
      ['c', 'fail', {}, ''],
      ['new', 'fail', {}, ''],
      ['a', 'fail', { digest: 'ff' }, ''],
      ['a', 'fail', { accelerator: 'kvm' }, ''],
    ];
  for (const [row, verdict, target, note] of table) {
    it(`says '${note}' of ${row}: ${verdict} ${JSON.stringify(target)}`, () => {
      expect(describeFlaky([runAt(50, { [row]: verdict }, target)], ledger).join('')).to.equal(note);
    });
  }
});

describe('a ledger on disk', () => {
  let folder = '';
  let file = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ledger-'));
    file = join(folder, 'flaky.ndjson');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const LEDGER = learn(
    runAt(1, { a: 'pass', b: 'crash' }, { policy: 'p' }),
    runAt(2, { a: 'fail', b: 'crash' }, { policy: 'p' }),
  );

  it('reads back as it was, and fits its published schema', async () => {
    await writeLedger(file, LEDGER);
    expect(await readLedger(file)).to.deep.equal(LEDGER);
    const schema = new URL('../../schemas/formats/flaky-ledger.json', import.meta.url);
    const ajv = new Ajv2020({ formats: { 'date-time': true } });
    const validate = ajv.compile(JSON.parse(await readFile(schema, 'utf8')) as object);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines).to.have.length(3);
    for (const line of lines) {
      const value = JSON.parse(line) as Readonly<Record<string, unknown>>;
      expect(validate(value), line).to.equal(true);
      for (const name of Object.keys(value).filter((one) => one !== 'policy')) {
        const { [name]: _, ...without } = value;
        expect(validate(without), `without ${name}`).to.equal(false);
      }
    }
  });

  it('has seen nothing where it is not there', async () => {
    expect(await readLedger(file)).to.deep.equal(EMPTY_LEDGER);
    const error: unknown = await readLedgerThere(file).catch((thrown: unknown) => thrown);
    expect(String(error)).to.match(/flaky\.ndjson: not there; expected a ledger/);
  });

  const head = '{"format":1,"kind":"flaky-ledger","learned":[]}\n';
  const entry = { row: 'a', target: 't', digest: 'd', accelerator: 'tcg', suite: '1', runs: 1, outcomes: [] };
  const outcome = { verdict: 'pass', fingerprint: 'f', count: 1, first: '', last: '' };
  const lineOf = (change: object): string => `${JSON.stringify({ ...entry, ...change })}\n`;
  const refused: readonly (readonly [title: string, text: string, message: RegExp])[] = [
    ['what is no JSON', 'flaky\n', /flaky\.ndjson:1:1: /],
    ['another kind of file', '{"format":1}\n', /:1:1: no flaky ledger; expected kind 'flaky-ledger'/],
    [
      'a newer format',
      '{"format":2,"kind":"flaky-ledger","learned":[]}\n',
      /:1:1: format 2; expected format 1/,
    ],
    ['no format', '{"kind":"flaky-ledger","learned":[]}\n', /:1:1: no format number/],
    ['a ledger of no runs', '{"format":1,"kind":"flaky-ledger"}\n', /member 'learned' is absent/],
    ['a line that was cut off', `${head}{"row":`, /:2:1: a line without its end; expected a whole ledger/],
    ['a row without a name', `${head}${lineOf({ row: undefined })}`, /:2:1: member 'row' is absent/],
    [
      'a count that is none',
      `${head}${lineOf({ runs: 0 })}`,
      /:2:1: member 'runs' is 0; expected a count from 1/,
    ],
    ['half a run', `${head}${lineOf({ runs: 1.5 })}`, /member 'runs' is 1\.5/],
    [
      'a verdict that is none',
      `${head}${lineOf({ outcomes: [{ ...outcome, verdict: 'green' }] })}`,
      /:2:1: member 'verdict' is 'green'/,
    ],
    [
      'an outcome that never was',
      `${head}${lineOf({ outcomes: [{ ...outcome, count: 0 }] })}`,
      /'count' is 0/,
    ],
  ];
  for (const [title, text, message] of refused) {
    it(`refuses ${title}`, async () => {
      await writeFile(file, text);
      const error: unknown = await readLedger(file).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(InputError);
      expect(String(error)).to.match(message);
    });
  }
});
