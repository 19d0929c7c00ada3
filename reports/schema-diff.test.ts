import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { isJsonArray, isJsonObject, type JsonValue } from '../harness/json/value.ts';
import { listRules } from '../harness/compat/diff/rules.ts';
import { worstOf, type SchemaDiff } from '../harness/compat/diff/schema-diff.ts';
import { expectGolden } from './golden.test.ts';
import { renderSchemaDiffJson } from './schema-diff-json.ts';
import { renderSchemaDiffMarkdown } from './schema-diff-markdown.ts';
import { renderSchemaDiffSarif } from './schema-diff-sarif.ts';
import { renderSchemaDiffText } from './schema-diff-text.ts';

const DIFF: SchemaDiff = {
  before: { family: 'qmp', release: '9.0.0', sources: ['qapi'] },
  after: { family: 'qmp', release: '9.1.0', sources: ['introspection', 'qapi'] },
  changes: [
    {
      rule: 'argument-removed',
      severity: 'breaking',
      change: 'removed',
      definition: 'Thing',
      name: 'a|b',
      place: { file: 'qapi/some thing.json', line: 12 },
      paths: ['c/arguments/a|b', 'd/arguments/x[]/a|b'],
      announcement: { kind: 'not-announced', removed: '9.1', text: 'not announced' },
    },
    {
      rule: 'reply-type-changed',
      severity: 'breaking',
      change: 'changed',
      name: 'returns',
      paths: ['c/returns'],
      was: 'str',
      now: 'int64',
    },
    {
      rule: 'command-removed',
      severity: 'risky',
      change: 'removed',
      definition: 'old',
      name: 'old',
      paths: ['old'],
      announcement: {
        kind: 'announced',
        since: '8.2',
        removed: '9.1',
        by: 'schema',
        text: 'announced since 8.2, 2 releases before 9.1',
      },
    },
    {
      rule: 'command-removed',
      severity: 'risky',
      change: 'removed',
      definition: 'x-query',
      name: 'x-query',
      paths: ['x-query'],
      unstable: true,
    },
    {
      rule: 'became-conditional',
      severity: 'risky',
      change: 'changed',
      definition: 'e',
      name: 'e',
      paths: ['e'],
      now: 'CONFIG_E',
    },
    {
      rule: 'event-added',
      severity: 'compatible',
      change: 'added',
      definition: 'X',
      name: 'X',
      paths: ['X'],
    },
  ],
};

const EMPTY: SchemaDiff = { ...DIFF, changes: [] };

/** A diff in which every text tries to be more than a text. */
const HOSTILE: SchemaDiff = {
  ...EMPTY,
  changes: [
    {
      rule: 'event-added',
      severity: 'compatible',
      change: 'added',
      definition: '<script>\u001b[2J|`\n',
      name: '\u2028',
      paths: ['`<b>\u001b[2J|\n# x', 'y'],
      now: '[a](b)',
    },
  ],
};

/** What SARIF 2.1.0 asks of the objects that we write: the members that must be there, and those that may. */
const SARIF: Readonly<Record<string, { readonly must: readonly string[]; readonly may: readonly string[] }>> =
  {
    log: { must: ['version', 'runs'], may: ['$schema'] },
    run: { must: ['tool'], may: ['results', 'properties'] },
    tool: { must: ['driver'], may: [] },
    driver: { must: ['name'], may: ['version', 'rules'] },
    rules: { must: ['id'], may: ['shortDescription', 'help', 'defaultConfiguration'] },
    results: {
      must: ['message'],
      may: ['ruleId', 'ruleIndex', 'level', 'locations', 'partialFingerprints', 'properties'],
    },
    message: { must: ['text'], may: [] },
    locations: { must: [], may: ['physicalLocation', 'logicalLocations'] },
    physicalLocation: { must: ['artifactLocation'], may: ['region'] },
    artifactLocation: { must: ['uri'], may: [] },
    region: { must: ['startLine'], may: [] },
    logicalLocations: { must: ['fullyQualifiedName'], may: ['kind'] },
  };

function checkSarif(value: JsonValue, kind: string): void {
  if (isJsonArray(value)) for (const element of value) checkSarif(element, kind);
  if (!isJsonObject(value)) return;
  const rule = SARIF[kind];
  if (rule !== undefined) {
    expect(Object.keys(value), kind).to.include.members([...rule.must]);
    expect([...rule.must, ...rule.may], kind).to.include.members(Object.keys(value));
  }
  if (kind === 'properties' || kind === 'partialFingerprints') return;
  for (const [name, member] of Object.entries(value)) checkSarif(member, name === 'runs' ? 'run' : name);
}

