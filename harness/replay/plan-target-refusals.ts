import { loadSchema, shippedReleases } from '../json-schema/load-schema.ts';
import { modelFromSchema } from '../json-schema/model-from-schema.ts';
import { readJson } from '../json/read-json.ts';
import { combineModels } from '../qapi/combine-models.ts';
import { modelFromIntrospection } from '../qapi/introspection/read-introspection.ts';
import type { QapiModel, SchemaFamily } from '../qapi/model.ts';
import { planDaemonRefusals, planRefusals } from '../refusals/plan-refusals.ts';
import { seriesOfRelease } from '../release/compare-releases.ts';
import type { Batch } from '../results/batch.ts';
import { STORAGE_DAEMON } from '../target/known-programs.ts';
import type { PlannedTarget, QemuVenue } from './run-plan.ts';

/** The order of requests is the same in every run, so that two runs can be compared. */
const SEED = 1;

/** The refusals of a target, and of the storage daemon of its build. */
export async function planTargetRefusals(
  target: PlannedTarget,
  venue: QemuVenue,
  patience: number,
): Promise<readonly Batch[]> {
  const { validator, introspection, facts, hidden } = target;
  const common = { binary: venue.binary, accelerator: venue.accelerator, patience, seed: SEED };
  const model = modelOf(introspection, facts.version, 'qmp');
  const commands = withoutHidden(target.scope.commands, model, hidden);
  const batches = model === undefined ? [] : planRefusals({ ...common, model, validator, commands });
  const { judged, missing } = await venue.programs.describe(STORAGE_DAEMON);
  const daemonModel = modelOf(judged?.introspection, facts.version, 'qsd');
  if (missing !== undefined || judged === undefined || daemonModel === undefined) return batches;
  const daemon = { ...common, model: daemonModel, validator: judged.validator, commands: judged.commands };
  return [...batches, ...planDaemonRefusals(daemon)];
}

/** What the build has, by the names and widths of its release's documents where they come with the project. */
function modelOf(
  introspection: string | undefined,
  version: string,
  family: SchemaFamily,
): QapiModel | undefined {
  if (introspection === undefined) return undefined;
  const series = seriesOfRelease(version);
  const presence = modelFromIntrospection(readJson(introspection), { release: version, family });
  if (!shippedReleases(family).includes(series)) return presence;
  return combineModels(presence, modelFromSchema(loadSchema(series, family)), { keep: 'present' }).model;
}

/** A command that a policy takes away is refused whatever its arguments are. */
function withoutHidden(
  commands: ReadonlySet<string>,
  model: QapiModel | undefined,
  hidden: ReadonlySet<string>,
): ReadonlySet<string> {
  const isHidden = (name: string): boolean => {
    const definition = model?.definitions.get(name);
    return definition?.features.some((feature) => hidden.has(feature.name)) ?? false;
  };
  return new Set([...commands].filter((name) => !isHidden(name)));
}
