import { judgeTranscript, type StaticJudgement } from '../lint/judge-transcript.ts';
import type { Batch, Foreseen } from '../results/batch.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { Finding } from '../results/verdict.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { writeTranscript } from '../transcript/write-transcript.ts';
import { explainByHardware } from './explain-by-hardware.ts';
import { explainByPolicy } from './explain-by-policy.ts';
import { findApplicability, isDocumentedIn, type Applicability } from './find-applicability.ts';
import { performErratum } from './perform-erratum.ts';
import { performRow } from './perform-row.ts';
import type { PlannedTarget, RowSettings } from './run-plan.ts';
import { shrinkTranscript } from './shrink-transcript.ts';
import { targetOfRow } from './target-of-row.ts';

/** Judges a transcript by the schema of a target. */
export type Judge = (row: Transcript, target: PlannedTarget) => StaticJudgement;

/** Judges each transcript once per schema: targets of one release share it. */
export function createJudge(): Judge {
  const known = new Map<string, StaticJudgement>();
  return (row, target) => {
    const { schema, name } = target.facts;
    // What a build says of itself is no schema of others.
    const key = `${schema} ${schema === 'introspection' ? `${name} ${target.scope.program ?? ''}` : ''} ${row.head.id}`;
    const judgement = known.get(key) ?? judgeTranscript(row, target.validator);
    known.set(key, judgement);
    return judgement;
  };
}

/** A transcript by itself: it has a QEMU of its own. */
export function batchOfTranscript(
  row: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  judge: Judge,
): Batch {
  return {
    rows: [row.head.id],
    describe: () => row.messages.map(({ direction, text }) => `${direction} ${text}`).join('\n'),
    foresee: () => foresee(row, target, settings, judge),
    perform: async (rows, report) => {
      if (rows.length === 0) return;
      const began = performance.now();
      const performed = await performOrTellMistake(row, target, settings, judge);
      const documented = isDocumentedIn(row, target.facts.version);
      await report(row.head.id, { ...performed, documented }, performance.now() - began);
    },
  };
}

async function foresee(
  row: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  judge: Judge,
): Promise<Foreseen> {
  const seen = await targetOfRow(row, target, settings);
  const applicability = findApplicability(row, judge(row, seen), seen.scope, seen.venue.kind);
  const why = reasonOf(applicability);
  return {
    would: applicability.kind,
    documented: isDocumentedIn(row, seen.facts.version),
    ...(why !== undefined && { why }),
  };
}

function reasonOf(applicability: Applicability): string | undefined {
  switch (applicability.kind) {
    case 'perform':
      return undefined;
    case 'erratum':
      return describeFirst(applicability.findings);
    case 'not-applicable':
      return applicability.evidence;
    case 'untestable':
      return applicability.missing;
  }
}

function describeFirst([first, ...more]: readonly Finding[]): string {
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return first === undefined ? '' : `${first.what}; expected ${first.expected}${rest}`;
}

async function performOrTellMistake(
  row: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  judge: Judge,
): Promise<Performance> {
  const seen = await targetOfRow(row, target, settings);
  const judgement = judge(row, seen);
  const performed = await performIfApplicable(row, seen, settings, judgement)
    .then((performance) => explainByHardware(performance, row.head.hardware))
    .then((performance) => explainByPolicy(performance, target.facts.policy))
    .catch((error: unknown) => ({ ...performanceOfMistake(error), wire: [] }));
  const { program } = seen.scope;
  const checks = performed.checks + judgement.checks;
  return { ...performed, checks, ...(program !== undefined && { program }) };
}

/** A crash is worth more, the less it takes to see it. */
async function performAndShrink(
  row: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<Performance> {
  const performed = await performRow(row, target, settings);
  const failed = performed.verdict === 'crash' || performed.verdict === 'timeout';
  if (!failed || target.venue.kind === 'endpoint' || settings.isKnown(row.head.id, target.facts.name))
    return performed;
  const smaller = await shrinkTranscript(row, performed, (candidate) =>
    performRow(candidate, target, settings),
  );
  return smaller === undefined ? performed : { ...performed, shrunk: writeTranscript(smaller) };
}

async function performIfApplicable(
  row: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  judgement: StaticJudgement,
): Promise<Performance> {
  const nothing = { findings: [], checks: 0, wire: [] };
  const applicability = findApplicability(row, judgement, target.scope, target.venue.kind);
  switch (applicability.kind) {
    case 'perform':
      return performAndShrink(row, target, settings);
    case 'erratum':
      return performErratum(row, target, settings, applicability.findings, applicability.performable);
    case 'not-applicable':
      return { ...nothing, verdict: 'not-applicable', reason: applicability.evidence, checks: 1 };
    case 'untestable':
      return { ...nothing, verdict: 'untestable', reason: applicability.missing };
  }
}