describe('renderings of a schema diff', () => {
  it('are as the goldens say', async () => {
    await expectGolden('schema-diff.txt.golden', renderSchemaDiffText(DIFF));
    await expectGolden('schema-diff.md.golden', renderSchemaDiffMarkdown(DIFF));
    await expectGolden('schema-diff.json.golden', renderSchemaDiffJson(DIFF));
    const sarif = JSON.parse(renderSchemaDiffSarif(DIFF, '1.2.3')) as {
      runs: readonly { results: unknown }[];
    };
    await expectGolden('schema-diff.sarif.golden', `${JSON.stringify(sarif.runs[0]?.results, null, 2)}\n`);
  });

  it('say that nothing changed', () => {
    expect(renderSchemaDiffText(EMPTY)).to.equal('qmp 9.0.0 -> 9.1.0: no differences\n');
    expect(renderSchemaDiffMarkdown(EMPTY)).to.match(/^# qmp .*no differences\n$/);
  });

  it('say in their heads that conditions are unknown', () => {
    const diff: SchemaDiff = { ...DIFF, conditionsUnknown: true };
    const said = /introspection tells no conditions/;
    expect(renderSchemaDiffText(diff).split('\n')[1])
      .to.match(/^note: /)
      .and.match(said);
    expect(renderSchemaDiffMarkdown(diff).split('\n')[2])
      .to.match(/^Note: /)
      .and.match(said);
    expect(JSON.parse(renderSchemaDiffJson(diff))).to.have.property('conditionsUnknown', true);
    expect(JSON.parse(renderSchemaDiffSarif(diff, '1'))).to.have.nested.property(
      'runs[0].properties.conditionsUnknown',
      true,
    );
    for (const text of [renderSchemaDiffText(DIFF), renderSchemaDiffMarkdown(DIFF)])
      expect(text).to.not.match(said);
  });

  it('say of what a build is without on which condition it depends', () => {
    const absent = { rule: 'absent-in-build', severity: 'compatible', name: 'x', paths: ['x'] } as const;
    const changes: SchemaDiff['changes'] = [
      { ...absent, change: 'removed', was: 'CONFIG_X' },
      { ...absent, change: 'added', now: 'CONFIG_Y' },
    ];
    expect(renderSchemaDiffText({ ...DIFF, changes })).to.include(
      '- 9.1.0: x  absent-in-build; depends on CONFIG_X\n+ 9.1.0: x  absent-in-build; depends on CONFIG_Y\n',
    );
  });

  it('have colours only when asked', () => {
    const colourful = renderSchemaDiffText(DIFF, { colour: true });
    expect(colourful).to.include('\u001b[31m');
    expect(stripVTControlCharacters(colourful)).to.equal(renderSchemaDiffText(DIFF));
  });

  it('let no name write escape sequences, lines or markup', () => {
    const text = renderSchemaDiffText(HOSTILE);
    expect(text).to.not.include('\u001b');
    expect(text.trimEnd().split('\n')).to.have.length(4);
    const markdown = renderSchemaDiffMarkdown(HOSTILE);
    expect(markdown).to.not.include('\u001b').and.not.include('<script>');
    expect(markdown.trimEnd().split('\n')).to.have.length(7);
    expect(markdown.split('\n').at(-2)?.replaceAll('\\|', '').split('|')).to.have.length(6);
  });

  it('fit schemas/formats/schema-diff.json, which asks for every member', async () => {
    const file = new URL('../schemas/formats/schema-diff.json', import.meta.url);
    const schema = JSON.parse(await readFile(file, 'utf8')) as object;
    const validate = new Ajv2020({ strict: true }).compile(schema);
    for (const diff of [DIFF, EMPTY, HOSTILE, { ...DIFF, conditionsUnknown: true } as const]) {
      expect(validate(JSON.parse(renderSchemaDiffJson(diff))), JSON.stringify(validate.errors)).to.equal(
        true,
      );
    }
    const whole = JSON.parse(renderSchemaDiffJson(DIFF)) as { changes: readonly object[] };
    for (const name of Object.keys(whole)) {
      expect(
        validate(Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name))),
        name,
      ).to.equal(false);
    }
    for (const name of ['rule', 'severity', 'change', 'name', 'paths']) {
      const change = Object.fromEntries(
        Object.entries(whole.changes[0] ?? {}).filter(([key]) => key !== name),
      );
      expect(validate({ ...whole, changes: [change] }), name).to.equal(false);
    }
    expect(validate({ ...whole, changes: [{ ...whole.changes[0], severity: 'bad' }] })).to.equal(false);
  });
});

describe('renderSchemaDiffSarif', () => {
  interface Sarif {
    readonly version: string;
    readonly runs: readonly {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    }[];
  }

  it('writes what SARIF 2.1.0 asks for, and nothing that it does not know', () => {
    for (const diff of [DIFF, EMPTY, HOSTILE]) {
      const log = JSON.parse(renderSchemaDiffSarif(diff, '1')) as JsonValue;
      checkSarif(log, 'log');
      expect(log).to.include({ version: '2.1.0' });
    }
  });

  it('lists every rule, and refers to them by name and place in the list', () => {
    const [run] = (JSON.parse(renderSchemaDiffSarif(DIFF, '1')) as Sarif).runs;
    const ids = run?.tool.driver.rules.map(({ id }) => id) ?? [];
    expect(ids).to.deep.equal(listRules().map(({ id }) => id));
    expect(run?.results.map(({ ruleIndex }) => ids[ruleIndex])).to.deep.equal(
      DIFF.changes.map(({ rule }) => rule),
    );
    expect(run?.results.map(({ level }) => level)).to.deep.equal([
      'error',
      'error',
      'warning',
      'warning',
      'warning',
      'note',
    ]);
    const prints = run?.results.map(({ partialFingerprints }) => partialFingerprints['change/v1']);
    expect(new Set(prints).size).to.equal(DIFF.changes.length);
  });

  it('names at most twenty paths', () => {
    const paths = Array.from({ length: 500 }, (_, index) => `c/arguments/a${index}`);
    const [change] = DIFF.changes;
    const text = renderSchemaDiffSarif({ ...DIFF, changes: change ? [{ ...change, paths }] : [] }, '1');
    expect(text.match(/fullyQualifiedName/g)).to.have.length(20);
    expect(text).to.include('500 paths');
  });
});

describe('worstOf', () => {
  it('is the worst, or nothing', () => {
    expect(worstOf(DIFF)).to.equal('breaking');
    expect(worstOf({ ...DIFF, changes: DIFF.changes.slice(2) })).to.equal('risky');
    expect(worstOf({ ...DIFF, changes: DIFF.changes.slice(5) })).to.equal('compatible');
    expect(worstOf(EMPTY)).to.equal(undefined);
  });
});
