import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../errors.ts';
import { conditionsOf, dialectOf } from '../qapi/language/dialect.ts';
import { readQapi } from '../qapi/language/read-qapi.ts';
import { installSources, type SourceOutcome } from '../target/install-sources.ts';
import { listModel, readListing, type SchemaListing } from './schema-listing.ts';

/** Releases whose cases are run, and how many of them there are at least: less would mean that the tree is not whole. */
const RELEASES = [
  ['5.2', 8, 180],
  ['7.2', 8, 185],
  ['10.0', 8, 200],
  ['10.2', 8, 200],
] as const;

/** Of this case QEMU's package has the expected error, and not the schema. */
const WITHOUT_SCHEMA = 'escape-outside-string';

/** The error that we give for a case; '' for none. Paths are relative to the folder, as in QEMU's files. */
function errorOf(folder: string, name: string, release: string): string {
  try {
    readQapi(join(folder, `${name}.json`), { family: 'qmp', release });
    return '';
  } catch (error) {
    if (error instanceof InputError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
}

/** What is the same in QEMU's error and in ours: includes, subject, file, line and column; the words are our own. */
function formOf(error: string): string[] {
  const forms =
    /^(?:In file included from \S+:\d+:$|\S+: In \w+ '.*':$|\S+?:\d+(?::\d+)?: (?=.)|can't read schema file '[^']*': (?=.))/;
  return error.split('\n').flatMap((line) => forms.exec(line)?.[0] ?? []);
}

/** Without the conditions of the structs around simple unions' data, which no model has. */
function withoutWrapperConditions(listing: SchemaListing): SchemaListing {
  const entries = Object.entries(listing).map(([head, [first, ...rest]]) =>
    head.endsWith('-wrapper')
      ? [head, [{ text: first?.text, features: [] }, ...rest]]
      : [head, listing[head]],
  );
  return Object.fromEntries(entries) as SchemaListing;
}

describe("QEMU's own cases (tests/qapi-schema)", () => {
  let outcomes: readonly SourceOutcome[] = [];
  before('sources in the cache', async () => {
    outcomes = await installSources({ releases: RELEASES.map(([release]) => release) });
  });

  /** The folder of a release's cases; a release that no archive has is said, and its tests are pending. */
  function casesOf(context: Mocha.Context, release: string): string {
    const outcome = outcomes.find((candidate) => candidate.release === release);
    if (outcome !== undefined && outcome.kind !== 'absent') return join(outcome.folder, 'tests/qapi-schema');
    if (context.test !== undefined)
      context.test.title += ` (not run: ${outcome?.reason ?? 'no answer for this release'})`;
    return context.skip();
  }

  function casesIn(folder: string, kind: 'good' | 'bad'): string[] {
    const names = readdirSync(folder)
      .filter((file) => file.endsWith('.err'))
      .map((file) => file.slice(0, -'.err'.length));
    const isGood = (name: string): boolean => readFileSync(join(folder, `${name}.err`), 'utf8') === '';
    return names.filter((name) => isGood(name) === (kind === 'good')).sort();
  }

  for (const [release, goodCases, badCases] of RELEASES) {
    it(`${release}: good cases are accepted`, function () {
      const folder = casesOf(this, release);
      const names = casesIn(folder, 'good');
      expect(names).to.have.length.of.at.least(goodCases);
      const refused = names.filter((name) => errorOf(folder, name, release) !== '');
      expect(refused).to.deep.equal([]);
    });

    it(`${release}: bad cases are rejected at the same place, in the same form`, function () {
      const folder = casesOf(this, release);
      const names = casesIn(folder, 'bad').filter((name) => name !== WITHOUT_SCHEMA);
      expect(names).to.have.length.of.at.least(badCases);
      const places = (error: (name: string) => string): Record<string, string[]> =>
        Object.fromEntries(names.map((name) => [name, formOf(error(name))]));
      const expected = places((name) =>
        readFileSync(join(folder, `${name}.err`), 'utf8').replaceAll('tests/qapi-schema/', ''),
      );
      expect(Object.values(expected).filter((form) => form.length === 0)).to.deep.equal([]);
      expect(places((name) => errorOf(folder, name, release))).to.deep.equal(expected);
    });

    it(`${release}: only the known case has no schema`, function () {
      const folder = casesOf(this, release);
      const without = casesIn(folder, 'bad').filter((name) => !existsSync(join(folder, `${name}.json`)));
      expect(without.filter((name) => name !== 'missing-schema')).to.deep.equal([WITHOUT_SCHEMA]);
    });

    it(`${release}: the models of good cases are what QEMU lists`, function () {
      const folder = casesOf(this, release);
      const conditions = conditionsOf(dialectOf(release));
      for (const name of casesIn(folder, 'good')) {
        const expected = readListing(readFileSync(join(folder, `${name}.out`), 'utf8'), conditions);
        const model = readQapi(join(folder, `${name}.json`), { family: 'qmp', release });
        expect(listModel(model), name).to.deep.equal(withoutWrapperConditions(expected));
      }
    });
  }
});
