import { expect } from 'chai';
import { InputError } from '../../errors.ts';
import { historyOf } from './fixture-history.ts';
import { loadHistory, readHistory } from './read-history.ts';
import { writeHistory } from './write-history.ts';

const SHARED = `{ 'struct': 'Shared', 'data': { 'a': 'int', '*b': 'str', 'c': ['int'], 'd': 'bool' } }`;

describe('the file of a history', () => {
  const history = historyOf({
    '9.0': `${SHARED} { 'command': 'one', 'data': 'Shared' } { 'event': 'E', 'data': { 'x': 'any' } }`,
    '9.1': `${SHARED} { 'command': 'one', 'data': 'Shared' } { 'command': 'two', 'data': 'Shared', 'returns': ['Shared'] }`,
    '9.2': `${SHARED} { 'command': 'two', 'data': 'Shared', 'features': [ 'deprecated' ], 'if': 'CONFIG_TWO' }`,
  });

  it('is read as it was written', () => {
    const text = writeHistory(history);
    expect(readHistory(text)).to.deep.equal(history);
    expect(writeHistory(readHistory(text))).to.equal(text);
  });

  it('has what stands at several places once', () => {
    expect(writeHistory(history).match(/"\/d"/g)).to.have.length(1);
  });

  for (const family of ['qmp', 'qga', 'qsd'] as const) {
    it(`comes for ${family}, and is what writing it again gives`, () => {
      const shipped = loadHistory(family);
      expect(shipped.family).to.equal(family);
      const again = readHistory(writeHistory(shipped));
      expect(again.places.size).to.equal(shipped.places.size);
      expect(writeHistory(again)).to.equal(writeHistory(shipped));
    }).timeout(30_000);
  }

  const wrong: readonly (readonly [what: string, text: string])[] = [
    ['another JSON', '{}'],
    ['no object', '[]'],
    ['an unknown family', '{"family": "hmp"}'],
    ['an unknown release', '{"family": "qmp", "releases": ["9.0"], "commands": {"stop": {"in": "8.0-"}}}'],
    [
      'what is shared nowhere',
      '{"family": "qmp", "releases": ["9.0"], "commands": {"stop": {"in": "9.0-", "below": "X.1"}}}',
    ],
  ];
  for (const [what, text] of wrong) {
    it(`refuses ${what}`, () =>
      expect(() => readHistory(text, 'h.json')).to.throw(InputError, /^h\.json: .*; expected /));
  }
});
