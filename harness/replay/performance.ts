import { ConnectionClosed, DeadlineExceeded, InboxFull } from '../qmp/connection-errors.ts';
import type { Finding, ProcessEnd, VerdictWord, WireRecord } from '../results/verdict.ts';
import { MissingStateError } from '../stage/perform-step.ts';
import { findLack } from '../stage/find-lack.ts';
import { StageError } from '../stage/set-up-stage.ts';
import { RefusedCommand } from '../target/start-guest-agent.ts';
import type { RunningServer } from '../target/start-qemu.ts';
import type { DialogueOutcome } from './dialogue-state.ts';

/** What came of performing a row, before expectations are applied. */
export interface Performance {
  readonly verdict: VerdictWord;
  readonly reason?: string;
  readonly findings: readonly Finding[];
  readonly checks: number;
  readonly process?: ProcessEnd;
  /** The hardware for want of which it is untestable. */
  readonly hardware?: string;
  readonly wire: readonly WireRecord[];
}

/** Begins the reason of a row whose stage asks for what the target's build does not have. */
export const LACKING = 'this build lacks what the stage needs';

/** A dialogue that came to its end. */
export function performanceOfOutcome({ findings, checks }: DialogueOutcome): Omit<Performance, 'wire'> {
  const [first] = findings;
  if (first === undefined) return { verdict: 'pass', findings, checks };
  return { verdict: 'fail', reason: `${first.what}; expected ${first.expected}`, findings, checks };
}

/**
 * What an error in the middle of a performance means for its row.
 * @param qemu the target's process, where it is ours and was started
 * @param patience milliseconds that a process whose monitor is gone has to end by itself
 */
export async function performanceOfError(
  error: unknown,
  qemu: RunningServer | undefined,
  patience: number,
): Promise<Omit<Performance, 'wire'>> {
  const nothing = { findings: [], checks: 0 };
  if (error instanceof StageError) {
    const { message, processEnd, cause } = error;
    if (cause instanceof MissingStateError || cause instanceof RefusedCommand)
      return { ...nothing, verdict: 'untestable', reason: cause.message };
    const lack = processEnd && findLack(processEnd.stderr);
    if (lack !== undefined)
      return { findings: [], checks: 1, verdict: 'not-applicable', reason: `${LACKING}: ${lack}` };
    return {
      ...nothing,
      verdict: 'setup-error',
      reason: message,
      ...(processEnd && { process: processEnd }),
    };
  }
  if (error instanceof RefusedCommand) return { ...nothing, verdict: 'untestable', reason: error.message };
  if (error instanceof ConnectionClosed) {
    if (qemu === undefined) return { ...nothing, verdict: 'crash', reason: error.message };
    return performanceOfCrash(await endWithin(qemu, patience), nothing);
  }
  if (error instanceof DeadlineExceeded || error instanceof InboxFull) {
    const process = await qemu?.kill();
    return { ...nothing, verdict: 'timeout', reason: error.message, ...(process && { process }) };
  }
  return performanceOfMistake(error);
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
export function performanceOfCrash(process: ProcessEnd, outcome: DialogueOutcome): Omit<Performance, 'wire'> {
  const how = process.signal === null ? `exit status ${process.code ?? '?'}` : `signal ${process.signal}`;
  return { ...outcome, verdict: 'crash', reason: `the target ended with ${how}`, process };
}

/** How a process ends; one that has not ended by itself in time is killed. */
export async function endWithin(qemu: RunningServer, patience: number): Promise<ProcessEnd> {
  const timer = setTimeout(() => void qemu.kill(), patience);
  return qemu.exited.finally(() => clearTimeout(timer));
}
