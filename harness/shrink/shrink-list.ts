import { Attempts, type ShrinkBounds, type Shrunk, type StillFails } from './attempts.ts';

/**
 * Leaves out of a list what is not needed for it to fail, keeping the order: delta debugging (ddmin of Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002). `items` itself is taken to fail and never
 * asked. When it is finished, nothing more can be left out alone.
 */
export async function shrinkList<T>(
  items: readonly T[],
  stillFails: StillFails<readonly T[]>,
  bounds?: ShrinkBounds,
): Promise<Shrunk<readonly T[]>> {
  const attempts = new Attempts(stillFails, bounds);
  let value = items;
  let pieces = Math.min(2, items.length);
  while (value.length > 0 && attempts.left > 0) {
    const smaller = await leaveOut(value, pieces, attempts);
    if (smaller !== undefined) {
      value = smaller;
      pieces = Math.min(Math.max(pieces - 1, 2), value.length);
    } else if (pieces >= value.length) {
      return { value, attempts: attempts.used, finished: attempts.left > 0 };
    } else {
      pieces = Math.min(2 * pieces, value.length);
    }
  }
  return { value, attempts: attempts.used, finished: value.length === 0 };
}

/** Cuts a list into pieces; the first piece that fails alone, or the list without a piece, that still fails. */
async function leaveOut<T>(
  items: readonly T[],
  count: number,
  attempts: Attempts<readonly T[]>,
): Promise<readonly T[] | undefined> {
  const edges = Array.from({ length: count + 1 }, (_, index) => Math.floor((index * items.length) / count));
  const pieces = edges.slice(1).map((end, index) => ({ start: edges[index] ?? 0, end }));
  // The last piece is tried first: what fails is most often what came last.
  for (const { start, end } of count > 1 ? pieces.toReversed() : []) {
    const piece = items.slice(start, end);
    if (await attempts.fails(piece)) return piece;
  }
  // Of two pieces, each is what is left without the other.
  for (const { start, end } of count === 2 && items.length > 2 ? [] : pieces) {
    const rest = [...items.slice(0, start), ...items.slice(end)];
    if (await attempts.fails(rest)) return rest;
  }
  return undefined;
}
