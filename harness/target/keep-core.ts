import { copyFile, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** What the kernel calls a core dump where nobody has told it otherwise: core(5). */
const CORE = /^core(?:\.\d+)?$/;

/**
 * Keeps the core dump that a process left in its working folder. Whether there is one is for the user to say
 * (`ulimit -c`), and for the machine (`kernel.core_pattern`).
 * @param dir the folder, which is about to be removed
 * @param cores where core dumps are kept
 * @param name of the row that it is of
 * @returns its path; `undefined` where there is none, or no room for it
 */
export async function keepCore(dir: string, cores: string, name: string): Promise<string | undefined> {
  const files = await readdir(dir).catch(() => []);
  const core = files.find((file) => CORE.test(file));
  if (core === undefined) return undefined;
  const kept = join(cores, `${name.replaceAll('/', '-')}.core`);
  try {
    await mkdir(cores, { recursive: true });
    // The temporary folder may be on another file system.
    await rename(join(dir, core), kept).catch(() => copyFile(join(dir, core), kept));
    return kept;
  } catch {
    return undefined;
  }
}
