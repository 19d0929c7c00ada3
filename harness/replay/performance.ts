import { SetupError } from '../errors.ts';
import { ConnectionClosed, DeadlineExceeded, InboxFull } from '../qmp/connection-errors.ts';
import { performanceOfCrash, performanceOfMistake, type Performance } from '../results/performance.ts';
import { MissingStateError } from '../stage/perform-step.ts';
import { findLack } from '../stage/find-lack.ts';
import { StageError } from '../stage/set-up-stage.ts';
import { endWithin } from '../target/end-within.ts';
import { RefusedCommand } from '../target/start-guest-agent.ts';
import type { RunningServer } from '../target/start-qemu.ts';
import type { DialogueOutcome } from './dialogue-state.ts';

/** Begins the reason of a row whose stage asks for what the target's build does not have. */
export const LACKING = 'this build lacks what the stage needs';

/** Signals that a process draws upon itself; SIGKILL and SIGTERM come from others. */
const FATAL: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP']);

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
    // A stage asks nothing that may kill: whatever it takes to see it, that is the target's fault.
    if (processEnd !== undefined && FATAL.has(processEnd.signal ?? ''))
      return {
        ...nothing,
        verdict: 'crash',
        reason: `the target ended with signal ${processEnd.signal ?? ''} in its preparation: ${message}`,
        process: processEnd,
      };
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
  if (error instanceof SetupError) return { ...nothing, verdict: 'setup-error', reason: error.message };
  return performanceOfMistake(error);
}
