import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENCE, planRun } from '../replay/plan-run.ts';
import { startRun } from '../replay/start-run.ts';
import { suiteVersion } from '../replay/suite-version.ts';
import { NO_DURATIONS } from '../results/durations.ts';
import { findRuns, readRun } from '../results/read-run.ts';
import type { Run } from '../results/run.ts';
import { readSuite, type Suite } from './court.ts';
import { FEW_ROWS, profileOf } from './fixture-bundle.ts';

/** For tests: a real run of {@link FEW_ROWS}, and the suite with a profile `few` of these. */
export interface FewRun {
  readonly folder: string;
  readonly run: Run;
  readonly suite: Suite;
}

/** Performs the rows on the release 10.0; the caller removes the folder. */
export async function performFewRows(): Promise<FewRun> {
  const folder = await mkdtemp(join(tmpdir(), 'certify-'));
  const rows = Object.values(FEW_ROWS);
  const profiles = join(folder, 'profiles');
  await mkdir(profiles);
  await writeFile(join(profiles, 'few.yaml'), profileOf(rows));
  const plan = await planRun(
    {
      recordings: [],
      suites: ['examples'],
      stages: [],
      qemu: [],
      release: ['10.0'],
      connect: [],
      accel: ['tcg'],
      policies: [],
      grep: rows,
      all: true,
      level: undefined,
      shard: undefined,
      durations: NO_DURATIONS,
      failed: undefined,
      jobs: undefined,
      patience: PATIENCE,
      out: join(folder, 'out'),
      resume: false,
      install: false,
    },
    () => undefined,
  );
  await (await startRun(plan, suiteVersion())).finish();
  const [archive = ''] = await findRuns(join(folder, 'out'));
  return { folder, run: await readRun(archive), suite: await readSuite(profiles) };
}

/** Removes what a run has left. */
export async function removeRun({ folder }: FewRun): Promise<void> {
  await rm(folder, { recursive: true });
}
