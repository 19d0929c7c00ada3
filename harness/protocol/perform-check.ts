import { ConnectionClosed, DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { Finding, VerdictWord } from '../results/verdict.ts';
import type { Check } from './check.ts';
import { StepFailed, type Conversation } from './conversation.ts';
import { judgeLineEnd, judgeMessage, type Strictness } from './judge-message.ts';
import { performSteps, type Progress, type Surroundings } from './perform-steps.ts';

/** What came of a check; `closed` says that the server ended a connection, for whatever reason. */
export interface Outcome {
  readonly verdict: Extract<VerdictWord, 'pass' | 'fail' | 'timeout'>;
  readonly reason?: string;
  readonly findings: readonly Finding[];
  readonly checks: number;
  readonly closed: boolean;
}

/**
 * Performs a check, and judges every byte that came meanwhile. Connections are closed when it resolves.
 * @throws what opening a connection throws; whatever the server does on one is an outcome
 */
export async function performCheck(check: Check, around: Surroundings): Promise<Outcome> {
  const progress: Progress = { conversations: new Map(), recorders: [], held: new Map(), checks: 0 };
  try {
    const failure = await performSteps(check, around, progress).then(
      () => undefined,
      (error: unknown) => failureOf(error, check),
    );
    return outcomeOf(check, around, progress, failure);
  } finally {
    for (const { stream } of progress.conversations.values()) stream.close();
    for (const recorder of progress.recorders) recorder.end();
    await Promise.all([...progress.held.values()].map((release) => release()));
  }
}

interface Failure {
  readonly verdict: 'fail' | 'timeout';
  readonly finding: Finding;
  readonly closed: boolean;
}

function failureOf(error: unknown, { demand }: Check): Failure {
  const rule = `protocol/${demand}`;
  const base = { blame: 'target', message: -1, pointer: '', rule } as const;
  if (error instanceof StepFailed) {
    const finding = { ...error.complaint, blame: 'target', message: error.at } as const;
    return { verdict: 'fail', finding, closed: false };
  }
  if (error instanceof DeadlineExceeded)
    return {
      verdict: 'timeout',
      finding: { ...base, what: error.message, expected: 'an answer' },
      closed: false,
    };
  if (error instanceof ConnectionClosed)
    return {
      verdict: 'fail',
      finding: { ...base, what: error.message, expected: 'an answer' },
      closed: true,
    };
  throw error;
}

function outcomeOf(
  check: Check,
  { server }: Surroundings,
  progress: Progress,
  failure: Failure | undefined,
): Outcome {
  const isAgent = server === 'guest-agent';
  // The guest agent ends its messages by LF alone: a row of R6 says so, and the others need not repeat it.
  const lineEnd = isAgent && check.demand !== 'R6' ? undefined : 'CRLF';
  const strictness: Strictness = { lineEnd, delimiter: isAgent };
  const talks = [...progress.conversations.values()];
  const judged = talks.flatMap((talk) => judgeConversation(talk, strictness, failure === undefined));
  const findings = [...(failure ? [failure.finding] : []), ...judged];
  const checks = progress.checks + talks.reduce((sum, { stream }) => sum + stream.received.length, 0);
  const [first] = findings;
  if (first === undefined) return { verdict: 'pass', findings, checks, closed: false };
  const reason = `${first.what}; expected ${first.expected}`;
  return { verdict: failure?.verdict ?? 'fail', reason, findings, checks, closed: failure?.closed ?? false };
}

/** The same thing is wrong with many messages, mostly: the first of each kind is told. */
function judgeConversation(
  { stream }: Conversation,
  strictness: Strictness,
  whole: boolean,
): readonly Finding[] {
  const { received, after } = stream;
  const complaints = received.flatMap((one, index) =>
    judgeMessage(one, received[index - 1], strictness).map((complaint) => ({ ...complaint, message: index })),
  );
  // A check that broke off did not wait for the last line end.
  const last = received.length === 0 || !whole ? [] : judgeLineEnd(after, strictness);
  const all = [...complaints, ...last.map((complaint) => ({ ...complaint, message: received.length - 1 }))];
  const seen = new Set<string>();
  return all.flatMap((complaint) => {
    const kind = JSON.stringify([complaint.rule, complaint.expected]);
    if (seen.has(kind)) return [];
    seen.add(kind);
    return [{ ...complaint, blame: 'target' as const }];
  });
}
