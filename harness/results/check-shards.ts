import { InputError } from '../errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import { isIdentityRow } from './identity-rows.ts';
import type { Run, RunSummary, ShardFacts } from './run.ts';
import type { RowResult, TargetFacts } from './verdict.ts';

/** A whole shard of a target's run. */
interface Part {
  readonly run: Run;
  readonly summary: RunSummary;
  readonly shard: ShardFacts;
}

/**
 * Makes sure that shards are all parts of one run, each once and on one and the same target, and counts what all of
 * them performed once. Runs that are no shards are handed on as they are; so are the shards of a target of which one is
 * not whole: whoever shows runs names that.
 * @throws {InputError} in one line that names the folders
 */
export function mergeShards(runs: readonly Run[]): readonly Run[] {
  const byTarget = new Map<string, Run[]>();
  for (const run of runs) {
    const same = byTarget.get(run.target.name);
    if (same === undefined) byTarget.set(run.target.name, [run]);
    else same.push(run);
  }
  const others = new Set<Run>();
  for (const ofTarget of byTarget.values()) for (const run of mergeTarget(ofTarget)) others.add(run);
  const merged = new Map([...others].map((run) => [run.dir, run]));
  return runs.map((run) => merged.get(run.dir) ?? run);
}

function mergeTarget(runs: readonly Run[]): readonly Run[] {
  refuseReruns(runs);
  const parts = runs.flatMap(partOf);
  const [first] = parts;
  if (first === undefined) return runs;
  const whole = runs.find(({ notWhole, summary }) => notWhole === undefined && summary?.shard === undefined);
  if (whole !== undefined)
    throw new InputError(
      `${whole.dir}: a whole run of '${whole.target.name}', and ${first.run.dir} is shard ${nameOf(first)}; expected one or the other`,
    );
  for (const part of parts.slice(1)) checkAlike(first, part);
  refuseDoubles(parts);
  if (runs.every(({ notWhole }) => notWhole === undefined)) refuseGaps(parts, first);
  checkIdentityRows(parts);
  return parts.map(({ run }, at) => (at === 0 ? run : withoutIdentityRows(run)));
}

function partOf(run: Run): readonly Part[] {
  const { summary, notWhole } = run;
  if (notWhole !== undefined || summary?.shard === undefined) return [];
  return [{ run, summary, shard: summary.shard }];
}

/** What failed and was run again stands in its first run, too: the second try must not cover it. */
function refuseReruns(runs: readonly Run[]): void {
  const again = runs.find(({ summary }) => summary?.reran !== undefined);
  const first = runs.find(({ summary }) => summary?.reran === undefined);
  if (again === undefined || first === undefined) return;
  throw new InputError(
    `${again.dir}: runs again what had failed in ${again.summary?.reran?.join(', ') ?? ''}; expected it not to be beside ${first.dir}`,
  );
}

function checkAlike(a: Part, b: Part): void {
  const refuse = (what: string, one: string, other: string): never => {
    throw new InputError(
      `${b.run.dir}: shard ${nameOf(b)} of '${b.run.target.name}' has ${what} ${other}, and ${a.run.dir} has ${one}; expected shards of one run`,
    );
  };
  if (a.shard.count !== b.shard.count) refuse('a count of', String(a.shard.count), String(b.shard.count));
  for (const [name, one, other] of factsOf(a, b)) if (one !== other) refuse(name, quote(one), quote(other));
  // Last, since other targets are other plans, too, and the more exact reason is the better one.
  if (a.shard.plan !== b.shard.plan)
    refuse(
      'the plan',
      `the plan ${a.shard.plan.slice(0, 8)} (other rows, targets or durations)`,
      b.shard.plan.slice(0, 8),
    );
}

type Fact = readonly [name: string, one: string | undefined, other: string | undefined];

/** Where a binary or a socket lies is a matter of the machine; everything else must be equal. */
function factsOf(a: Part, b: Part): readonly Fact[] {
  const of = (
    read: (target: TargetFacts) => string | undefined,
  ): [string | undefined, string | undefined] => [read(a.run.target), read(b.run.target)];
  const names = (list: readonly string[] | undefined): string | undefined =>
    list === undefined ? undefined : `${list.length} of them: ${list.join(' ')}`;
  return [
    ['the version', ...of(({ version }) => version)],
    ['the package', ...of((target) => target.package)],
    ['the architecture', ...of(({ architecture }) => architecture)],
    ['the accelerator', ...of(({ accelerator }) => accelerator)],
    ['the binary digest', ...of(({ digest }) => digest)],
    ['the policy', ...of(({ policy }) => policy)],
    ['the schema', ...of(({ schema }) => schema)],
    ['the commands', ...of(({ commands }) => names(commands))],
    ['the events', ...of(({ events }) => names(events))],
    ['the host architecture', a.summary.identity?.host, b.summary.identity?.host],
    ['the introspection', a.summary.identity?.introspection, b.summary.identity?.introspection],
    ['the suite version', a.summary.suite, b.summary.suite],
    ['the expectations', namesOfFiles(a.summary), namesOfFiles(b.summary)],
  ];
}

function namesOfFiles({ expectations }: RunSummary): string | undefined {
  return expectations?.map(({ name, digest }) => `${name} ${digest}`).join(', ');
}

function refuseDoubles(parts: readonly Part[]): void {
  const seen = new Map<number, Part>();
  for (const part of parts) {
    const other = seen.get(part.shard.index);
    if (other !== undefined)
      throw new InputError(
        `${part.run.dir}: shard ${nameOf(part)} of '${part.run.target.name}' is in ${other.run.dir}, too; expected it once`,
      );
    seen.set(part.shard.index, part);
  }
}

function refuseGaps(parts: readonly Part[], { shard: { count }, run: { target } }: Part): void {
  const there = new Set(parts.map(({ shard }) => shard.index));
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !there.has(index));
  if (missing.length === 0) return;
  const folders = parts.map(({ run }) => run.dir).join(', ');
  throw new InputError(
    `shard ${missing.join(', ')} of ${count} of '${target.name}' is missing, beside ${folders}; expected all ${count}`,
  );
}

/** Names agree and answers do not: then it is not one target. */
function checkIdentityRows(parts: readonly Part[]): void {
  const first = new Map<string, { readonly dir: string; readonly result: RowResult }>();
  for (const { run } of parts) {
    for (const result of run.results) {
      if (!isIdentityRow(result.row)) continue;
      const other = first.get(result.row);
      if (other === undefined) first.set(result.row, { dir: run.dir, result });
      else if (fingerprintOf(other.result) !== fingerprintOf(result))
        throw new InputError(
          `${run.dir}: '${result.row} @ ${result.target}' is ${result.verdict}, and ${other.result.verdict} in ${other.dir}, or differs in its findings; expected the same of one target`,
        );
    }
  }
}

function withoutIdentityRows(run: Run): Run {
  return { ...run, results: run.results.filter(({ row }) => !isIdentityRow(row)) };
}

function nameOf({ shard }: Part): string {
  return `${shard.index}/${shard.count}`;
}

/** Lists of names are long; how they begin is enough to see that they differ. */
function quote(value: string | undefined): string {
  if (value === undefined) return 'none';
  return value.length > 80 ? `${value.slice(0, 77)}...` : `'${value}'`;
}
