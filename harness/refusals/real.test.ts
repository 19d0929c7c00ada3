import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { loadSchema } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { createValidator } from '../json-schema/validator.ts';
import type { QapiModel } from '../qapi/model.ts';
import type { Performance } from '../results/performance.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';
import { inTemporaryFolder } from '../target/temporary-folder.ts';
import { planDaemonRefusals, planRefusals, type QemuRefusalPlan } from './plan-refusals.ts';

function planOf(binary: QemuBinary, family: 'qmp' | 'qsd', commands: readonly string[]): QemuRefusalPlan {
  const bundle = loadSchema(binary.version, family);
  return {
    binary,
    accelerator: 'tcg',
    model: modelFromSchema(bundle),
    validator: createValidator(bundle),
    commands: new Set(commands),
    patience: 10_000,
    seed: 11,
  };
}

async function perform(batches: ReturnType<typeof planRefusals>): Promise<ReadonlyMap<string, Performance>> {
  const results = new Map<string, Performance>();
  for (const batch of batches) {
    await batch.perform(
      batch.rows,
      (row, performance) => {
        results.set(row, performance);
        return Promise.resolve();
      },
      new AbortController().signal,
    );
  }
  return results;
}

/** Commands of several modules; those with the most types in them. */
const SYSTEM = [
  'query-status',
  'blockdev-add',
  'chardev-add',
  'netdev_add',
  'object-add',
  'stop',
  'quit',
  'qom-list',
];
const DAEMON = ['blockdev-add', 'chardev-add', 'block-export-add', 'quit', 'query-named-block-nodes'];

for (const release of readReleases(cacheFolder())) {
  const binary = binaryOfRelease(release);
  describe(`refusals of QEMU ${release.version}`, () => {
    it('are refused, and change nothing', async () => {
      const results = await perform(planRefusals(planOf(binary, 'qmp', SYSTEM)));
      const requests = [...results.values()].reduce((sum, { checks }) => sum + checks, 0);
      expect([...results.values()].filter(({ verdict }) => verdict !== 'pass')).to.deep.equal([]);
      expect([...results.keys()]).to.include.members([
        'refusals/envelope/execute',
        'refusals/block-core/blockdev-add',
        'refusals/run-state/query-status',
      ]);
      expect(requests).to.be.greaterThan(2500);
    });

    it('are refused by its storage daemon', async () => {
      const results = await perform(planDaemonRefusals(planOf(binary, 'qsd', DAEMON)));
      expect([...results.values()].filter(({ verdict }) => verdict !== 'pass')).to.deep.equal([]);
      expect(results.size).to.equal(binary.storageDaemon === undefined ? 0 : DAEMON.length + 1);
    });

    it('show what QEMU takes on purpose, if they are strict, with a line that shows the same', async () => {
      const plan = planOf(binary, 'qmp', ['migrate-set-parameters']);
      const results = await perform(planRefusals({ ...plan, strict: true }));
      const { verdict, reason = '' } = results.get('refusals/migration/migrate-set-parameters') ?? {};
      // Where no source tells widths, -1 may be right, and nothing is said of it.
      expect(verdict).to.equal(knowsWidths(plan.model) ? 'fail' : 'pass');
      if (verdict === 'pass') return;
      const line = reason.slice(reason.indexOf('printf'));
      expect(line).to.match(/"execute":"migrate-set-parameters","arguments":\{"[a-z-]+":-1\}\}' /);
      await inTemporaryFolder((dir) => {
        putOnPath(dir, binary);
        const path = `${dir}${delimiter}${process.env['PATH'] ?? ''}`;
        const out = execFileSync('sh', ['-c', line], {
          cwd: dir,
          env: { ...binary.env, PATH: path, HOME: dir },
          encoding: 'utf8',
          timeout: 15_000,
        });
        expect(out.split('\n').filter((text) => text.startsWith('{"return": {}}'))).to.have.length(3);
        return Promise.resolve();
      });
    });
  });
}

function knowsWidths({ definitions }: QapiModel): boolean {
  return [...definitions.values()].some(
    (one) => one.kind === 'struct' && one.members.some(({ type }) => 'name' in type && type.name === 'uint8'),
  );
}

/** Makes the binary what its file's name means to a shell. */
function putOnPath(dir: string, { command, dataArgs }: QemuBinary): void {
  const script = join(dir, 'qemu-system-x86_64');
  const words = [...command, ...dataArgs].map((word) => `'${word}'`).join(' ');
  writeFileSync(script, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(script, 0o755);
}
