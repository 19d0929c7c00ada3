import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import type { PlaceHistory } from '../harness/compat/history/history.ts';
import { loadHistory } from '../harness/compat/history/read-history.ts';

interface Place {
  readonly path: string;
  readonly kind: string;
  readonly spans: readonly { readonly from: string; readonly until?: string }[];
  readonly deprecated?: string;
  readonly types: PlaceHistory['types'];
  readonly optional: PlaceHistory['optional'];
  readonly isDescribed: boolean;
}

interface OpenedHistory {
  readonly releases: readonly string[];
  readonly names: readonly string[];
  readonly placesOf: (top: string) => readonly Place[];
  readonly find: (name: string) => readonly Place[];
}

interface HistoryPage {
  readonly openHistory: (raw: unknown) => OpenedHistory;
  readonly stripOf: (place: Place, releases: readonly string[]) => readonly string[];
  readonly describeSpans: (place: Place, releases: readonly string[]) => string;
}

/** The page's program is JavaScript without types. */
async function load(): Promise<HistoryPage> {
  return (await import(new URL('page/read-history.js', import.meta.url).href)) as HistoryPage;
}

const opened = new Map<string, Promise<OpenedHistory>>();

function open(family: string): Promise<OpenedHistory> {
  const history = opened.get(family) ?? read(family);
  opened.set(family, history);
  return history;
}

async function read(family: string): Promise<OpenedHistory> {
  const text = await readFile(new URL(`../schemas/history/${family}.json`, import.meta.url), 'utf8');
  return (await load()).openHistory(JSON.parse(text));
}

describe('openHistory', () => {
  for (const family of ['qmp', 'qsd', 'qga'] as const) {
    it(`reads each place of ${family} as the harness does`, async () => {
      const history = await open(family);
      const places = history.names.flatMap((name) => history.placesOf(name));
      const facts = (
        { path, kind, types, optional }: Place | PlaceHistory,
        spans: Place['spans'],
        isDescribed: boolean,
      ) =>
        JSON.stringify([
          path,
          kind,
          spans.map(({ from, until }) => [from, until]),
          types,
          optional,
          isDescribed,
        ]);
      const found = new Map(
        places.map((place) => [place.path, facts(place, place.spans, place.isDescribed)]),
      );
      const expected = loadHistory(family).places;
      expect(found.size).to.equal(expected.size);
      for (const [path, place] of expected) {
        expect(found.get(path)).to.equal(facts(place, place.intervals, place.described === true));
      }
    });
  }

  for (const [name, paths] of [
    ['query-status', ['query-status']],
    ['migrate.blk', ['migrate/arguments/blk']],
    ['query-migrate.ram.total', ['query-migrate/returns/ram/total']],
    ['query-migrate/returns/status=active', ['query-migrate/returns/status=active']],
    ['query-migrate.status.active', ['query-migrate/returns/status=active']],
    ['MIGRATION.status', ['MIGRATION/data/status']],
    ['', []],
    ['no-such-thing', []],
    ['query-status.no-such-thing', []],
    ['__proto__', []],
    ['constructor.name', []],
  ] as const) {
    it(`finds '${name}'`, async () => {
      const history = await open('qmp');
      expect(history.find(name).map(({ path }) => path)).to.deep.equal(paths);
    });
  }
});

describe('stripOf and describeSpans', () => {
  const releases = ['1.0', '2.0', '3.0', '4.0'];
  for (const [spans, deprecated, strip, words] of [
    [[{ from: '1.0' }], undefined, 'pppp', 'since 1.0 or before; still in 4.0'],
    [[{ from: '2.0', until: '4.0' }], '3.0', '-pd-', 'since 2.0, gone in 4.0; deprecated since 3.0'],
    [
      [{ from: '1.0', until: '2.0' }, { from: '3.0' }],
      undefined,
      'p-pp',
      'since 1.0 or before, gone in 2.0; again in 3.0; still in 4.0',
    ],
  ] as const) {
    it(words, async () => {
      const page = await load();
      const place = { path: 'x', kind: 'command', types: [], optional: [], isDescribed: false, spans };
      const asked = deprecated === undefined ? place : { ...place, deprecated };
      const letters = page
        .stripOf(asked, releases)
        .map((state) => (state === 'absent' ? '-' : state.slice(0, 1)));
      expect([letters.join(''), page.describeSpans(asked, releases)]).to.deep.equal([strip, words]);
    });
  }
});
