import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoTarget } from '../../reports/demo-data.test.ts';
import { InputError } from '../errors.ts';
import type { Run } from '../results/run.ts';
import { readTapRuns } from './matrix-tap.ts';

const RUNS: readonly Run[] = ['7.2.0 x86_64 kvm', '7.2.0 x86_64 tcg', '10.0.0 x86_64 tcg'].map((name) => ({
  dir: name,
  target: demoTarget(name),
  results: [],
}));

describe('readTapRuns', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matrix-tap-'));
    await writeFile(join(folder, 'a@b.tap'), '1..1\nok 1 x\n');
  });
  after(() => rm(folder, { recursive: true }));

  for (const [target, name] of [
    ['@10.0.0', '10.0.0 x86_64 tcg'],
    ['@10.0', '10.0.0 x86_64 tcg'],
    ['@7.2.0 x86_64 kvm', '7.2.0 x86_64 kvm'],
  ] as const) {
    it(`takes ${target} for a target`, async () => {
      const [run] = await readTapRuns([`x=${join(folder, 'a@b.tap')}${target}`], RUNS);
      expect([run?.target.name, run?.results.length]).to.deep.equal([name, 2]);
    });
  }

  it('needs no target where there is one', async () => {
    const [run] = await readTapRuns([`x=${join(folder, 'a@b.tap')}`], RUNS.slice(0, 1));
    expect(run?.target.name).to.equal('7.2.0 x86_64 kvm');
  });

  for (const [word, message] of [
    ['x', /--tap x: expected NAME=FILE/],
    ['=x', /expected NAME=FILE/],
    ['../x=y@10.0', /expected NAME=FILE/],
    [
      'x=y.tap',
      /which target is meant; expected @ and one of 7\.2\.0 x86_64 kvm, 7\.2\.0 x86_64 tcg, 10\.0\.0 x86_64 tcg$/,
    ],
    ['x=y.tap@7.2', /'7\.2' names 2 targets/],
    ['x=y.tap@9.9', /'9\.9' names 0 targets/],
    ['x=y.tap@10.0', /y\.tap: cannot be read/],
  ] as const) {
    it(`refuses ${word}`, async () => {
      const error: unknown = await readTapRuns([word], RUNS).catch((caught: unknown) => caught);
      expect(error).to.be.instanceOf(InputError);
      expect((error as Error).message).to.match(message);
    });
  }

  it('gives no rows to a run that is not whole', async () => {
    const runs = RUNS.map((run) => ({ ...run, notWhole: 'cut off' }));
    const error: unknown = await readTapRuns(['x=y.tap@10.0'], runs).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(InputError);
  });
});
