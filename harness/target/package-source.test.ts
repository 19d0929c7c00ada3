import { expect } from 'chai';
import { defaultSuites, readSystemRelease, selectSources, sourceSuites } from './package-source.ts';

const DEBIAN = { id: 'debian', codename: 'bookworm' };
const UBUNTU = { id: 'ubuntu', codename: 'noble' };
const ENTRY = '/etc/apt/sources.list.d/a.sources:1';
/** A field that an entry lacks is printed as it was asked for. */
const BARE = '$(ORIGIN)|$(CODENAME)|$(SUITE)';

describe('selectSources', () => {
  const uris = (listing: readonly string[], system = DEBIAN): string[] =>
    selectSources(listing.join('\n'), system, () => undefined).map(({ uri, suite }) => `${uri} ${suite}`);

  const rows: { what: string; listing: string[]; system?: typeof DEBIAN; expected: string[] }[] = [
    { what: 'nothing configured', listing: [''], expected: [] },
    {
      what: 'a fetched list that tells its origin',
      listing: [`file:/a/|bookworm|main|${ENTRY}|Debian|bookworm|oldstable`],
      expected: ['file:/a/ bookworm'],
    },
    {
      what: 'a bare machine',
      listing: [`file:/a/|bookworm|main|${ENTRY}|${BARE}`],
      expected: ['file:/a/ bookworm'],
    },
    {
      what: 'the same archive twice, for two architectures',
      listing: [`file:/a/|bookworm|main|${ENTRY}|${BARE}`, `file:/a/|bookworm|main|${ENTRY}|${BARE}`],
      expected: ['file:/a/ bookworm'],
    },
    {
      what: 'a third party with the same release name, first in the list',
      listing: [
        `file:/third/|bookworm|main|${ENTRY}|${BARE}`,
        `file:/a/|bookworm|main|${ENTRY}|${BARE}`,
        `file:/a/|bookworm-updates|main|${ENTRY}|${BARE}`,
      ],
      expected: ['file:/a/ bookworm', 'file:/third/ bookworm'],
    },
    {
      what: 'origin before updates',
      listing: [
        `file:/third/|bookworm|main|${ENTRY}|Third|bookworm|x`,
        `file:/third/|bookworm-updates|main|${ENTRY}|Third|bookworm|x`,
        `file:/a/|bookworm|main|${ENTRY}|Debian|bookworm|oldstable`,
      ],
      expected: ['file:/a/ bookworm', 'file:/third/ bookworm'],
    },
    {
      what: 'only a pocket',
      listing: [`file:/s/|bookworm-security|main|${ENTRY}|Debian|bookworm|x`],
      expected: [],
    },
    {
      what: 'another component',
      listing: [`file:/a/|bookworm|contrib|${ENTRY}|Debian|bookworm|x`],
      expected: [],
    },
    { what: 'another release name', listing: [`file:/x/|nodistro|main|${ENTRY}|${BARE}`], expected: [] },
    {
      what: 'an alias of Debian',
      listing: [`file:/a/|stable|main|${ENTRY}|${BARE}`],
      expected: ['file:/a/ stable'],
    },
    {
      what: 'an alias elsewhere',
      listing: [`file:/a/|stable|main|${ENTRY}|${BARE}`],
      system: UBUNTU,
      expected: [],
    },
    {
      what: 'Ubuntu',
      listing: [
        `file:/u/|noble|main|${ENTRY}|Ubuntu|noble|noble`,
        `file:/u/|noble|universe|${ENTRY}|Ubuntu|noble|noble`,
      ],
      system: UBUNTU,
      expected: ['file:/u/ noble'],
    },
    { what: 'a line that is none', listing: ['warning: x', 'file:/a/|bookworm|main'], expected: [] },
  ];
  for (const { what, listing, system, expected } of rows) {
    it(`takes ${expected.length} from ${what}`, () => expect(uris(listing, system)).to.deep.equal(expected));
  }

  const stanza = 'Types: deb\nURIs: http://h.example/debian\nSuites: bookworm\nComponents: main\n';
  const entries: { what: string; text: string; trust: string[] }[] = [
    { what: 'no file', text: '', trust: [] },
    { what: 'a line without options', text: 'deb http://h.example/debian bookworm main\n', trust: [] },
    {
      what: 'a line',
      text: 'deb [arch=amd64 signed-by=/k/a.gpg,/k/b.gpg] http://h.example/debian/ bookworm main\n',
      trust: ['Signed-By: /k/a.gpg /k/b.gpg'],
    },
    {
      what: 'a trusted line',
      text: 'deb [ trusted=yes ] http://h.example/debian bookworm main',
      trust: ['Trusted: yes'],
    },
    {
      what: 'a line that is commented out',
      text: '# deb [trusted=yes] http://h.example/debian bookworm main',
      trust: [],
    },
    { what: 'a stanza', text: `${stanza}Signed-By: /k/a.gpg\n`, trust: ['Signed-By: /k/a.gpg'] },
    {
      what: 'a key in the stanza',
      text: `${stanza}Signed-By:\n -----BEGIN\n .\n abc\n -----END\nEnabled: yes\n`,
      trust: ['Signed-By:\n -----BEGIN\n .\n abc\n -----END'],
    },
    {
      what: "another archive's stanza",
      text: `URIs: http://other.example/debian\nSuites: bookworm\nSigned-By: /k/o.gpg\n\n${stanza}`,
      trust: [],
    },
    { what: 'a commented field', text: `${stanza}#Trusted: yes\n`, trust: [] },
  ];
  for (const { what, text, trust } of entries) {
    it(`reads whom to trust from ${what}`, () => {
      const listing = `http://h.example/debian/|bookworm|main|/x/y.sources:2|${BARE}`;
      const [source] = selectSources(listing, DEBIAN, (path) => (path === '/x/y.sources' ? text : undefined));
      expect(source?.trust).to.deep.equal(trust);
    });
  }
});

describe('readSystemRelease', () => {
  const rows: [string, { id: string; codename: string }][] = [
    ['ID=debian\nVERSION_CODENAME=bookworm\n', DEBIAN],
    ['NAME="Ubuntu"\nVERSION_CODENAME="noble"\nID=\'ubuntu\'\nID_LIKE=debian\n', UBUNTU],
    ['', { id: '', codename: '' }],
    ['VERSION_ID="9"\nNOT_ID=x', { id: '', codename: '' }],
  ];
  for (const [text, expected] of rows) {
    it(`reads ${JSON.stringify(text)}`, () => expect(readSystemRelease(text)).to.deep.equal(expected));
  }
});

describe('defaultSuites', () => {
  it("are Debian's aliases on Debian", () =>
    expect(defaultSuites(DEBIAN)).to.deep.equal(['oldoldstable', 'oldstable', 'stable', 'testing']));
  it("are the machine's own elsewhere", () => expect(defaultSuites(UBUNTU)).to.deep.equal(['noble']));
  it('are none where the release has no name', () =>
    expect(defaultSuites({ id: 'x', codename: '' })).to.deep.equal([]));
});

describe('sourceSuites', () => {
  it('are newer ones too on Debian', () =>
    expect(sourceSuites(DEBIAN)).to.include.members(['stable', 'testing', 'unstable', 'stable-backports']));
  it("are the machine's own and its backports elsewhere", () =>
    expect(sourceSuites(UBUNTU)).to.deep.equal(['noble', 'noble-backports']));
});
