import { shrinkList } from '../shrink/shrink-list.ts';

/** How long it is looked for what must have gone before, in processes and milliseconds. */
const MAX_ATTEMPTS = 28;
const MAX_TIME = 6_000;
const LAST = 16;

/**
 * Finds the least of what was asked before that makes a process die that survives the last request alone.
 * @param fails tells whether a fresh process dies of these and the last request
 * @returns `undefined` when it does not even die of all of them; a list that may be smaller still where the time is up
 */
export async function findCompanions<T>(
  history: readonly T[],
  fails: (before: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  if (history.length === 0) return undefined;
  // It is mostly one of those that went just before.
  const last = history.slice(-LAST);
  const all = (await fails(last)) ? last : history;
  if (all === history && (last.length === history.length || !(await fails(history)))) return undefined;
  const until = performance.now() + MAX_TIME;
  const stillFails = async (before: readonly T[]): Promise<boolean> =>
    performance.now() < until && fails(before);
  return (await shrinkList(all, stillFails, { attempts: MAX_ATTEMPTS })).value;
}
