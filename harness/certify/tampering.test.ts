import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError, SetupError } from '../errors.ts';
import type { Run } from '../results/run.ts';
import type { RowResult } from '../results/verdict.ts';
import { FEW_ROWS, newKey, TamperedBundle, WAIVERS } from './fixture-bundle.ts';
import { HOSTILE } from './fixture-hostile.ts';
import { ofRow, TAMPERINGS } from './fixture-tamperings.ts';
import { performFewRows, removeRun, type FewRun } from './fixture-run.ts';
import { chooseRun } from './chosen-run.ts';
import { publicKeyOf } from './keys.ts';
import { makeBundle, type Certificate } from './make-bundle.ts';
import { profileNamed } from './profile.ts';
import { verifyBundle, type Verification } from './verify-bundle.ts';

const vendor = newKey();
const stranger = newKey();
const { event, crash, secret, untestable } = FEW_ROWS;

describe('bundles', function () {
  this.timeout(60_000);
  let few: FewRun;
  let bundle = '';
  let certificate: Certificate;

  before(async () => {
    few = await performFewRows();
    bundle = join(few.folder, 'bundle');
    certificate = await makeBundle({
      run: chooseRun([few.run]),
      suite: few.suite,
      profile: profileNamed(few.suite.profiles, 'few'),
      waivers: { file: 'waivers.yaml', text: WAIVERS },
      signing: { key: vendor, out: bundle },
    });
  });

  after(() => removeRun(few));

  const verify = (
    folder: string,
    trusted = [{ file: 'vendor.pem', key: publicKeyOf(vendor) }],
  ): Promise<Verification> => verifyBundle(folder, trusted, () => Promise.resolve(few.suite));

  it('are made of a real run, and verified', async () => {
    const { breaches, signer, score } = await verify(bundle);
    expect(breaches).to.deep.equal([]);
    expect(signer?.trusted).to.equal('vendor.pem');
    expect(score?.counts).to.deep.equal(certificate.score.counts);
    expect(score?.counts).to.deep.equal({
      passed: 8,
      erratum: 1,
      waived: 1,
      'not-applicable': 1,
      untestable: 1,
      failed: 0,
    });
    expect(score?.result).to.equal('WARNED');
    expect(score?.standings.get(untestable)).to.equal('untestable');
  });

  it('say that an unknown key is unknown', async () => {
    const { breaches, signer } = await verifyBundle(bundle, undefined, () => Promise.resolve(few.suite));
    expect(breaches).to.deep.equal([]);
    expect(signer).to.not.have.property('trusted');
  });

  it('are of a profile that this suite knows', async () => {
    const { breaches } = await verifyBundle(bundle, undefined);
    expect(breaches.map(({ rule }) => rule)).to.deep.equal(['bundle/profile']);
  });

  it('are not verified where there is none', async () => {
    const error = await verify(few.folder).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(SetupError);
  });

  it('are never written over another', async () => {
    const again = makeBundle({
      run: chooseRun([few.run]),
      suite: few.suite,
      profile: profileNamed(few.suite.profiles, 'few'),
      waivers: undefined,
      signing: { key: vendor, out: bundle },
    });
    const error = await again.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
  });

  it('have no secrets but those that the recordings tell everybody', async () => {
    const log = await readFile(join(bundle, 'wire.ndjson'), 'utf8');
    const sent = log.split('\n').filter((line) => ofRow(secret)(line) && line.includes('\\"password\\"'));
    expect(sent.map((line) => /"password\\": ?\\"([^\\]*)/.exec(line)?.[1])).to.deep.equal([
      '(redacted)',
      'secret',
    ]);
    expect(certificate.score.standings.get(secret)).to.equal('passed');
  });

  it('have no paths of the machine', async () => {
    const texts = await Promise.all(
      ['bundle.json', 'results.ndjson'].map((name) => readFile(join(bundle, name), 'utf8')),
    );
    expect(texts.join('').match(/"[^"]*\/(?:root|home|tmp)\/[^"]*"/g)).to.equal(null);
  });

  const certify = (run: Run, waivers?: string): Promise<Certificate> =>
    makeBundle({
      run: chooseRun([run]),
      suite: few.suite,
      profile: profileNamed(few.suite.profiles, 'few'),
      waivers: waivers === undefined ? undefined : { file: 'waivers.yaml', text: waivers },
      signing: { key: vendor, out: join(few.folder, 'another') },
    });

  it('are not made where a row fails without a waiver, and nothing of it is left', async () => {
    const { score } = await certify(few.run);
    expect(score.result).to.equal('FAILED');
    expect(score.breaches.map(({ rule, where }) => `${rule} ${where}`)).to.deep.equal([
      `bundle/red-row ${crash}`,
    ]);
    expect((await readdir(few.folder)).sort()).to.deep.equal(['bundle', 'out', 'profiles']);
  });

  it('are not made with a waiver that waives nothing', async () => {
    const { score } = await certify(few.run, `${WAIVERS}${WAIVERS.replace(crash, event)}`);
    expect(score.breaches.map(({ rule, where }) => `${rule} ${where}`)).to.deep.equal([
      'bundle/waiver waivers.yaml:6:3',
    ]);
  });

  it('are not made of a run without a scored row', async () => {
    const results = few.run.results.filter(({ row }) => row !== event);
    const error = await certify({ ...few.run, results }, WAIVERS).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
    expect(String(error)).to.include(`1 of 12 rows of profile few were not run, the first is '${event}'`);
  });

  it('are not made of a run whose messages give other verdicts', async () => {
    const results = few.run.results.map((result): RowResult => {
      const { was: _, ...rest } = result;
      return result.row === crash ? { ...rest, verdict: 'pass' } : result;
    });
    const error = await certify({ ...few.run, results }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InputError);
    expect(String(error)).to.include(
      `'${crash}': its messages without secrets give 'crash'; expected 'pass'`,
    );
  });

  [...TAMPERINGS, ...HOSTILE].forEach(({ what, change, signer = 'nobody', rules, says = '' }, at) => {
    it(`are refused: ${what}`, async () => {
      const tampered = await TamperedBundle.copyOf(bundle, join(few.folder, `tampered-${at}`));
      try {
        await change(tampered, { vendor, stranger });
        if (signer !== 'nobody') await tampered.sign(signer === 'the vendor' ? vendor : stranger);
        const { breaches } = await verify(tampered.folder);
        expect([...new Set(breaches.map(({ rule }) => rule))], JSON.stringify(breaches)).to.deep.equal(rules);
        expect(breaches.map((breach) => Object.values(breach).join(' ')).join('\n')).to.include(says);
      } finally {
        await rm(tampered.folder, { recursive: true });
      }
    });
  });
});
