import type { Finding, ProcessEnd, RowResult, WireRecord } from './verdict.ts';

/** What came of performing a row, before expectations are applied. */
export interface Performance extends Pick<
  RowResult,
  'verdict' | 'reason' | 'findings' | 'checks' | 'process' | 'hardware' | 'shrunk' | 'program'
> {
  /** Whether the target's release documents what the row demands; it does where this is absent. */
  readonly documented?: boolean;
  readonly wire: readonly WireRecord[];
}

/** What went wrong on our side is told in its row, so that no row is lost; a full disk is no mistake of ours. */
export function performanceOfMistake(error: unknown): Omit<Performance, 'wire'> {
  const nothing = { findings: [], checks: 0 };
  if (isShortage(error)) return { ...nothing, verdict: 'setup-error', reason: error.message };
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { ...nothing, verdict: 'harness-error', reason };
}

/** What this machine has too little of at the moment; any other error of the system is a mistake of ours. */
const SHORTAGES: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EAGAIN',
  'EROFS',
]);

function isShortage(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && SHORTAGES.has(String(error.code));
}

/** A process that ended in the middle of a dialogue, or because of it. */
export function performanceOfCrash(
  process: ProcessEnd,
  outcome: { readonly findings: readonly Finding[]; readonly checks: number },
): Omit<Performance, 'wire'> {
  const how = process.signal === null ? `exit status ${process.code ?? '?'}` : `signal ${process.signal}`;
  return { ...outcome, verdict: 'crash', reason: `the target ended with ${how}`, process };
}
