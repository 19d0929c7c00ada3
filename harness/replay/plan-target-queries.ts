import { planQueries, type QueriedProgram } from '../queries/plan-queries.ts';
import type { Batch } from '../results/batch.ts';
import type { PlannedTarget, QemuVenue, RowSettings } from './run-plan.ts';

/**
 * The query surface of a target, and of the emulators of other architectures of its build.
 * @param alone leaves out those others, whose guests no accelerator of this machine runs
 */
export async function planTargetQueries(
  target: PlannedTarget,
  venue: QemuVenue,
  { stages, patience }: RowSettings,
  alone: boolean,
): Promise<readonly Batch[]> {
  const { binary, accelerator, images, programs } = venue;
  const { facts, validator, introspection } = target;
  const own = { validator, schema: facts.schema, ...(introspection !== undefined && { introspection }) };
  const describe = async (program: string | undefined): Promise<QueriedProgram> => {
    if (program === undefined) return own;
    const { judged, missing } = await programs.describe(program);
    return {
      validator: judged?.validator,
      schema: judged?.schema ?? facts.schema,
      ...(missing !== undefined && { missing }),
      ...(judged?.introspection !== undefined && { introspection: judged.introspection }),
    };
  };
  const meant = alone ? new Map([...stages].filter(([, { program }]) => program === undefined)) : stages;
  return planQueries({
    binary,
    version: facts.version,
    accelerator,
    images,
    stages: meant,
    patience,
    describe,
  });
}
