import { SetupError } from '../errors.ts';
import { DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { ReportRow } from '../results/batch.ts';
import { performanceOfCrash, performanceOfMistake, type Performance } from '../results/performance.ts';
import type { WireRecord } from '../results/verdict.ts';
import { WireRecorder, type WirePiece } from '../results/wire-recorder.ts';
import { TransportLacking, TransportMissing } from '../transport/transport-errors.ts';
import { lackOfServer, lackOfWay, type Way } from './applicability.ts';
import { LEVELS, type Check, type Level, type Server, type Vocabulary } from './check.ts';
import { endOf, holdFifo, type Host, type StartHost } from './host.ts';
import { performCheck, type Outcome } from './perform-check.ts';
import type { Surroundings } from './perform-steps.ts';
import { dependsOnSurvey, NO_FIFOS, surveyServer, WORDS, type ServerWords, type Survey } from './survey.ts';

/** Rows that are performed on one kind of server, over one transport. */
export interface RowsOfServer {
  readonly server: Server;
  readonly way: Way;
  readonly start: StartHost;
  /** Milliseconds that each answer may take. */
  readonly patience: number;
  /** The highest level that is held against the server. */
  readonly level: Level;
}

/** A row and its check. */
export interface PlannedRow {
  readonly row: string;
  readonly check: Check;
}

/** How many rows that need a process of their own are performed at a time. */
const SIDE_BY_SIDE = 3;
/** A server that has left so many checks waiting is not waited for as long any more, in milliseconds. */
const MANY_TIMEOUTS = 5;
const LITTLE_PATIENCE = 500;

const MUTE: Omit<Performance, 'wire'> = {
  verdict: 'timeout',
  reason: 'not asked: of the checks before, fewer were answered than not',
  findings: [],
  checks: 0,
};

type Result = Omit<Performance, 'wire'> & {
  readonly pieces: readonly WirePiece[];
  readonly duration: number;
};

/** Performs rows in order; see {@link Batch.perform}. */
export async function performRows(
  rows: readonly PlannedRow[],
  of: RowsOfServer,
  report: ReportRow,
  signal: AbortSignal,
): Promise<void> {
  const performer = new Performer(of);
  const stop = (): void => void performer.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const [index, { row, check }] of rows.entries()) {
      if (isAborted(signal)) return;
      performer.begin(rows.slice(index).map((next) => next.check));
      const { pieces, duration, ...performance } = await performer.perform(check);
      if (isAborted(signal)) return;
      const wire: readonly WireRecord[] = pieces.map((piece) => ({ row, ...piece }));
      await report(row, { ...performance, wire }, duration);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await performer.close();
  }
}

/** Asked anew each time: it changes while we wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Performs checks; keeps what they share, and what was begun ahead. */
class Performer {
  private shared: Host | undefined;
  private surveyed: Promise<Survey | undefined> | undefined;
  private readonly hosts = new Set<Host>();
  private readonly ahead = new Map<Check, Promise<Result>>();
  private closed = false;
  private timeouts = 0;
  /** What is to be said of every row, once it is known that there is no such transport. */
  private absent: Omit<Performance, 'wire'> | undefined;
  private answers = 0;

  constructor(private readonly of: RowsOfServer) {}

  /** Begins what of the next checks needs a process of its own: they wait for nobody, and starting takes its time. */
  begin(next: readonly Check[]): void {
    const apart = next.filter((check) => this.isApart(check));
    const slow = apart.filter(({ needs }) => needs?.includes('slow'));
    for (const check of [...apart.slice(0, SIDE_BY_SIDE), ...slow]) {
      if (this.ahead.has(check)) continue;
      const result = this.performTimed(check);
      // Whoever takes it gets the error; nobody may, after an interruption.
      result.catch(() => undefined);
      this.ahead.set(check, result);
    }
  }

