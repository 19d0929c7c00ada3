import { after } from 'mocha';
import { currentRun } from '../harness/replay/current-run.ts';
import { startDefaultRun } from '../harness/replay/start-default-run.ts';

const started = currentRun();

/** The run whose rows the suites show: the one that the command line began, or, started by mocha itself, one of its own. */
export const run = started ?? (await startDefaultRun());

if (started === undefined) after(() => run.finish());
