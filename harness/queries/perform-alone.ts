import { isJsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { eventName } from '../qmp/message.ts';
import type { Incoming } from '../qmp/connection.ts';
import { ConnectionClosed, DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { ProcessEnd, WireRecord } from '../results/verdict.ts';
import type { Performance } from '../results/performance.ts';
import { endWithin } from '../target/end-within.ts';
import type { Answer } from './answer.ts';
import type { Judges } from './judge-query.ts';
import { describeEnd, outcomeOfError, outcomeOfQueries, type Outcome } from './query-outcome.ts';
import { wrongId } from './pipeline.ts';
import type { SetUp, StandingStage } from './stand-stage.ts';

/**
 * Executes a command on a QEMU of its own, and sees whether that survives it. One that ends with status 0 after it has
 * said so by SHUTDOWN is well.
 */
export async function performAlone(
  row: string,
  command: string,
  setUp: SetUp,
  judges: Judges,
  patience: number,
): Promise<Performance> {
  const wire: WireRecord[] = [];
  let stage: StandingStage | undefined;
  try {
    stage = await setUp((piece) => wire.push({ row, ...piece }));
    return { ...(await performOn(stage, command, judges, patience)), wire };
  } catch (error) {
    return { ...outcomeOfError(error), wire };
  } finally {
    await stage?.close();
  }
}

async function performOn(
  stage: StandingStage,
  command: string,
  judges: Judges,
  patience: number,
): Promise<Outcome> {
  const { connection } = stage.main;
  const others: Incoming[] = [...stage.earlier];
  const id = 'q1';
  await connection.send(`${writeJson({ execute: command, id }, { spaced: true })}\r\n`);
  const answer = await takeResponse(stage, others, id, patience);
  const end = answer.kind === 'timeout' ? undefined : await findEnd(stage, command, others, patience);
  const requests = [{ arguments: undefined, mayBeRefused: true }];
  if (end !== undefined && (end.code !== 0 || answer.kind !== 'response')) {
    const failure: Answer = { kind: 'crash', end, after: [], reproduced: true };
    return outcomeOfQueries({ command, requests, answers: [failure], others }, judges);
  }
  const outcome = outcomeOfQueries({ command, requests, answers: [answer], others }, judges);
  return end === undefined ? outcome : withEnd(outcome, end, others);
}

async function takeResponse(
  { main }: StandingStage,
  others: Incoming[],
  id: string,
  patience: number,
): Promise<Answer> {
  try {
    for (;;) {
      const incoming = await main.connection.next(patience);
      if (incoming.kind !== 'success' && incoming.kind !== 'error') {
        others.push(incoming);
        continue;
      }
      const { value } = incoming;
      const found = isJsonObject(value) ? value['id'] : undefined;
      const complaints = found === id ? [] : [wrongId(found === undefined ? 'none' : writeJson(found), id)];
      return { kind: 'response', incoming, value, complaints };
    }
  } catch (error) {
    if (error instanceof ConnectionClosed) return { kind: 'not-asked' };
    if (!(error instanceof DeadlineExceeded)) throw error;
    return { kind: 'timeout', end: await main.kill(), after: [], reproduced: true };
  }
}

/** How the process has ended; `undefined` while it answers one more command. */
async function findEnd(
  stage: StandingStage,
  command: string,
  others: Incoming[],
  patience: number,
): Promise<ProcessEnd | undefined> {
  const { connection } = stage.main;
  stage.endDialogue();
  try {
    await connection.execute('query-status', undefined, patience);
    return undefined;
  } catch (error) {
    if (error instanceof DeadlineExceeded) return await stage.main.kill();
    if (!(error instanceof ConnectionClosed)) throw error;
    return await stage.withCore(await endWithin(stage.main, patience), command);
  } finally {
    others.push(...connection.drain());
  }
}

/** An end that nobody was told of is none of a command's effects (qapi/run-state.json, SHUTDOWN). */
function withEnd(outcome: Outcome, end: ProcessEnd, others: readonly Incoming[]): Outcome {
  const reason = `the process ended with ${describeEnd(end)}`;
  if (others.some((incoming) => eventName(incoming) === 'SHUTDOWN'))
    return { ...outcome, reason, process: end };
  const finding = {
    blame: 'target' as const,
    rule: 'process/unannounced-end',
    message: 0,
    pointer: '',
    what: reason,
    expected: 'the event SHUTDOWN before it',
  };
  return { ...outcome, verdict: 'fail', reason, process: end, findings: [...outcome.findings, finding] };
}
