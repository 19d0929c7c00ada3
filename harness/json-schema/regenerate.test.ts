import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readQapi } from '../qapi/read-qapi.ts';
import { schemaFromModel, writeSchema } from './schema-from-model.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const trees = join(root, '../shared/qapi/qapi-releases.tar.xz');

// Extra to the tests that stand alone: it needs QEMU's own schema sources, which are no part of this project.
if (existsSync(trees)) {
  describe('the shipped schemas, made again from the QAPI sources beside this checkout', function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), 'qmpc-test-'));
    after(() => rmSync(folder, { recursive: true }));

    for (const release of ['5.2', '7.2', '10.0', '10.2']) {
      it(`${release} is the same to the byte`, () => {
        execFileSync('tar', ['-xJf', trees, '-C', folder, `${release}.0/qapi`]);
        const file = join(folder, `${release}.0/qapi/qapi-schema.json`);
        const made = writeSchema(schemaFromModel(readQapi(file, { family: 'qmp', release })));
        expect(made).to.equal(readFileSync(join(root, `schemas/qmp/${release}.json`), 'utf8'));
      });
    }
  });
}
