import { describe, it } from 'mocha';
import { suiteOfRow, type Suite } from '../harness/replay/suites.ts';
import { assertVerdict } from './assert-verdict.ts';
import { run } from './the-run.ts';

/** Makes a test of each row of a suite on each target. The run performs them side by side; here they are shown in order. */
export function showSuite(suite: Suite): void {
  for (const { target } of run.plan.columns) {
    const rows = run.rowsOf(target).filter((row) => suiteOfRow(row) === suite);
    if (rows.length === 0) continue;
    describe(target.facts.name, () => {
      for (const row of rows) {
        it(`${row} @ ${target.facts.name}`, async function () {
          assertVerdict(await run.resultOf(target, row), this);
        });
      }
    });
  }
}
