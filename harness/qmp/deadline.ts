import { DeadlineExceeded } from './connection-errors.ts';

/** When a wait ends: after so many milliseconds, or when the signal aborts. */
export type Deadline = number | AbortSignal;

/**
 * Calls `expire` once the deadline has passed, with a {@link DeadlineExceeded} that names what was waited for.
 * Returns a function that calls it off.
 */
export function watchDeadline(
  deadline: Deadline,
  what: string,
  expire: (error: DeadlineExceeded) => void,
): () => void {
  if (typeof deadline === 'number') {
    const timer = setTimeout(
      () => expire(new DeadlineExceeded(`no ${what} within ${round(deadline)} ms`)),
      deadline,
    );
    return () => clearTimeout(timer);
  }
  const abort = (): void => {
    expire(new DeadlineExceeded(`no ${what} in time`, { cause: deadline.reason }));
  };
  if (deadline.aborted) {
    queueMicrotask(abort);
    return () => undefined;
  }
  deadline.addEventListener('abort', abort, { once: true });
  return () => deadline.removeEventListener('abort', abort);
}

/** Fractions tell something of short times only. */
function round(milliseconds: number): number {
  return milliseconds < 100 ? Math.round(milliseconds * 10) / 10 : Math.round(milliseconds);
}
