import { expect } from 'chai';
import { readRecordings } from '../replay/read-recordings.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { profileOf } from './fixture-bundle.ts';
import {
  freezeProfile,
  profileNamed,
  readProfile,
  readProfiles,
  rowsMeant,
  type Profile,
} from './profile.ts';
import { scoredRows } from './scored-rows.ts';

describe('the profiles of the suite', () => {
  let profiles: readonly Profile[] = [];
  let corpus: readonly Transcript[] = [];
  before(async () => {
    [profiles, corpus] = await Promise.all([readProfiles(), readRecordings()]);
  });

  it('are core, block, migration and full', () => {
    expect(profiles.map(({ name }) => name)).to.deep.equal(['block', 'core', 'full', 'migration']);
  });

  it('have only rows that the suite has: none of them has vanished', () => {
    const ids = new Set(corpus.map(({ head }) => head.id));
    for (const { name, rows } of profiles) {
      expect(rows, name).to.not.have.length(0);
      expect(
        rows.filter((row) => !ids.has(row)),
        name,
      ).to.deep.equal([]);
    }
  });

  it('have globs that mean all of their rows', () => {
    const ids = corpus.map(({ head }) => head.id);
    for (const { name, globs, rows } of profiles)
      expect(rowsMeant(globs, ids), name).to.include.members([...rows]);
  });

  it('were frozen for a version of the suite that has been', () => {
    const now = suiteVersion().split('.').map(Number);
    for (const { suite } of profiles) {
      const frozen = suite.split('.').map(Number);
      const at = now.findIndex((part, index) => part !== frozen[index]);
      expect(at < 0 || (now[at] ?? 0) > (frozen[at] ?? 0), suite).to.equal(true);
    }
  });

  it('score on a release what it documents, and refuse to do without a row', () => {
    const core = profileNamed(profiles, 'core');
    const scored = scoredRows(core, corpus, '10.0.2').map(({ head }) => head.id);
    expect(scored).to.include('examples/run-state/query-status/from-10.0');
    expect(scored).to.not.include('examples/run-state/query-status');
    const less = corpus.filter(({ head }) => head.id !== 'examples/run-state/STOP');
    expect(() => scoredRows(core, less, '10.0.2')).to.throw(
      "row 'examples/run-state/STOP' is not in this suite",
    );
  });
});

describe('profiles', () => {
  const TEXT = profileOf(['a/b', 'a/c']);
  const read = (text: string): Profile => readProfile(text, 'p.yaml', 'p');

  it('are frozen anew: what came is scored from then on, what went no more', () => {
    const text = `# why\n${TEXT.replace("['**']", "['a/*']")}`;
    const frozen = freezeProfile(read(text), ['b/x', 'a/d', 'a/c'], '2.0.0');
    const profile = read(frozen);
    expect(frozen).to.match(/^# why\n/);
    expect([profile.suite, profile.rows]).to.deep.equal(['2.0.0', ['a/c', 'a/d']]);
    expect(freezeProfile(profile, ['a/c', 'a/d'], '2.0.0')).to.equal(frozen);
  });

  const cases: readonly (readonly [what: string, text: string, says: string])[] = [
    ['rows out of order', TEXT.replace('a/b', 'a/d'), "row 'a/c'; expected rows in order, each once"],
    ['a row twice', TEXT.replace('a/b', 'a/c'), "row 'a/c'; expected rows in order, each once"],
    ['no rows', TEXT.replace(/rows:[^]*/, ''), "no 'rows'"],
    ['a share over the whole', TEXT.replace('minimum: 50', 'minimum: 101'), "'101'; expected percent"],
    ['an unknown key', `${TEXT}extra: 1\n`, "unknown key 'extra'"],
    ['a glob that is none', TEXT.replace("'**'", "''"), 'expected a string'],
  ];
  for (const [what, text, says] of cases) {
    it(`are refused: ${what}`, () => {
      expect(() => read(text)).to.throw(says);
    });
  }

  it('have no glob that means nothing', () => {
    expect(() => rowsMeant(['a/*', 'b/*'], ['a/c'])).to.throw("'b/*' means no row");
  });

  it('are known by name', () => {
    expect(() => profileNamed([read(TEXT)], 'q')).to.throw("profile 'q'; expected one of p");
  });
});
