import { InputError } from '../errors.ts';
import { judgeByRelease, type Judged } from '../replay/judge-introspection.ts';
import { planTarget } from '../replay/plan-target.ts';
import type { ProgramFacts } from '../replay/program-book.ts';
import type { PlannedTarget, QemuVenue } from '../replay/run-plan.ts';
import type { RowResult, TargetFacts } from '../results/verdict.ts';
import { ImageStore } from '../stage/image-store.ts';
import { architectureOfProgram, familyOfProgram } from '../target/known-programs.ts';
import type { Accelerator, QemuBinary } from '../target/qemu-binary.ts';

/** What the submission says that another program of the build does not have; that is in no log. */
export interface ProgramClaim {
  /** Commands and events that are absent from what it says of itself. */
  readonly absent: readonly string[];
  /** Why it could not be run. */
  readonly missing?: string;
}

/** What is said of other programs of a build, by file name. */
export type ProgramClaims = Readonly<Record<string, ProgramClaim>>;

/**
 * A target that is only recorded: judged as it was when it ran, by the schema of its release and by the names that it
 * said it has. Nothing of it can be started.
 * @throws {InputError} for a target of a release whose schema does not come with this suite
 */
export function recordedTarget(facts: TargetFacts, claims: ProgramClaims): PlannedTarget {
  const { version, accelerator } = facts;
  const names = {
    commands: new Set(facts.commands),
    events: new Set(facts.events),
  };
  const judged = judgeByRelease(facts.commands === undefined ? undefined : names, version, 'qmp');
  if (judged?.schema !== facts.schema)
    throw new InputError(
      `a target of ${version}, judged by schema '${facts.schema}'; expected a release whose schema comes with the suite`,
    );
  if (accelerator !== 'tcg' && accelerator !== 'kvm')
    throw new InputError(`accelerator '${accelerator}'; expected tcg or kvm`);
  return planTarget(facts, judged, recordedVenue(facts, accelerator, claims));
}

function recordedVenue(facts: TargetFacts, accelerator: Accelerator, claims: ProgramClaims): QemuVenue {
  const binary: QemuBinary = {
    command: [],
    env: {},
    dataArgs: [],
    qemuImg: undefined,
    storageDaemon: undefined,
    path: facts.where,
    findProgram: () => undefined,
    version: facts.version,
    package: facts.package,
    architecture: facts.architecture,
    digest: facts.digest ?? '',
    origin: 'named',
  };
  const known = new Map<string, ProgramFacts>();
  const describe = (program: string): Promise<ProgramFacts> => {
    const described = known.get(program) ?? describeProgram(program, facts.version, claims[program]);
    known.set(program, described);
    return Promise.resolve(described);
  };
  return { kind: 'qemu', binary, accelerator, images: new ImageStore(undefined), programs: { describe } };
}

function describeProgram(program: string, version: string, claim: ProgramClaim | undefined): ProgramFacts {
  const released = judgeByRelease(undefined, version, familyOfProgram(program));
  const absent = new Set(claim?.absent);
  const without = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].filter((name) => !absent.has(name)));
  const judged: Judged | undefined = released && {
    ...released,
    commands: without(released.commands),
    events: without(released.events),
  };
  const { missing } = claim ?? {};
  return {
    judged,
    architecture: architectureOfProgram(program),
    ...(missing !== undefined && { missing }),
  };
}

const ABSENT = /^(?:command|event) (\S+) is absent from (?:query-qmp-schema|guest-info) of (\S+) \S+$/;

/** What the reasons of a run say that other programs lack. */
export function claimsOf(results: readonly RowResult[]): ProgramClaims {
  const absent = new Map<string, Set<string>>();
  const missing = new Map<string, string>();
  for (const { program, verdict, reason = '' } of results) {
    if (program === undefined) continue;
    const name = ABSENT.exec(reason);
    if (verdict === 'not-applicable' && name?.[1] !== undefined)
      absent.set(program, (absent.get(program) ?? new Set()).add(name[1]));
    if (verdict === 'untestable' && reason.startsWith(`${program} `)) missing.set(program, reason);
  }
  const programs = [...new Set([...absent.keys(), ...missing.keys()])].sort();
  return Object.fromEntries(
    programs.map((program): [string, ProgramClaim] => {
      const reason = missing.get(program);
      return [
        program,
        { absent: [...(absent.get(program) ?? [])].sort(), ...(reason !== undefined && { missing: reason }) },
      ];
    }),
  );
}
