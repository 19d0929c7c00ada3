import { planRun } from '../replay/plan-run.ts';
import type { PlannedColumn } from '../replay/run-plan.ts';
import type { Foreseen } from '../results/batch.ts';
import { requestOf } from './run-recordings.ts';
import type { RunWords } from './run-words.ts';

/** What would come of a row on a target. */
interface ListedCase extends Foreseen {
  readonly row: string;
  readonly target: string;
}

/** Prints for each case what a run would do with it. */
export async function listRows(recordings: readonly string[], words: RunWords): Promise<void> {
  const plan = await planRun(requestOf(recordings, words), (line) => process.stderr.write(`${line}\n`));
  const cases: ListedCase[] = [];
  for (const column of plan.columns) cases.push(...(await listColumn(column)));
  if (words.json) process.stdout.write(`${JSON.stringify(cases, undefined, 2)}\n`);
  else process.stdout.write(cases.map((one) => `${lineOf(one)}\n`).join(''));
}

async function listColumn({ target, batches }: PlannedColumn): Promise<readonly ListedCase[]> {
  const cases: ListedCase[] = [];
  for (const { rows, foresee } of batches) {
    for (const row of rows) {
      const foreseen = await foresee?.(row);
      const { would, documented, why } = foreseen ?? { would: 'perform', documented: true };
      cases.push({ row, target: target.facts.name, documented, would, ...(why !== undefined && { why }) });
    }
  }
  return cases;
}

function lineOf({ row, target, would, why }: ListedCase): string {
  return `${row} @ ${target}: ${would}${why === undefined ? '' : `: ${why}`}`;
}
