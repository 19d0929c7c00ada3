import { findApplicability, isDocumentedIn } from '../replay/find-applicability.ts';
import { judgeTranscript } from '../lint/judge-transcript.ts';
import { planRun } from '../replay/plan-run.ts';
import { targetOfRow } from '../replay/target-of-row.ts';
import type { Finding } from '../results/verdict.ts';
import type { PlannedTarget } from '../replay/run-plan.ts';
import type { Transcript } from '../transcript/transcript.ts';
import type { RunWords } from './run-words.ts';
import { requestOf } from './run-recordings.ts';

/** What would come of a row on a target. */
interface ListedCase {
  readonly row: string;
  readonly target: string;
  readonly documented: boolean;
  readonly would: 'perform' | 'erratum' | 'not-applicable' | 'untestable';
  readonly why?: string;
}

/** Prints for each case what a run would do with it. */
export async function listRows(recordings: readonly string[], words: RunWords): Promise<void> {
  const plan = await planRun(requestOf(recordings, words), (line) => process.stderr.write(`${line}\n`));
  const cases: ListedCase[] = [];
  for (const target of plan.targets) {
    for (const row of plan.rows) cases.push(listCase(row, await targetOfRow(row, target, plan)));
  }
  if (words.json) process.stdout.write(`${JSON.stringify(cases, undefined, 2)}\n`);
  else process.stdout.write(cases.map((one) => `${lineOf(one)}\n`).join(''));
}

function listCase(row: Transcript, target: PlannedTarget): ListedCase {
  const judgement = judgeTranscript(row, target.validator);
  const applicability = findApplicability(row, judgement, target.scope, target.venue.kind);
  const common = {
    row: row.head.id,
    target: target.facts.name,
    documented: isDocumentedIn(row, target.facts.version),
    would: applicability.kind,
  };
  switch (applicability.kind) {
    case 'perform':
      return common;
    case 'erratum':
      return { ...common, why: describeFirst(applicability.findings) };
    case 'not-applicable':
      return { ...common, why: applicability.evidence };
    case 'untestable':
      return { ...common, why: applicability.missing };
  }
}

function describeFirst([first, ...more]: readonly Finding[]): string {
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return first === undefined ? '' : `${first.what}; expected ${first.expected}${rest}`;
}

function lineOf({ row, target, would, why }: ListedCase): string {
  return `${row} @ ${target}: ${would}${why === undefined ? '' : `: ${why}`}`;
}
