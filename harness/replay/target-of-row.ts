import { stageNamed } from '../stage/stage-book.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { BARE_STAGE } from './perform-row.ts';
import { planTarget } from './plan-target.ts';
import type { PlannedTarget, RowSettings } from './run-plan.ts';

/**
 * The target as a row sees it: where its stage names another program, the facts, the schema and the introspection are
 * that program's.
 */
export async function targetOfRow(
  { head, file }: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<PlannedTarget> {
  const { facts, venue } = target;
  if (venue.kind === 'endpoint') return target;
  const { program } = stageNamed(settings.stages, head.stage ?? BARE_STAGE, file);
  if (program === undefined) return target;
  const { judged, architecture = 'none', missing } = await venue.programs.describe(program);
  const schema = judged?.schema ?? facts.schema;
  const unjudged = { ...target.scope, ...target, complete: false, schema };
  const seen = planTarget({ ...facts, architecture, schema }, judged ?? unjudged, venue);
  return { ...seen, scope: { ...seen.scope, program, ...(missing !== undefined && { missing }) } };
}
