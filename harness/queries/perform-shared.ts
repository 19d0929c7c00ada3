import { writeJson } from '../json/write-json.ts';
import type { ReportRow } from '../results/batch.ts';
import type { Performance } from '../results/performance.ts';
import type { Answer, QueryRequest } from './answer.ts';
import { expandRequests } from './expand-requests.ts';
import type { Judges } from './judge-query.ts';
import { outcomeOfError, outcomeOfQueries } from './query-outcome.ts';
import { QueryInterrupted, QuerySession } from './query-session.ts';
import type { SetUp } from './stand-stage.ts';
import type { QueryCommand } from './surface.ts';
import { TargetAnswers } from './target-answers.ts';

/** A row, and the command that it is about. */
export interface QueryRow {
  readonly row: string;
  readonly command: QueryCommand;
}

/** How queries are made and judged. */
export interface QuerySettings {
  readonly setUp: SetUp;
  readonly judges: Omit<Judges, 'typeOfProperty'>;
  /** Milliseconds for each response. */
  readonly patience: number;
  /** Whether the server may be ended, and started again. */
  readonly isOurs: boolean;
}

/** Performs the rows on one QEMU, one after another; each takes a new one where the last has died. */
export async function performShared(
  rows: readonly QueryRow[],
  settings: QuerySettings,
  report: ReportRow,
  signal: AbortSignal,
): Promise<void> {
  const session = new QuerySession(settings.setUp, settings.patience, signal, settings.isOurs);
  const answers = new TargetAnswers((...asked) => session.ask(...asked));
  try {
    for (const row of rows) {
      const began = performance.now();
      const performed = await performRow(row, session, answers, settings);
      await report(row.row, performed, performance.now() - began);
    }
  } catch (error) {
    if (!(error instanceof QueryInterrupted)) throw error;
  } finally {
    await session.close();
  }
}

async function performRow(
  { row, command }: QueryRow,
  session: QuerySession,
  answers: TargetAnswers,
  { judges }: QuerySettings,
): Promise<Performance> {
  try {
    const requests = await requestsOf(command, answers);
    const typeOfProperty = await typesOfProperties(command.name, answers);
    const ask = (): Promise<readonly Answer[]> =>
      session.ask(
        command.name,
        requests.map((request) => request.arguments),
      );
    const replies = makesObjects(command) ? await session.apart(ask) : await ask();
    const { wire, others } = session.takeLog(command.name);
    const queried = { command: command.name, requests, answers: replies, others };
    const outcome = outcomeOfQueries(queried, { ...judges, typeOfProperty });
    return { ...outcome, wire: wire.map((piece) => ({ row, ...piece })) };
  } catch (error) {
    if (error instanceof QueryInterrupted) throw error;
    const { wire } = session.takeLog(command.name);
    return { ...outcomeOfError(error), wire: wire.map((piece) => ({ row, ...piece })) };
  }
}

/** Where one object may harm the next, they are made in the same order in every run, and related ones together. */
async function requestsOf(command: QueryCommand, answers: TargetAnswers): Promise<readonly QueryRequest[]> {
  const requests = await expandRequests(command, answers);
  if (!makesObjects(command)) return requests;
  const keyed = requests.map((request) => ({ request, key: writeJson(request.arguments ?? null) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ request }) => request);
}

function makesObjects({ mandatory }: QueryCommand): boolean {
  return mandatory.some((source) => source.kind === 'rule' && source.rule.makesObjects === true);
}

/** The types that qom-list has stated; asked for by qom-get alone. */
async function typesOfProperties(command: string, answers: TargetAnswers): Promise<Judges['typeOfProperty']> {
  if (command !== 'qom-get') return () => undefined;
  const properties = await answers.properties();
  const types = new Map(properties.map(({ path, name, type }) => [`${path}\n${name}`, type]));
  return (path, property) => types.get(`${path}\n${property}`);
}
