import { expect } from 'chai';
import { readTranscript } from '../transcript/read-transcript.ts';
import { selectDocumented } from './select-documented.ts';

const ROWS = ['0.14-2.7', '5.2-8.0', '8.1-10.2', '10.2', '11.1', undefined].map((releases) => {
  const source =
    releases === undefined ? '' : `source:\n  - { document: d, definition: e, releases: "${releases}" }\n`;
  const text = `---\nid: r/${releases ?? 'own'}\n${source}---\n-> { "execute": "stop" }\n`;
  return readTranscript(text, 'r.qmp');
});

describe('selectDocumented', () => {
  const table: readonly (readonly [what: string, versions: readonly string[], rows: readonly string[]])[] = [
    ['what the release shows', ['7.2.22'], ['5.2-8.0', 'own']],
    ['of several releases what one of them shows', ['5.2.0', '11.1.2'], ['5.2-8.0', '11.1', 'own']],
    ['an old release', ['2.6.0'], ['0.14-2.7', 'own']],
    ['nothing for a release between documents but what stood before', ['4.2.1'], ['0.14-2.7', 'own']],
    ['the newest documents for what is newer than all', ['11.1.50'], ['11.1', 'own']],
    ['the newest documents for a far future', ['14.0.0'], ['11.1', 'own']],
    ['two documents at once', ['10.2.1'], ['8.1-10.2', '10.2', 'own']],
    ['only claims of their authors before all documents', ['0.10.0'], ['own']],
  ];
  for (const [what, versions, expected] of table) {
    it(`selects ${what}`, () => {
      const ids = selectDocumented(ROWS, versions, ROWS).map(({ head }) => head.id.replace('r/', ''));
      expect(ids).to.deep.equal(expected);
    });
  }

  it('knows the documentation of a release by all recordings, however few are meant', () => {
    const [old] = ROWS;
    const meant = old === undefined ? [] : [old];
    expect(selectDocumented(meant, ['10.0.2'], ROWS)).to.deep.equal([]);
    expect(selectDocumented(meant, ['2.6.0'], ROWS)).to.deep.equal(meant);
  });
});
