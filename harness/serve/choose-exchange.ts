import type { RecordedDialogue } from './recorded-dialogue.ts';

/** How far a dialogue has come. */
export interface Progress {
  /** Index of the last command that changed something; -1 at the beginning. */
  position: number;
  /** By what was asked: the index of the last exchange that answered it. */
  readonly used: Map<string, number>;
}

/** Nothing of the dialogue was asked yet. */
export function beginProgress(): Progress {
  return { position: -1, used: new Map() };
}

/** The indices of the exchanges that may change what later ones answer. */
export function changesOf({ exchanges }: RecordedDialogue): readonly number[] {
  return exchanges.flatMap(({ changes }, at) => (changes ? [at] : []));
}

/**
 * Chooses among several exchanges that fit a command the one that the state of the dialogue asks for. What changes
 * something is answered in recorded order, the last answer again and again. A query is answered with what was recorded
 * between the last change that the client made and the next one that it has not made; several such answers in their
 * order, as `query-migrate` first says active and then completed, and the last of them from then on.
 * @param fitting indices of exchanges of one dialogue, ascending; at least one
 * @param changes see {@link changesOf}
 * @param asked what the progress of this question is remembered by
 */
export function chooseExchange(
  fitting: readonly number[],
  changes: readonly number[],
  progress: Progress,
  asked: string,
): number {
  const before = progress.used.get(asked) ?? -1;
  const isChange = fitting.some((at) => contains(changes, at));
  const chosen = isChange
    ? nextAfter(fitting, before)
    : nextQuery(fitting, changes, progress.position, before);
  // A change that is made again leads back into the state behind it.
  if (isChange && chosen <= progress.position) progress.used.clear();
  if (isChange) progress.position = chosen;
  progress.used.set(asked, chosen);
  return chosen;
}

function nextAfter(fitting: readonly number[], before: number): number {
  return fitting[firstAbove(fitting, before)] ?? fitting.at(-1) ?? 0;
}

function nextQuery(
  fitting: readonly number[],
  changes: readonly number[],
  position: number,
  before: number,
): number {
  const reached = Math.max(before, position);
  const limit = changes[firstAbove(changes, reached)] ?? Number.POSITIVE_INFINITY;
  const later = fitting[firstAbove(fitting, reached)];
  if (later !== undefined && later < limit) return later;
  // What was recorded after a change that the client has not made comes last.
  const known = fitting[firstAbove(fitting, limit - 1) - 1];
  if (known === undefined || later === undefined) return known ?? later ?? 0;
  // Neither is of this state: the one from which fewer changes lead here.
  const sinceKnown = firstAbove(changes, position) - firstAbove(changes, known);
  const untilLater = firstAbove(changes, later) - firstAbove(changes, position);
  return untilLater < sinceKnown ? later : known;
}

/** The index of the first number of an ascending list that is above `least`; the list's length where none is. */
function firstAbove(numbers: readonly number[], least: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) > least) high = middle;
    else low = middle + 1;
  }
  return low;
}

function contains(numbers: readonly number[], wanted: number): boolean {
  return numbers[firstAbove(numbers, wanted - 1)] === wanted;
}