  async perform(check: Check): Promise<Result> {
    const begun = this.ahead.get(check) ?? this.performTimed(check);
    return begun.finally(() => this.ahead.delete(check));
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.hosts].map((host) => this.end(host)));
  }

  /** More was left waiting than answered: the rest would wait as long, and say the same. */
  private get isMute(): boolean {
    return this.timeouts >= MANY_TIMEOUTS && this.answers < this.timeouts;
  }

  private isApart({ needs = [] }: Check): boolean {
    return (
      !this.of.way.foreign &&
      (!this.of.way.reconnects ||
        (this.of.way.slow === true && !needs.includes('reconnects')) ||
        needs.includes('own process') ||
        needs.includes('pretty'))
    );
  }

  private async performTimed(check: Check): Promise<Result> {
    const began = performance.now();
    const pieces: WirePiece[] = [];
    const result = this.absent ?? (this.isMute ? MUTE : await this.performSafely(check, pieces));
    if (result.verdict === 'timeout' || result.verdict === 'crash') this.timeouts++;
    else this.answers++;
    return { ...this.withLevel(check, result), pieces, duration: performance.now() - began };
  }

  private async performSafely(check: Check, pieces: WirePiece[]): Promise<Omit<Performance, 'wire'>> {
    try {
      return await this.performOnce(check, pieces);
    } catch (error) {
      if (isAbsence(error)) this.absent = performanceOfTrouble(error);
      return performanceOfTrouble(error);
    }
  }

  private async performOnce(check: Check, pieces: WirePiece[]): Promise<Omit<Performance, 'wire'>> {
    const survey = await this.surveyFor(check);
    const words = { ...WORDS[this.of.server], ...survey?.words };
    const lack =
      lackOfWay(check, this.of.way, { ...words, ...NO_FIFOS }) ?? (survey && lackOfServer(check, survey));
    if (lack !== undefined) return { verdict: 'not-applicable', reason: lack, findings: [], checks: 0 };
    if (this.isApart(check)) return this.performApart(check, words, pieces);
    const first = await this.performShared(check, words, pieces);
    if (first?.verdict === 'pass') return first;
    // What a neighbour left behind is not this row's fault: only what a fresh process does again counts.
    pieces.length = 0;
    return this.of.way.foreign
      ? ((await this.performShared(check, words, pieces)) ?? gone())
      : this.performApart(check, words, pieces);
  }

  /** Undefined where no connection can be had. */
  private async performShared(
    check: Check,
    words: ServerWords,
    pieces: WirePiece[],
  ): Promise<Omit<Performance, 'wire'> | undefined> {
    const host = (this.shared ??= await this.startHost(check));
    try {
      const outcome = await performCheck(check, this.surroundings(host, words, pieces));
      if (outcome.verdict !== 'pass') await this.dropShared();
      return performanceOf(outcome);
    } catch (error) {
      await this.dropShared();
      if (error instanceof SetupError) return undefined;
      throw error;
    }
  }

  private async performApart(
    check: Check,
    words: ServerWords,
    pieces: WirePiece[],
  ): Promise<Omit<Performance, 'wire'>> {
    const host = await this.startHost(check);
    try {
      const outcome = await performCheck(check, this.surroundings(host, words, pieces));
      const end = outcome.closed ? await endOf(host) : undefined;
      return end === undefined ? performanceOf(outcome) : performanceOfCrash(end, outcome);
    } catch (error) {
      const end = error instanceof SetupError ? await endOf(host) : undefined;
      if (end === undefined) throw error;
      return performanceOfCrash(end, { findings: [], checks: 0 });
    } finally {
      await this.end(host);
    }
  }

  private surroundings(host: Host, words: ServerWords, pieces: WirePiece[]): Surroundings {
    const { server } = this.of;
    const patience =
      this.timeouts < MANY_TIMEOUTS ? this.of.patience : Math.min(this.of.patience, LITTLE_PATIENCE);
    const all: Vocabulary = { ...words, ...host.fifos };
    return {
      server,
      words: all,
      patience,
      connect: host.connect,
      record: (connection) => {
        const recorder = new WireRecorder(connection, (piece) => pieces.push(piece));
        recorder.phase = undefined;
        return recorder;
      },
      sendSignal: (signal) => {
        if (host.process?.pid !== undefined) process.kill(host.process.pid, signal);
      },
      holdFifo: (path) => holdFifo(path, patience),
    };
  }

  /** One survey does for all. Undefined where the check needs none, or the server is not fit to be asked. */
  private async surveyFor(check: Check): Promise<Survey | undefined> {
    if (!dependsOnSurvey(this.of.server, check.needs)) return undefined;
    this.surveyed ??= this.makeSurvey();
    return this.surveyed;
  }

  private async makeSurvey(): Promise<Survey | undefined> {
    const { server, way, patience } = this.of;
    const host = await this.startHost(undefined);
    try {
      return await surveyServer(server, host, patience, way.alters.includes('datagrams')).catch(
        () => undefined,
      );
    } finally {
      await this.end(host);
    }
  }

  private async startHost(check: Check | undefined): Promise<Host> {
    const needs = check?.needs ?? [];
    const host = await this.of.start({
      pretty: needs.includes('pretty'),
      fifos: check?.steps.some(({ kind }) => kind === 'hold') ?? false,
    });
    this.hosts.add(host);
    if (this.closed) await this.end(host);
    return host;
  }

  private async dropShared(): Promise<void> {
    const host = this.shared;
    this.shared = undefined;
    if (host !== undefined) await this.end(host);
  }

  private async end(host: Host): Promise<void> {
    this.hosts.delete(host);
    await host.close();
  }

  /** What a server is not held to does not apply to it; what it answered stays. */
  private withLevel(check: Check, result: Omit<Performance, 'wire'>): Omit<Performance, 'wire'> {
    if (LEVELS.indexOf(check.level) <= LEVELS.indexOf(this.of.level)) return result;
    if (result.verdict !== 'fail' && result.verdict !== 'timeout') return result;
    return {
      ...result,
      verdict: 'not-applicable',
      reason: `${check.level}: ${check.title} (server answered ${result.reason ?? '?'})`,
      findings: [],
    };
  }
}

function performanceOf({ verdict, reason, findings, checks }: Outcome): Omit<Performance, 'wire'> {
  return { verdict, findings, checks, ...(reason !== undefined && { reason }) };
}

function isAbsence(error: unknown): error is TransportLacking | TransportMissing {
  return error instanceof TransportLacking || error instanceof TransportMissing;
}

function performanceOfTrouble(error: unknown): Omit<Performance, 'wire'> {
  const nothing = { findings: [], checks: 0 };
  if (isAbsence(error)) return { ...nothing, verdict: 'not-applicable', reason: error.message };
  if (!(error instanceof SetupError)) return performanceOfMistake(error);
  return { ...nothing, verdict: isLate(error) ? 'timeout' : 'setup-error', reason: error.message };
}

/** A program of ours that lets a client wait is itself what is at fault: what it needs is there. */
function isLate(error: unknown): boolean {
  return error instanceof DeadlineExceeded || (error instanceof SetupError && isLate(error.cause));
}

function gone(): Omit<Performance, 'wire'> {
  return { verdict: 'crash', reason: 'the endpoint takes no further connection', findings: [], checks: 0 };
}
