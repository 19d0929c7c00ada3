import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** The files of a run archive, and the folder that holds the archives of one invocation. */
export const RUNS_FOLDER = 'runs';
export const TARGET_FILE = 'target.json';
export const RESULTS_FILE = 'results.ndjson';
export const WIRE_FILE = 'wire.ndjson';
export const SUMMARY_FILE = 'run.json';
/** Beside `runs/`: the targets that were asked for and could not be run. */
export const MISSING_FILE = 'missing.json';

/** Where the run of a target stands: `<out>/runs/<slug>`. */
export function runFolder(out: string, target: string): string {
  return join(out, RUNS_FOLDER, slugOf(target));
}

/**
 * A target's name as the name of a folder: `7.2.22 x86_64 tcg` is `7.2.22-x86_64-tcg`. A name that needs more than
 * that gets a part of its digest, so that two of them do not share a folder and none leaves `runs/`.
 */
export function slugOf(target: string): string {
  const slug = target.replaceAll(/[^A-Za-z0-9._+-]/g, '-');
  if (/^[A-Za-z0-9][A-Za-z0-9._+ -]{0,99}$/.test(target)) return slug;
  const digest = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return `${slug.replace(/^\.+/, '').slice(0, 80)}-${digest}`;
}
