import { NO_DURATIONS } from '../results/durations.ts';
import { PATIENCE, planRun } from './plan-run.ts';
import { startRun, type LiveRun } from './start-run.ts';
import { suiteVersion } from './suite-version.ts';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The run that `npx mocha` shows: all recordings on the QEMUs that are there; nothing is installed. Its archives go to
 * a temporary folder, since mocha has no word for another.
 */
export async function startDefaultRun(): Promise<LiveRun> {
  const request = {
    recordings: [],
    suites: undefined,
    stages: [],
    qemu: [],
    release: [],
    connect: [],
    accel: undefined,
    policies: [],
    grep: [],
    all: false,
    level: undefined,
    shard: undefined,
    durations: NO_DURATIONS,
    failed: undefined,
    jobs: undefined,
    patience: PATIENCE,
    out: await mkdtemp(join(tmpdir(), 'qmp-conformance-')),
    resume: false,
    install: false,
  };
  const plan = await planRun(request, (line) => process.stderr.write(`${line}\n`));
  return startRun(plan, suiteVersion());
}
