import { performanceOfCrash, type Performance } from '../results/performance.ts';
import type { ProcessEnd, RowResult, WireRecord } from '../results/verdict.ts';
import { ConnectionClosed, DeadlineExceeded } from '../qmp/connection-errors.ts';
import { stageForCapture } from '../replay/capture/capture-on-qemu.ts';
import { CaptureCutOff, performCapture } from '../replay/capture/perform-capture.ts';
import type { DialogueOutcome } from '../replay/dialogue-state.ts';
import { performDialogue } from '../replay/dialogue.ts';
import { BARE_STAGE } from '../replay/perform-row.ts';
import { LACKING, performanceOfError, performanceOfOutcome } from '../replay/performance.ts';
import type { PlannedTarget, RowSettings } from '../replay/run-plan.ts';
import { stageNamed } from '../stage/stage-book.ts';
import { StageError } from '../stage/set-up-stage.ts';
import { GUEST_AGENT } from '../target/known-programs.ts';
import { isCapture } from '../transcript/is-capture.ts';
import type { Transcript } from '../transcript/transcript.ts';
import { RecordedConnection } from './recorded-connection.ts';
import { endOfRecord } from './result-record.ts';
import { setUpFromLog, type RecordedStage } from './recorded-stage.ts';
import { withoutEchoes } from './without-echoes.ts';
import { WireTape, type TapeMismatch } from './wire-tape.ts';

/** What is known of a row beside its messages. */
export interface RowLog {
  readonly records: readonly WireRecord[];
  /** What a text that is sent looks like in the log. */
  readonly asRecorded: (text: string, connection: string) => string;
  /**
   * What the submission says of the row. How a process ended that did not answer is on no wire, and neither is why one
   * did not start: that much is its word.
   */
  readonly claimed: RowResult;
}

/** What came of a row that was performed with a log in place of its target. */
export interface LoggedPerformance extends Performance {
  readonly mismatch?: TapeMismatch;
}

/** Performs a transcript as `performRow` does, with a log in place of the processes. */
export async function performFromLog(
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  log: RowLog,
): Promise<LoggedPerformance> {
  const ofCapture = isCapture(transcript);
  const tape = new WireTape(ofCapture ? withoutEchoes(log.records) : log.records, log.asRecorded);
  const performed = await performOnTape(transcript, target, settings, tape, log.claimed);
  const mismatch = tape.mismatch ?? tape.rest;
  return { ...performed, wire: [], ...(mismatch && { mismatch }) };
}

type Performed = Omit<Performance, 'wire'>;

async function performOnTape(
  transcript: Transcript,
  target: PlannedTarget,
  settings: RowSettings,
  tape: WireTape,
  claimed: RowResult,
): Promise<Performed> {
  const { patience, stages } = settings;
  const end = endOf(claimed);
  const ranOut = isTimeout(claimed);
  try {
    const named = stageNamed(stages, transcript.head.stage ?? BARE_STAGE, transcript.file);
    const stage = isCapture(transcript) ? stageForCapture(named, transcript) : named;
    const staged = await setUpFromLog(stage, tape, {
      book: stages,
      version: target.facts.version,
      patience,
      steps: transcript.head.prepare ?? [],
      ranOut,
      isCapture: isCapture(transcript),
    }).catch((error: unknown) => {
      throw stageErrorOf(stage.name, error, claimed);
    });
    await staged.perform(transcript.head.provoke ?? []).catch((error: unknown) => {
      throw stageErrorOf(stage.name, error, claimed);
    });
    const outcome = await performTranscript(transcript, staged, target, settings, tape, ranOut);
    tape.enter('after');
    const crashed = await hasCrashed(staged, target, tape);
    return crashed ? performanceOfCrash(end, outcome) : performanceOfOutcome(outcome);
  } catch (error) {
    if (error instanceof ConnectionClosed) return performanceOfCrash(end, { findings: [], checks: 0 });
    return performanceOfError(error, undefined, patience);
  }
}

async function performTranscript(
  transcript: Transcript,
  { connection, earlier, captures }: RecordedStage,
  { validator }: PlannedTarget,
  { patience }: RowSettings,
  tape: WireTape,
  ranOut: boolean,
): Promise<DialogueOutcome> {
  const open = (): Promise<number> => Promise.resolve(-1);
  const context = { validator, patience, captured: captures, open };
  if (!isCapture(transcript)) return performDialogue(transcript, { ...context, connection, earlier });
  const connect = (number: number): Promise<RecordedConnection> => {
    const name = number === 0 ? 'main' : `connection ${number}`;
    const isMine = (record: WireRecord): boolean => record.connection === name && record.phase === undefined;
    return Promise.resolve(new RecordedConnection(tape, isMine, ranOut));
  };
  try {
    return await performCapture(transcript, { ...context, connect });
  } catch (error) {
    if (error instanceof CaptureCutOff) return error.outcome;
    throw error;
  }
}

/** One more command, as after every dialogue: a target that does not answer it has crashed, or has ended as it was told. */
async function hasCrashed(
  { connection }: RecordedStage,
  { scope }: PlannedTarget,
  tape: WireTape,
): Promise<boolean> {
  try {
    await connection.execute(scope.program === GUEST_AGENT ? 'guest-ping' : 'query-status');
    return false;
  } catch (error) {
    if (error instanceof ConnectionClosed) return !tape.wasToldToEnd;
    if (error instanceof DeadlineExceeded) return true;
    throw error;
  }
}

/** What the stage could not do. Why a process did not start, or did not go on, is said by the submission alone. */
function stageErrorOf(stage: string, error: unknown, claimed: RowResult): unknown {
  const isGone = error instanceof ConnectionClosed || error instanceof DeadlineExceeded;
  const text = error instanceof Error ? error.message : String(error);
  const said = isGone ? wordsOf(claimed) : undefined;
  const message = said?.message ?? `stage ${stage}: ${text}`;
  return new StageError(message, said?.end, error);
}

/** A reason that only the process itself could give. */
function wordsOf({ reason = '', process }: RowResult): { message?: string; end?: ProcessEnd } | undefined {
  const lack = reason.startsWith(`${LACKING}: `) ? reason.slice(LACKING.length + 2) : undefined;
  if (lack !== undefined) return { end: { command: [], code: 1, signal: null, stderr: lack } };
  const found = /; found: (stage .*)$/s.exec(reason)?.[1] ?? /^stage .*/s.exec(reason)?.[0];
  if (found === undefined) return undefined;
  return { message: found, ...(process && { end: endOfRecord(process) }) };
}

function endOf({ process }: RowResult): ProcessEnd {
  return process === undefined ? { command: [], code: null, signal: null, stderr: '' } : endOfRecord(process);
}

/** We end what does not answer in time, by SIGKILL; nothing that crashes ends itself so. */
function isTimeout({ verdict, process, was }: RowResult): boolean {
  if (verdict === 'timeout' || was?.verdict === 'timeout') return true;
  return verdict === 'known-failure' && process?.signal === 'SIGKILL';
}
