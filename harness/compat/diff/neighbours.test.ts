import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { findTopFile } from '../../qapi/language/find-top-file.ts';
import { readQapi } from '../../qapi/language/read-qapi.ts';
import type { QapiModel, SchemaFamily } from '../../qapi/model.ts';
import { compareReleases } from '../../release/compare-releases.ts';
import { flattenModel } from '../flatten-model.ts';
import { diffModels } from './diff-models.ts';
import type { ReleaseItems } from './judge-removal.ts';

const trees = fileURLToPath(new URL('../../../../shared/qapi/qapi-releases.tar.xz', import.meta.url));

/** What neighbours broke from 6.0 on without announcing it in their schemas; each was looked at in the sources. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  '6.0.0': ['block_passwd', 'object-add/arguments/props'],
  '6.1.0': [
    'blockdev-add/arguments/driver=sheepdog',
    'blockdev-create/arguments/options/driver=luks/cipher-alg=des-rfb',
    'query-migrate/returns/blocked',
  ],
  '7.0.0': ['blockdev-add/arguments/driver=blkdebug/take-child-perms[]=graph-mod'],
  '9.1.0': [
    'blockdev-create/arguments/options/driver=luks/detached-header',
    'RDMA_GID_STATUS_CHANGED',
    'query-sev/returns/sev-type=sev/policy',
    'query-sev/returns/sev-type=sev/handle',
  ],
  '10.1.0': ['query-cpu-model-expansion/returns/deprecated-props'],
};

/** The four releases before one: enough to see two releases of announcement. */
function earlierThan(models: readonly QapiModel[], { release }: QapiModel): readonly ReleaseItems[] {
  return models
    .filter((model) => compareReleases(model.release, release) < 0)
    .slice(-4)
    .map((model) => ({ release: model.release, items: flattenModel(model) }));
}

// Extra to the tests that stand alone: it needs QEMU's own schema sources, which are no part of this project.
if (existsSync(trees)) {
  describe('schema diff of neighbouring releases of QEMU', function () {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), 'qmpc-test-'));
    const releases: string[] = [];
    before(() => {
      execFileSync('tar', ['-xJf', trees, '-C', folder]);
      releases.push(...readdirSync(folder).sort(compareReleases));
    });
    after(() => rmSync(folder, { recursive: true }));

    const modelsOf = (family: SchemaFamily): readonly QapiModel[] =>
      releases.flatMap((release) => {
        const tree = join(folder, release);
        try {
          return [readQapi(findTopFile(tree, family), { family, release })];
        } catch (error) {
          if (error instanceof Error && error.message.includes(`no ${family} schema`)) return [];
          throw error;
        }
      });

    for (const family of ['qmp', 'qga', 'qsd'] as const) {
      it(`${family}: nothing between a release and itself`, () => {
        const models = modelsOf(family);
        expect(models).to.not.be.empty;
        for (const model of models) expect(diffModels(model, model).changes, model.release).to.deep.equal([]);
      });
    }

    it('qmp: since 6.0 exactly these break without having been announced', () => {
      const models = modelsOf('qmp');
      const found = models.slice(1).flatMap((model, index) => {
        const before = models[index];
        if (before === undefined || compareReleases(model.release, '6.0') < 0) return [];
        const { changes } = diffModels(before, model, { earlier: () => earlierThan(models, model) });
        const broken = changes.filter(({ severity }) => severity === 'breaking').map(({ paths }) => paths[0]);
        return broken.length === 0 ? [] : [[model.release, broken]];
      });
      expect(Object.fromEntries(found)).to.deep.equal(BROKEN);
    });
  });
}
