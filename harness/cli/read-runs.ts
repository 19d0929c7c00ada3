import { findRuns, readRun } from '../results/read-run.ts';
import type { Run } from '../results/run.ts';

/**
 * The run archives under each path, each once.
 * @throws {InputError} for a path that holds none
 */
export async function readRunsIn(paths: readonly string[]): Promise<readonly Run[]> {
  const folders = new Set((await Promise.all(paths.map(findRuns))).flat());
  const runs: Run[] = [];
  for (const folder of folders) runs.push(await readRun(folder));
  return runs;
}
