import { judgeTranscript, type StaticJudgement } from '../lint/judge-transcript.ts';
import { performanceOfMistake, type Performance } from '../results/performance.ts';
import type { Finding } from '../results/verdict.ts';
import { pairResponses } from '../transcript/pair-responses.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { combineWatchers } from './combine-watchers.ts';
import { explainByHardware } from './explain-by-hardware.ts';
import { findElidedCommand, findMissingState, findUnmetRequirement } from './find-applicability.ts';
import { performRow } from './perform-row.ts';
import type { PlannedReplay } from './plan-replay.ts';
import type { PlannedTarget, RowSettings } from './run-plan.ts';
import { guardSending } from './safety/guard-sending.ts';
import { targetOfRow } from './target-of-row.ts';

/** What came of a replay. */
export interface Replayed {
  readonly performance: Performance;
  /** What the target's schema says against the recording. */
  readonly contradictions: readonly Finding[];
  /** The target as the replay saw it: where its stage names another program, that. */
  readonly target: PlannedTarget;
}

/**
 * Performs a transcript once; each message is judged once more as it goes out. Unlike a row of a run it is performed also where the target's schema contradicts it: what
 * becomes of a client on another release is the question.
 * @throws {InputError} where a message, with what the server has answered in it, asks for what is not allowed
 */
export async function replayTranscript(
  { transcript, target, settings, safety }: PlannedReplay,
  hooks: Pick<RowSettings, 'watch' | 'signal' | 'between'> = {},
): Promise<Replayed> {
  const seen = await targetOfRow(transcript, target, settings);
  const judgement = judgeTranscript(transcript, seen.validator);
  const guard = guardSending(transcript, safety);
  const watch = combineWatchers([guard, ...(hooks.watch === undefined ? [] : [hooks.watch])]);
  const performance = await performIfPossible(transcript, seen, { ...settings, ...hooks, watch }).catch(
    (error: unknown) => ({ ...performanceOfMistake(error), wire: [] }),
  );
  if (guard.refusal !== undefined) throw guard.refusal;
  return {
    performance: blameExample(
      explainByHardware(performance, transcript.head.hardware),
      transcript,
      judgement,
    ),
    contradictions: judgement.findings,
    target: seen,
  };
}

/** Performs a transcript, or says why that means nothing here. */
async function performIfPossible(
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
): Promise<Performance> {
  const nothing = { findings: [], checks: 0, wire: [] };
  const unmet = findUnmetRequirement(transcript, target.scope);
  if (unmet !== undefined) return { ...nothing, verdict: 'not-applicable', reason: unmet, checks: 1 };
  const missing =
    target.scope.missing ??
    findMissingState(transcript.head, target.scope.version) ??
    findElidedCommand(transcript) ??
    findMalformed(transcript);
  if (missing !== undefined) return { ...nothing, verdict: 'untestable', reason: missing };
  const performed = await performRow(transcript, target, settings);
  // A run leaves a row out whose stage the build cannot have; here nothing else was asked for.
  return performed.verdict === 'not-applicable' ? { ...performed, verdict: 'setup-error' } : performed;
}

/** Documentation that is no JSON is kept as it is, and says nothing that could be sent. */
function findMalformed({ messages, head }: Transcript): string | undefined {
  const index = messages.findIndex(
    ({ body }, at) => body.kind === 'malformed' && head.invalid?.includes(`/${at}`) !== true,
  );
  return index < 0 ? undefined : `message ${index} is no JSON, and not on purpose`;
}

/** Where the recording does not fit the target's schema, that the target differs from it says nothing against the target. */
function blameExample(
  performance: Performance,
  transcript: Transcript,
  { findings }: StaticJudgement,
): Performance {
  const contradicted = new Set(findings.map(({ message }) => message));
  for (const [response, command] of pairResponses(transcript))
    if (contradicted.has(command)) contradicted.add(response);
  const isMeant = ({ blame, message }: Finding): boolean =>
    blame === 'behaviour' && contradicted.has(message);
  if (!performance.findings.some(isMeant)) return performance;
  const blamed = performance.findings.map((finding): Finding =>
    isMeant(finding) ? { ...finding, blame: 'example' } : finding,
  );
  const [first] = findings;
  const reason = `the recording does not fit the target's schema: message ${first?.message ?? 0}${first?.pointer ?? ''}: ${first?.what ?? ''}; expected ${first?.expected ?? ''}`;
  const isWhole = blamed.every(({ blame }) => blame === 'example');
  return { ...performance, findings: blamed, ...(isWhole && { reason }) };
}
