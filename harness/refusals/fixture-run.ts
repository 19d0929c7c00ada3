import type { Performance } from '../results/performance.ts';
import { batchesAt, type RefusalPlan } from './plan-refusals.ts';
import type { Venue } from './venue.ts';
import { fixtureSchema } from './fixture-server.ts';

/** For tests: performs the refusals of commands of the fixture at a venue; all of them by default. */
export async function runRefusals(
  venue: Venue,
  plan: Partial<RefusalPlan> & { readonly only?: string } = {},
): Promise<ReadonlyMap<string, Performance>> {
  const { model, validator } = fixtureSchema();
  const whole = {
    model,
    validator,
    commands: new Set(validator.commandNames()),
    patience: 2000,
    seed: 1,
    ...plan,
  };
  const results = new Map<string, Performance>();
  const { signal } = new AbortController();
  for (const batch of batchesAt(venue, whole, 'refusals')) {
    const rows = batch.rows.filter((row) => plan.only === undefined || row.endsWith(`/${plan.only}`));
    await batch.perform(
      rows,
      (row, performance) => {
        results.set(row, performance);
        return Promise.resolve();
      },
      signal,
    );
  }
  return results;
}
