import { resolve, sep } from 'node:path';
import { InputError } from '../errors.ts';
import type { RunRequest } from '../replay/plan-run.ts';
import type { FailedRun, RunPlan } from '../replay/run-plan.ts';
import { compareTries, failedRuns } from '../replay/select-failed.ts';
import type { Run } from '../results/run.ts';
import { POLICIES } from '../target/policies.ts';
import { cacheFolder, readReleases } from '../target/release-cache.ts';
import { binaryOfRelease } from '../target/release-programs.ts';

/** What is to be run again, and on what; nothing where nothing was red. */
export interface Rerun {
  readonly failed: ReadonlyMap<string, FailedRun>;
  /** The targets as they were, where the command line names none. */
  readonly targets: Pick<RunRequest, 'qemu' | 'release' | 'connect' | 'accel' | 'policies'>;
}

/**
 * Prepares a second run of what was red.
 * @param out where it goes
 * @throws {InputError} for a run that is not whole, was itself a second one, or lies in `out`: the first is what counts
 */
export function planRerun(runs: readonly Run[], out: string): Rerun | undefined {
  const inside = runs.find(({ dir }) => resolve(dir).startsWith(`${resolve(out)}${sep}`));
  if (inside !== undefined)
    throw new InputError(
      `--out ${out}: holds ${inside.dir}, which is to be run again; expected another folder`,
    );
  const again = runs.find(({ summary }) => summary?.reran !== undefined);
  if (again !== undefined)
    throw new InputError(
      `${again.dir}: is itself a rerun, of ${again.summary?.reran?.join(', ') ?? ''}; expected the first run`,
    );
  const failed = failedRuns(runs);
  return failed.size === 0 ? undefined : { failed, targets: targetsOf(runs) };
}

function targetsOf(runs: readonly Run[]): Rerun['targets'] {
  const facts = runs.map(({ target }) => target);
  const installed = new Map(
    readReleases(cacheFolder()).map((release) => [binaryOfRelease(release).path, release.version]),
  );
  const places = [...new Set(facts.filter(({ kind }) => kind === 'qemu').map(({ where }) => where))];
  const accel = (['tcg', 'kvm'] as const).filter((one) =>
    facts.some(({ accelerator }) => accelerator === one),
  );
  return {
    qemu: places.filter((place) => !installed.has(place)),
    release: places.flatMap((place) => installed.get(place) ?? []),
    connect: facts.filter(({ kind }) => kind === 'endpoint').map(({ where }) => where),
    accel: accel.length === 0 ? undefined : accel,
    policies: POLICIES.filter(({ compat }) => facts.some(({ policy }) => policy === compat)).map(
      ({ name }) => name,
    ),
  };
}

/** What became of each row that was run again, a line to each. */
export function describeRerun({ failed }: RunPlan, runs: readonly Run[]): readonly string[] {
  return runs.flatMap(({ target, results }) => {
    const red = failed?.get(target.name)?.red;
    return results.flatMap((now) => {
      const before = red?.get(now.row);
      return before === undefined ? [] : [`${now.row} @ ${now.target}: ${compareTries(before, now).says}`];
    });
  });
}
