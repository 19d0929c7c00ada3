import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MISSING_FILE } from './layout.ts';
import { findRuns } from './read-run.ts';
import { writing } from './write-file.ts';

/**
 * Removes the run archives of an earlier run from `out`, and nothing else that lies there.
 * @throws {SetupError} when they cannot be removed
 */
export async function removeRuns(out: string): Promise<void> {
  const folders = await findRuns(out).catch(() => []);
  await Promise.all(folders.map((folder) => writing(folder, rm(folder, { recursive: true }))));
  await writing(out, rm(join(out, MISSING_FILE), { force: true }));
}
