import type { LiveRun } from './start-run.ts';

let current: LiveRun | undefined;

/** Hands the suites the run whose rows they show. Called once, before mocha loads them. */
export function setCurrentRun(run: LiveRun): void {
  current = run;
}

/** The run that the command line has begun; `undefined` when mocha itself was started. */
export function currentRun(): LiveRun | undefined {
  return current;
}
