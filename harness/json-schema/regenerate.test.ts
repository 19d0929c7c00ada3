import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Definition, QapiModel } from '../qapi/model.ts';
import { modelsOfTree, treesIn } from './build-schemas.ts';
import { readBundle } from './load-schema.ts';
import { modelFromSchema } from './model-from-schema.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';
import { isJsonObject } from '../json/value.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const trees = join(root, '../shared/qapi/qapi-releases.tar.xz');

/** A bundle keeps all but the lines of places. */
function withoutLines(model: QapiModel): QapiModel {
  const definitions = new Map<string, Definition>();
  for (const [name, definition] of model.definitions) {
    const { place } = definition;
    definitions.set(name, { ...definition, ...(place && { place: { file: place.file, line: 0 } }) });
  }
  return { ...model, definitions };
}

// Extra to the tests that stand alone: it needs QEMU's own schema sources, which are no part of this project.
if (existsSync(trees)) {
  describe('the shipped schemas, made again from the QAPI sources beside this checkout', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'qmpc-test-'));
    before(() => execFileSync('tar', ['-xJf', trees, '-C', folder]));
    after(() => rmSync(folder, { recursive: true }));

    it('are the same to the byte, none is missing, and each says all that its model says', () => {
      const made = new Set<string>();
      for (const model of treesIn(folder).flatMap(modelsOfTree)) {
        const file = `${model.family}/${model.release}.json`;
        const text = writeSchema(schemaFromModel(model));
        made.add(file);
        expect(text === readFileSync(join(root, 'schemas', file), 'utf8'), file).to.equal(true);
        const bundle = readBundle(text);
        expect(isJsonObject(bundle) && modelFromSchema(bundle), file).to.deep.equal(withoutLines(model));
      }
      const shipped = ['qmp', 'qga', 'qsd'].flatMap((family) =>
        readdirSync(join(root, 'schemas', family))
          .filter((file) => file.endsWith('.json'))
          .map((file) => `${family}/${file}`),
      );
      // The sources of 11.1 are not among those beside this checkout.
      const derived = shipped.filter((file) => !file.includes('/11.'));
      expect(derived.sort()).to.deep.equal([...made].sort());
    });
  });
}
