import { countVerdicts, type Run } from '../../results/run.ts';
import type { Finding, RowResult, TargetFacts, VerdictWord } from '../../results/verdict.ts';

/** For tests: a target that was never run, by its name. */
export function targetNamed(name: string, members: Partial<TargetFacts> = {}): TargetFacts {
  const [version = '', architecture = '', accelerator = ''] = name.split(' ');
  const facts = { name, kind: 'qemu', version, package: '', architecture, accelerator } as const;
  return { ...facts, where: 'qemu-system-x86_64', schema: version, ...members };
}

/** For tests: a finding of a member that is there and should not be. */
export function unknownMember(name: string, members: Partial<Finding> = {}): Finding {
  return {
    blame: 'target',
    message: 1,
    rule: 'schema/unknown-member',
    pointer: `/return/${name}`,
    what: `member '${name}'`,
    expected: 'members running, status',
    ...members,
  };
}

/** What a row of a made-up run does: a verdict, or a failure with findings. */
export type MadeUpRow = VerdictWord | readonly Finding[] | Partial<RowResult>;

/** For tests: a whole run of one target. */
export function runOf(
  target: string | TargetFacts,
  rows: Readonly<Record<string, MadeUpRow>>,
  members: Partial<Run> = {},
): Run {
  const facts = typeof target === 'string' ? targetNamed(target) : target;
  const results = Object.entries(rows).map(([row, did]) => resultOf(row, facts.name, did));
  const planned = Object.keys(rows);
  const day = '2026-11-21T10:00:00.000Z';
  const counts = countVerdicts(results);
  const summary = { complete: true, suite: '0.1.0', started: day, finished: day, planned, counts };
  return { dir: `runs/${facts.name}`, target: facts, results, summary, ...members };
}

function resultOf(row: string, target: string, did: MadeUpRow): RowResult {
  const base: RowResult = {
    row,
    target,
    verdict: 'pass',
    findings: [],
    checks: 1,
    documented: true,
    duration: 1,
  };
  if (typeof did === 'string')
    return { ...base, verdict: did, ...(did === 'pass' ? {} : { reason: `is ${did}` }) };
  if (!isFindings(did)) return { ...base, ...did };
  const [first] = did;
  return {
    ...base,
    verdict: 'fail',
    findings: did,
    reason: `${first?.what ?? ''}; expected ${first?.expected ?? ''}`,
  };
}

function isFindings(did: readonly Finding[] | Partial<RowResult>): did is readonly Finding[] {
  return Array.isArray(did);
}
