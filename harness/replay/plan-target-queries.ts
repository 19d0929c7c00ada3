import { readJson } from '../json/read-json.ts';
import { planEndpointQueries } from '../queries/plan-endpoint-queries.ts';
import { planQueries, QUERY_STAGES, type QueriedProgram } from '../queries/plan-queries.ts';
import type { Batch } from '../results/batch.ts';
import type { Stage } from '../stage/stage.ts';
import { architectureOfProgram } from '../target/known-programs.ts';
import type { QemuBinary } from '../target/qemu-binary.ts';
import type { EndpointVenue, PlannedTarget, QemuVenue, RowSettings } from './run-plan.ts';

/**
 * The query surface of a target, and of the emulators of other architectures of its build.
 * @param alone leaves out those others, whose guests no accelerator of this machine runs
 * @param say told what is left out because it is not installed
 */
export async function planTargetQueries(
  target: PlannedTarget,
  venue: QemuVenue,
  { stages, patience, cores }: RowSettings,
  alone: boolean,
  say: (line: string) => void,
): Promise<readonly Batch[]> {
  const { binary, accelerator, images, programs } = venue;
  const { facts, validator, introspection } = target;
  const own = {
    validator,
    schema: facts.schema,
    ...(introspection !== undefined && { introspection: readJson(introspection) }),
  };
  const describe = async (program: string | undefined): Promise<QueriedProgram> => {
    if (program === undefined) return own;
    const { judged, missing } = await programs.describe(program);
    return {
      validator: judged?.validator,
      schema: judged?.schema ?? facts.schema,
      ...(missing !== undefined && { missing }),
      ...(judged?.introspection !== undefined && { introspection: readJson(judged.introspection) }),
    };
  };
  const isLeftOut = ({ program }: Stage): boolean =>
    program !== undefined && (alone || !isKnownOf(program, binary));
  tellLeftOut(facts.name, alone ? [] : [...stages.values()].filter(isLeftOut), say);
  return planQueries({
    binary,
    version: facts.version,
    accelerator,
    images,
    stages: new Map([...stages].filter(([, stage]) => !isLeftOut(stage))),
    patience,
    cores: { folder: cores, target: facts.name },
    describe,
  });
}

/** The query surface of a server that runs; one that has no introspection tells nothing of what could be asked. */
export function planConnectedQueries(
  { facts, validator, introspection }: PlannedTarget,
  { address, alone }: EndpointVenue,
  patience: number,
): readonly Batch[] {
  if (introspection === undefined) return [];
  const { version, architecture, schema } = facts;
  const batch = planEndpointQueries({
    address,
    version,
    architecture,
    schema,
    validator,
    introspection: readJson(introspection),
    patience,
  });
  return [{ ...batch, perform: (...args) => alone(() => batch.perform(...args)) }];
}

/** Whether a program is there, or its release's archive is known not to have it, which is a fact of the release. */
function isKnownOf(program: string, { findProgram, absent = {} }: QemuBinary): boolean {
  return findProgram(program) !== undefined || Object.hasOwn(absent, program);
}

function tellLeftOut(target: string, stages: readonly Stage[], say: (line: string) => void): void {
  const programs = stages.flatMap(({ name, program }) =>
    program !== undefined && name.startsWith(QUERY_STAGES) ? [architectureOfProgram(program) ?? program] : [],
  );
  if (programs.length === 0) return;
  const names = [...new Set(programs)].sort().join(',');
  say(`${target}: no queries on ${names}, which are not installed: see qemu install --architecture ${names}`);
}
