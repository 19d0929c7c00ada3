import { describe, it, after } from 'mocha';
import { currentRun } from '../harness/replay/current-run.ts';
import { startDefaultRun } from '../harness/replay/start-default-run.ts';
import { assertVerdict } from './assert-verdict.ts';

/**
 * Every recording on every target: one test a row. The rows are performed side by side by the run; here their results
 * are shown in order. Started by mocha itself, this plans and starts a run of its own.
 */
const started = currentRun();
const run = started ?? (await startDefaultRun());

for (const target of run.plan.targets) {
  describe(target.facts.name, () => {
    for (const row of run.rowsOf(target)) {
      it(`${row.head.id} @ ${target.facts.name}`, async function () {
        assertVerdict(await run.resultOf(target, row), this);
      });
    }
  });
}

if (started === undefined) after(() => run.finish());
