import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { CheckReport } from '../harness/check/check-report.ts';
import type { Contradiction } from '../harness/compat/history/contradictions.ts';
import type { SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import type { LintReport } from '../harness/lint/lint-report.ts';
import { renderCheckSarif } from './check-sarif.ts';
import { HOSTILE } from './hostile.test.ts';
import { renderLintSarif } from './lint-sarif.ts';
import { renderContradictionsSarif } from './schema-contradictions-sarif.ts';
import { renderSchemaDiffSarif } from './schema-diff-sarif.ts';

const require = createRequire(import.meta.url);

/** RFC 3986: what a reference may consist of, and that no colon stands in the first segment of a relative one. */
const URI_REFERENCE = /^(?:[a-z][a-z0-9+.-]*:|(?![^/?#]*:))(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i;

let validator: Promise<ReturnType<Ajv['compile']>> | undefined;

/** The schema is of draft 4, which differs from draft 7 in nothing that it uses but the name of its identifier. */
async function compilePublished(): Promise<ReturnType<Ajv['compile']>> {
  const file = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const text = await readFile(file, 'utf8');
  const { id, $schema, ...schema } = JSON.parse(text) as Record<string, unknown>;
  expect([id, $schema]).to.deep.equal([
    'https://raw.githubusercontent.com/schemastore/schemastore/master/src/schemas/json/sarif-2.1.0-rtm.5.json',
    'http://json-schema.org/draft-04/schema#',
  ]);
  const formats = { 'uri-reference': URI_REFERENCE, uri: URI_REFERENCE, 'date-time': true } as const;
  // One of its patterns is none where Unicode is asked for.
  return new Ajv({ strict: false, unicodeRegExp: false, formats }).compile(schema);
}

/** Holds a log against the published schema of SARIF 2.1.0. */
export async function expectValidSarif(text: string): Promise<void> {
  const validate = await (validator ??= compilePublished());
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).to.equal(true);
}

const CHECKED: CheckReport = {
  findings: [
    {
      rule: 'sent/unknown',
      level: 'error',
      file: HOSTILE,
      line: 3,
      column: 1,
      direction: '->',
      path: HOSTILE,
      what: HOSTILE,
      releases: ['10.0'],
      count: 2,
    },
  ],
  commands: [],
  releases: ['10.0'],
  files: 1,
  messages: 2,
};

const MESSAGE = { direction: '->', text: HOSTILE, lines: [1] } as const;

const LINTED: LintReport = {
  findings: [
    {
      rule: 'example/not-json',
      severity: 'error',
      message: MESSAGE,
      pointer: HOSTILE,
      what: HOSTILE,
      expected: HOSTILE,
      document: HOSTILE,
      definition: HOSTILE,
      file: `javascript:${HOSTILE}`,
      line: 1,
      releases: '10.0',
      fix: { direction: '->', text: HOSTILE, what: HOSTILE },
    },
  ],
  releases: ['10.0'],
  examples: 1,
  messages: 1,
};

const CONTRADICTION: Contradiction = {
  rule: 'since-missing',
  subject: HOSTILE,
  documented: HOSTILE,
  shown: '9.0',
  place: { file: HOSTILE, line: 1 },
};

const DIFF: SchemaDiff = {
  before: { family: 'qmp', release: '9.0.0', sources: ['qapi'] },
  after: { family: 'qmp', release: '9.1.0', sources: ['qapi'] },
  changes: [
    {
      rule: 'argument-removed',
      severity: 'breaking',
      change: 'removed',
      definition: HOSTILE,
      name: HOSTILE,
      place: { file: HOSTILE, line: 12 },
      paths: [HOSTILE, HOSTILE],
      announcement: { kind: 'not-announced', removed: '9.1', text: HOSTILE },
    },
  ],
};

describe('all SARIF', () => {
  it('of check fits the published schema', () => expectValidSarif(renderCheckSarif(CHECKED, '1')));
  it('of examples lint', () => expectValidSarif(renderLintSarif(LINTED, '1')));
  it('of schema diff', () => expectValidSarif(renderSchemaDiffSarif(DIFF, '1')));
  it('of schema history', () => expectValidSarif(renderContradictionsSarif([CONTRADICTION], '1')));

  it('is refused by it where it is wrong', async () => {
    const validate = await compilePublished();
    const log = JSON.parse(renderCheckSarif(CHECKED, '1')) as { version: string; runs: object[] };
    expect(validate({ ...log, version: '2.0.0' })).to.equal(false);
    expect(validate({ ...log, runs: [{ ...log.runs[0], tool: {} }] })).to.equal(false);
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ level: 'grave' }] }] })).to.equal(false);
  });
});
