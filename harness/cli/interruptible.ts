/** What ends a command in order: the terminal, a supervisor, a terminal that goes away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Exit code of a command that was interrupted. */
export const EXIT_INTERRUPTED = 130;

/** Lets Ctrl-C end `work` in order, so that nothing half-done stays. Resolves to `undefined` when it did. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  for (const name of SIGNALS) process.once(name, interrupt);
  try {
    const result = await work(interruption.signal);
    // The terminal interrupts our children too, whose end may be seen before our own signal is: that is no failure.
    return interruption.signal.aborted ? undefined : result;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    return undefined;
  } finally {
    for (const name of SIGNALS) process.removeListener(name, interrupt);
  }
}
