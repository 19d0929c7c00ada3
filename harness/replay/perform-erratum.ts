import type { Performance } from '../results/performance.ts';
import type { Finding } from '../results/verdict.ts';
import { classifyMessage } from '../transcript/classify-message.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { findElidedCommand, findMissingState } from './find-applicability.ts';
import { performRow } from './perform-row.ts';
import type { PlannedTarget, RowSettings } from './run-plan.ts';

/**
 * Performs an example that contradicts the schema of a release that documents it, as far as it can be performed: its
 * state is reached and its live messages are checked all the same. It fails, whatever comes.
 * @param errata what the schema says against it
 * @param performable whether there is a program that it may be performed on
 */
export async function performErratum(
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  errata: readonly Finding[],
  performable: boolean,
): Promise<Performance> {
  const [first] = errata;
  const reason = `the example is wrong: ${first?.what ?? ''}; expected ${first?.expected ?? ''}`;
  if (!performable || !isPerformable(transcript, errata, target.facts.version))
    return { verdict: 'fail', reason, findings: errata, checks: 0, wire: [] };
  const performed = await performRow(transcript, target, settings);
  const findings = [...errata, ...performed.findings.filter((finding) => !isExplained(finding, errata))];
  switch (performed.verdict) {
    case 'pass':
    case 'fail':
    case 'not-applicable':
      return { ...performed, verdict: 'fail', reason, findings };
    default:
      return { ...performed, findings };
  }
}

/** Only what the client sends must be right; a server's message may be wrong and is compared where it is not. */
function isPerformable(transcript: Transcript, errata: readonly Finding[], version: string): boolean {
  const { head, messages } = transcript;
  if (findMissingState(head, version) !== undefined || findElidedCommand(transcript) !== undefined)
    return false;
  const acts = head.provoke !== undefined || messages.some(({ direction }) => direction === '->');
  // An event that the schema does not know is not worth waiting for.
  if (!acts || errata.some(({ rule }) => rule === 'schema/unknown-event')) return false;
  const isQmp = messages.every(
    (message) => !['malformed', 'bytes', 'other'].includes(classifyMessage(message)),
  );
  return isQmp && errata.every(({ message }) => messages[message]?.direction === '<-');
}

/** Where the example is wrong, that the target differs from it says nothing against the target. */
function isExplained(finding: Finding, errata: readonly Finding[]): boolean {
  return finding.blame === 'behaviour' && errata.some(({ message }) => message === finding.message);
}
