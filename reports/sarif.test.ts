import { expect } from 'chai';
import { writeSarif, type SarifResult } from './sarif.ts';

const RESULT: SarifResult = {
  rule: 'b',
  level: 'error',
  message: 'bad',
  place: { file: 'qapi/some thing.json', line: 3 },
  subjects: ['stop', 'cont'],
  fingerprint: { form: 'test/v1', value: 'b stop' },
};

function firstOf(result: SarifResult): unknown {
  return JSON.parse(
    writeSarif({
      version: '1',
      rules: [
        { id: 'a', text: 'A' },
        { id: 'b', text: 'B' },
      ],
      results: [result],
    }),
  );
}

describe('writeSarif', () => {
  it('refers to the rule by its place in the list', () => {
    expect(firstOf(RESULT)).to.have.nested.property('runs[0].results[0].ruleIndex', 1);
    expect(firstOf({ ...RESULT, rule: 'c' })).to.have.nested.property('runs[0].results[0].ruleIndex', -1);
  });

  it('writes the file as a URI, and no place where none is known', () => {
    const location = 'runs[0].results[0].locations[0]';
    expect(firstOf(RESULT)).to.have.nested.property(
      `${location}.physicalLocation.artifactLocation.uri`,
      'qapi/some%20thing.json',
    );
    expect(firstOf({ ...RESULT, place: undefined })).not.to.have.nested.property(
      `${location}.physicalLocation`,
    );
  });

  it('keeps a message on one line', () => {
    const message = 'a\nb\u001b[2J';
    expect(firstOf({ ...RESULT, message })).to.have.nested.property(
      'runs[0].results[0].message.text',
      'a⏎b\\u001b[2J',
    );
  });

  it('leaves out what is not told', () => {
    for (const path of [
      'tool.driver.rules[0].help',
      'tool.driver.rules[0].defaultConfiguration',
      'properties',
    ])
      expect(firstOf(RESULT)).not.to.have.nested.property(`runs[0].${path}`);
  });
});
