import { expect } from 'chai';
import { matrixFromRuns } from '../compat/matrix-from-runs.ts';
import type { Prediction } from '../compat/matrix.ts';
import { withPredictions } from '../compat/predictions.ts';
import { InputError } from '../errors.ts';
import type { Run } from '../results/run.ts';
import { demoTarget } from '../../reports/demo-data.test.ts';
import { openPredictor, releasesToPredict } from './predict-rows.ts';

const BLK = `---
id: wire/blk
---
-> { "execute": "migrate", "arguments": { "uri": "tcp:x", "blk": true } }
<- { "return": {} }
`;

function transcript(head: string, command: string): string {
  return `---\nid: r\n${head}---\n-> { "execute": "${command}" }\n<- { "return": ... }\n`;
}

async function predict(
  row: string,
  text: string | undefined,
  release: string,
): Promise<Prediction | undefined> {
  const predictor = await openPredictor((asked) => (asked === row ? text : undefined));
  return predictor(release)?.(row);
}

describe('openPredictor', () => {
  const agent =
    'source:\n  - { document: qga/qapi-schema.json, definition: guest-ping, releases: "2.0-" }\nstage: guest-agent\n';
  for (const [name, row, text, release, expected] of [
    ['allows what fits', 'r', BLK, '8.2', { kind: 'fits', evidence: '' }],
    [
      'names a member that is gone',
      'r',
      BLK,
      '9.1',
      { kind: 'refused', evidence: /message 0 at \/arguments\/blk: member 'blk'/ },
    ],
    [
      'names a command that is not there yet',
      'r',
      transcript('', 'query-dirty-rate'),
      '5.0',
      { kind: 'absent', evidence: "command 'query-dirty-rate' is not in the schema of 5.0" },
    ],
    [
      'holds the recording’s own demand',
      'r',
      transcript('requires: { releases: "6.0-" }\n', 'stop'),
      '5.2',
      { kind: 'absent', evidence: 'requires releases 6.0-' },
    ],
    [
      'asks the schema of the program',
      'r',
      transcript(agent, 'guest-ping'),
      '7.2',
      { kind: 'fits', evidence: '' },
    ],
    [
      'knows a query by its name',
      'queries/x86_64/none/query-dirty-rate',
      undefined,
      '5.0',
      { kind: 'absent', evidence: 'command query-dirty-rate is not in the schema of 5.0' },
    ],
    [
      'knows the storage daemon',
      'refusals/storage-daemon/control/stop',
      undefined,
      '7.2',
      { kind: 'absent', evidence: 'command stop is not in the schema of 7.2' },
    ],
  ] as const) {
    it(name, async () => {
      const found = await predict(row, text, release);
      expect(found?.kind).to.equal(expected.kind);
      if (typeof expected.evidence === 'string') expect(found?.evidence).to.equal(expected.evidence);
      else expect(found?.evidence).to.match(expected.evidence);
    });
  }

  for (const [name, row, text, release] of [
    ['a row whose transcript is not at hand', 'examples/x/y', undefined, '7.2'],
    ['a transcript that cannot be read', 'r', '---\nid: [\n', '7.2'],
    ['a query that the release has', 'queries/x86_64/none/query-status', undefined, '7.2'],
    ['a check of the protocol', 'protocol/R8/x/system/unix', undefined, '7.2'],
    ['a release without schema', 'r', BLK, '99.1'],
    ['what is no release', 'r', BLK, '../../etc'],
  ] as const) {
    it(`says nothing of ${name}`, async () => expect(await predict(row, text, release)).to.equal(undefined));
  }
});

describe('withPredictions', () => {
  const result = { verdict: 'pass', findings: [], checks: 1, documented: true, duration: 1 } as const;
  const runOf = (target: string, rows: readonly string[]): Run => ({
    dir: target,
    target: demoTarget(target),
    results: rows.map((row) => ({ ...result, row, target })),
  });
  const [old, now] = ['7.2.22 x86_64 tcg', '10.0.13 x86_64 tcg'];
  const kind =
    (release: string) =>
    (row: string): Prediction => ({ kind: 'fits', evidence: `${row} in ${release}`, documented: false });

  it('speaks of cells that were not run, and of no other', () => {
    const matrix = matrixFromRuns([runOf(old, ['a']), runOf(now, ['a', 'b'])]);
    const { predictions, counts, rows } = withPredictions(matrix, ['6.0'], kind);
    expect(predictions?.releases).to.deep.equal(['6.0']);
    const words = predictions?.rows.map(({ targets, releases }) =>
      [...targets, ...releases].map((one) => one?.evidence),
    );
    expect(words).to.deep.equal([
      [undefined, undefined, 'a in 6.0'],
      ['b in 7.2', undefined, 'b in 6.0'],
    ]);
    expect([counts, rows.map(({ differs }) => differs)]).to.deep.equal([matrix.counts, [false, false]]);
  });

  it('opens no schema where all was run', () => {
    const asked: string[] = [];
    withPredictions(
      matrixFromRuns([runOf(old, ['a']), runOf(now, ['a'])]),
      [],
      (release) => (asked.push(release), undefined),
    );
    expect(asked).to.deep.equal([]);
  });

  it('says of a target that could not be run what its schema says', () => {
    const matrix = matrixFromRuns([runOf(now, ['a'])], [{ name: '5.2.0 x86_64 kvm', reason: 'no KVM' }]);
    const { predictions } = withPredictions(matrix, [], kind);
    expect(predictions?.rows[0]?.targets.map((one) => one?.evidence)).to.deep.equal(['a in 5.2', undefined]);
  });
});

describe('releasesToPredict', () => {
  it('sorts by number', () =>
    expect(releasesToPredict('10.0, 6.2,2.10,2.9')).to.deep.equal(['2.9', '2.10', '6.2', '10.0']));
  it('knows all', () => expect(releasesToPredict('all')).to.have.length.above(40));
  for (const word of ['', '7.3', 'all,7.2', '7.2.22', '../7.2']) {
    it(`refuses '${word}'`, () =>
      expect(() => releasesToPredict(word)).to.throw(InputError, /expected all, or some of 0\.14, /));
  }
});
