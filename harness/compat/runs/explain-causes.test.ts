import { expect } from 'chai';
import type { SchemaChange, SchemaDiff } from '../diff/schema-diff.ts';
import { compareRuns } from './compare-runs.ts';
import { explainCauses } from './explain-causes.ts';
import { runOf, unknownMember, type MadeUpRow } from './fixture-runs.ts';

const LEFT: SchemaChange = {
  rule: 'reply-member-removed',
  severity: 'breaking',
  change: 'removed',
  definition: 'StatusInfo',
  name: 'singlestep',
  paths: ['query-status/returns/singlestep'],
  announcement: {
    kind: 'announced',
    since: '8.1',
    removed: '9.0',
    text: 'announced since 8.1, 2 releases before 9.0',
  },
};

function explained(
  changes: readonly SchemaChange[],
  row: string,
  now: MadeUpRow,
  before: MadeUpRow = 'pass',
) {
  const side = { family: 'qmp', sources: ['qapi'] };
  const diff: SchemaDiff = {
    before: { ...side, release: '7.2' },
    after: { ...side, release: '10.0' },
    changes,
  };
  const runs = [
    runOf('7.2.22 x86_64 tcg', { [row]: before }),
    runOf('10.0.2 x86_64 tcg', { [row]: now }),
  ] as const;
  return explainCauses(compareRuns([runs[0]], [runs[1]]), [diff]).causes[0]?.schema;
}

const ROW = 'examples/run-state/query-status';
const FAIL = [unknownMember('singlestep')];

describe('explainCauses', () => {
  it('says what left, and that it was announced', () => {
    expect(explained([LEFT], ROW, FAIL)).to.deep.equal({
      text: "'singlestep' left StatusInfo",
      announcement: 'announced since 8.1, 2 releases before 9.0',
    });
  });

  it('says it of what is gone, too', () => {
    const reason =
      "not documented in 10.0, whose schema refuses it: message 4/return/singlestep: member 'singlestep'";
    expect(explained([LEFT], ROW, { verdict: 'not-applicable', reason })?.text).to.equal(
      "'singlestep' left StatusInfo",
    );
  });

  const others: readonly (readonly [string, SchemaChange, string])[] = [
    ['what came', { ...LEFT, change: 'added' }, "'singlestep' came to StatusInfo"],
    ['a command that was removed', { ...LEFT, definition: 'singlestep' }, "'singlestep' was removed"],
    ['a command that is new', { ...LEFT, change: 'added', definition: 'singlestep' }, "'singlestep' is new"],
  ];
  for (const [what, change, text] of others) {
    it(`says ${what}`, () => {
      const { announcement: _none, ...unannounced } = change;
      expect(explained([unannounced], ROW, FAIL)).to.deep.equal({ text });
    });
  }

  it('prefers a removal where something is unknown, and what came where it is missing', () => {
    const came: SchemaChange = { ...LEFT, change: 'added', definition: 'Other' };
    expect(explained([came, LEFT], ROW, FAIL)?.text).to.equal("'singlestep' left StatusInfo");
    const missing = [unknownMember('singlestep', { rule: 'schema/missing-member', what: 'nothing' })];
    expect(explained([LEFT, came], ROW, missing)?.text).to.equal("'singlestep' came to Other");
  });

  it('is silent on other names, other commands, and what is fixed or new', () => {
    expect(explained([LEFT], ROW, [unknownMember('running')])).to.equal(undefined);
    expect(explained([LEFT], 'examples/run-state/query-cpus', FAIL)).to.equal(undefined);
    expect(explained([LEFT], ROW, 'pass', FAIL)).to.equal(undefined);
    expect(explained([LEFT], ROW, FAIL, 'not-applicable')).to.equal(undefined);
    expect(explained([], ROW, FAIL)).to.equal(undefined);
  });
});
