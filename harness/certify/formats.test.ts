import { readFile } from 'node:fs/promises';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { bundleFactsFromJson, writeBundleFacts, type BundleFacts } from './bundle-facts.ts';
import { readJson } from '../json/read-json.ts';
import { profileOf, WAIVERS } from './fixture-bundle.ts';
import { readProfiles } from './profile.ts';
import { RULES } from './rules.ts';

async function compileFormat(name: string): Promise<ValidateFunction> {
  const file = new URL(`../../schemas/formats/${name}.json`, import.meta.url);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });
  return ajv.compile(JSON.parse(await readFile(file, 'utf8')) as object);
}

const SHA = 'a'.repeat(64);
const FACTS: BundleFacts = {
  target: {
    name: '10.0.2 x86_64 tcg',
    version: '10.0.2',
    package: '',
    architecture: 'x86_64',
    accelerator: 'tcg',
    file: 'qemu-system-x86_64',
    digest: SHA,
    buildId: '00ff',
    schema: '10.0',
    commands: ['stop'],
    events: ['STOP'],
    programs: { 'qemu-system-s390x': { absent: ['dump-skeys'], missing: 'not installed' } },
  },
  suite: {
    version: '0.1.0',
    profile: { name: 'core', digest: SHA },
    recordings: SHA,
    stages: SHA,
    schemas: SHA,
    expectations: SHA,
  },
  host: { system: 'Linux', kernel: '6.1', architecture: 'x64', processor: 'some' },
  run: { started: '2026-01-01T00:00:00.000Z', finished: '2026-01-01T00:01:00.000Z' },
};

describe('formats of certification', () => {
  it('describe bundle.json, which is read as it is written', async () => {
    const isBundle = await compileFormat('bundle');
    const text = writeBundleFacts(FACTS);
    expect(isBundle(JSON.parse(text)), JSON.stringify(isBundle.errors)).to.equal(true);
    expect(bundleFactsFromJson(readJson(text))).to.deep.equal(FACTS);
  });

  const wrong: readonly (readonly [from: string, to: string])[] = [
    ['"format": 1', '"format": 2'],
    [`"digest": "${SHA}"`, '"digest": "x"'],
    ['"version": "10.0.2",', ''],
    ['"kernel": "6.1"', '"kernel": 6'],
    ['"absent": [', '"absents": ['],
    ['"commands": [', '"commands": [1,'],
    ['"run": {', '"ran": {'],
  ];
  for (const [from, to] of wrong) {
    it(`and the reader refuse bundle.json with ${to === '' ? `no ${from}` : to}`, async () => {
      const isBundle = await compileFormat('bundle');
      const text = writeBundleFacts(FACTS).replace(from, to);
      expect(text).to.not.equal(writeBundleFacts(FACTS));
      expect(isBundle(JSON.parse(text))).to.equal(false);
      expect(() => bundleFactsFromJson(readJson(text))).to.throw();
    });
  }

  it('describe the profiles of the suite, and waivers', async () => {
    const [isProfile, isWaivers] = [await compileFormat('profile'), await compileFormat('waivers')];
    for (const { text, name } of await readProfiles()) expect(isProfile(parse(text)), name).to.equal(true);
    expect(isProfile(parse(profileOf(['a'])))).to.equal(true);
    expect(isWaivers(parse(WAIVERS))).to.equal(true);
    expect(isWaivers(parse(WAIVERS.replace(/ {2}link: .*\n/, '')))).to.equal(false);
    expect(isWaivers(parse(WAIVERS.replace(/scope: .*/, 'scope: {}')))).to.equal(false);
  });

  it('are explained: each rule stands in docs/certification.md', async () => {
    const text = await readFile(new URL('../../docs/certification.md', import.meta.url), 'utf8');
    for (const [rule, words] of Object.entries(RULES)) {
      expect(text).to.match(new RegExp(`\\| \`${rule}\` +\\| ${words.replaceAll('.', '\\.')} +\\|`));
    }
  });
});
