import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { buildHistory } from '../compat/history/build-history.ts';
import { loadHistory } from '../compat/history/read-history.ts';
import { writeHistory } from '../compat/history/write-history.ts';
import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';

const schemas = fileURLToPath(new URL('../../schemas/', import.meta.url));

describe('the shipped histories, made again from the shipped schemas', function () {
  this.timeout(60_000);
  const format: unknown = JSON.parse(readFileSync(`${schemas}formats/schema-history.json`, 'utf8'));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(Object(format));

  for (const family of ['qmp', 'qga', 'qsd'] as const) {
    const text = readFileSync(`${schemas}history/${family}.json`, 'utf8');

    it(`${family} is the same to the byte`, () => {
      const models = shippedReleases(family).map((release) => modelFromSchema(loadSchema(release, family)));
      // The documents' announcements stand in no schema.
      const { announcements } = loadHistory(family);
      expect(writeHistory(buildHistory(models, announcements)) === text).to.equal(true);
    });

    it(`${family} has the form that its schema describes`, () => {
      expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).to.equal(true);
    });
  }

  it('the form refuses what is something else', () => {
    for (const wrong of [{}, { family: 'hmp' }, { family: 'qmp', releases: ['x'] }])
      expect(validate(wrong)).to.equal(false);
  });
});
