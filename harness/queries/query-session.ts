import type { JsonObject } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { ConnectionClosed, DeadlineExceeded, InboxFull } from '../qmp/connection-errors.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import { endWithin } from '../target/end-within.ts';
import type { Answer, Failure } from './answer.ts';
import { CommandLogs, type CommandLog } from './command-logs.ts';
import { findCompanions } from './find-companions.ts';
import { makeRequests, type Listener, type Pending } from './pipeline.ts';
import type { SetUp, StandingStage } from './stand-stage.ts';

/** The run was interrupted. */
export class QueryInterrupted extends Error {
  override readonly name = 'QueryInterrupted';
}

/** So many requests are under way at once. QEMU takes eight, the rest waits in the socket, so that it never idles. */
const WINDOW = 32;
/** So many of those that were answered last may have killed the process afterwards. */
const MAX_SUSPECTS = 4;
/** After so many failures of one command its other requests are not made. */
const MAX_FAILURES = { crash: 40, timeout: 2 } as const;
/** What a server that somebody else has started does once is enough. */
const MAX_FAILURES_OF_OTHERS = { crash: 1, timeout: 1 } as const;

/**
 * Many queries on one QEMU. Requests are pipelined; each is made once, whoever asks. When the process dies or hangs the
 * culprit is found on a fresh one, and the rest goes on there.
 */
export class QuerySession {
  private readonly answers = new Map<string, Answer>();
  private readonly logs = new CommandLogs();
  private readonly failures = new Map<string, { crash: number; timeout: number }>();
  /** Requests whose answers others are made from: a fresh process has to know what the first one was asked. */
  private readonly sources = new Map<string, Pending>();
  private stage: StandingStage | undefined;
  private broken: { readonly error: Error } | undefined;
  private ids = 0;
  /** What the QEMU that stands, or the one that has just died, has answered. */
  private history: Pending[] = [];
  private current = '';
  private hasStood = false;
  private window: number;
  /** The same requests are made again and again, on one process after another: nothing for the wire log. */
  private isSearching = false;

  /**
   * @param setUp starts a QEMU on its stage
   * @param patience milliseconds that each response may take
   */
  constructor(
    private readonly setUp: SetUp,
    private readonly patience: number,
    private readonly signal: AbortSignal,
    /** It is ours to end, and to be started again; what ends a server of somebody else's is not repeated. */
    private readonly isOurs = true,
  ) {
    this.window = isOurs ? WINDOW : 1;
  }

  /**
   * Asks; what was asked before is not asked again.
   * @param isSource other requests will be made of the answers. QEMU may load modules for such a query, and know more
   * types after it, so that each further process is asked it first
   * @throws {StageError} when the stage cannot be set up, each time
   * @throws {QueryInterrupted}
   */
  async ask(
    command: string,
    requests: readonly (JsonObject | undefined)[],
    isSource = false,
  ): Promise<readonly Answer[]> {
    const asked = requests.map((given): Pending => {
      const body = given === undefined ? { execute: command } : { execute: command, arguments: given };
      return { key: writeJson(body), command, arguments: given };
    });
    const unique = new Map(asked.map((request) => [request.key, request]));
    let left = [...unique.values()].filter(({ key }) => !this.answers.has(key));
    this.current = command;
    while (left.length > 0 && !this.isHopeless(command)) {
      await this.askOnOneProcess(left);
      left = left.filter(({ key }) => !this.answers.has(key));
    }
    for (const { key } of left) this.answers.set(key, { kind: 'not-asked' });
    if (isSource) for (const request of asked) this.noteSource(request);
    return asked.map(({ key }) => this.answers.get(key) ?? { kind: 'not-asked' });
  }

  private noteSource(request: Pending): void {
    const { key } = request;
    if (this.answers.get(key)?.kind === 'response') this.sources.set(key, request);
  }

  /** Messages of a command's requests, and what came beside the responses; they are told once. */
  takeLog(command: string): CommandLog {
    return this.logs.take(command);
  }

  /**
   * Does something to a QEMU that nobody else is asked on, one request at a time: what happens then happens in every
   * run, as long as the target is the same.
   */
  async apart<T>(perform: () => Promise<T>): Promise<T> {
    await this.renew();
    const { window } = this;
    this.window = 1;
    try {
      return await perform();
    } finally {
      this.window = window;
      await this.renew();
    }
  }

  /** The next request is made on a fresh process, unless nothing was asked on this one. */
  private async renew(): Promise<void> {
    if (this.history.length > 0) await this.close();
    this.history = [];
  }

  /** Ends the QEMU. */
  async close(): Promise<void> {
    const stage = this.stage;
    this.stage = undefined;
    await stage?.close();
  }

  private async askOnOneProcess(requests: readonly Pending[]): Promise<void> {
    const stage = await this.stand();
    const isFresh = this.history.length === 0;
    const [first] = requests;
    // One that is known to kill is likely to be followed by another: a request that goes alone need not be repeated.
    const window = first !== undefined && this.failures.has(first.command) ? 1 : this.window;
    const outcome = await this.converse(stage, requests, window);
    if (outcome === undefined) return this.seeSurvival(stage, requests);
    await this.close();
    const { unanswered, failure } = outcome;
    const [culprit] = unanswered;
    const isCertain = !this.isOurs || (isFresh && window === 1 && culprit?.key === first?.key);
    if (culprit !== undefined && isCertain) this.fail(culprit, { ...failure, reproduced: true });
    else await this.findCulprit(unanswered, failure);
  }

  /** A process may answer and die of it: one more command tells, before another row has the blame. */
  private async seeSurvival(stage: StandingStage, answered: readonly Pending[]): Promise<void> {
    const failure = await this.findDeath(stage);
    if (failure === undefined) return;
    await this.close();
    const suspects = answered.slice(-MAX_SUSPECTS).toReversed();
    const [last] = suspects;
    if (last !== undefined && !this.isOurs) this.fail(last, { ...failure, reproduced: true });
    else await this.findCulprit(suspects, failure);
  }

  /**
   * The first request that was not answered need not be the culprit: answers to those before the culprit may have died
   * in the buffers of the process. So each that was under way is repeated, one at a time. Where none kills, something
   * that went before has to be repeated too.
   */
  private async findCulprit(suspects: readonly Pending[], failure: Failure): Promise<void> {
    const [first] = suspects;
    if (first === undefined) return;
    const history = this.history.filter(({ command, key }) => command === first.command && key !== first.key);
    for (const [index, suspect] of suspects.entries()) {
      const stage = await this.stand();
      const again = await this.askAlone(stage, suspect);
      if (again === undefined) continue;
      await this.close();
      const companions = await this.findCompanionsOf(suspect, suspects.slice(0, index), again);
      this.fail(suspect, {
        ...again,
        after: companions ?? [],
        reproduced: index === 0 || companions !== undefined,
      });
      return;
    }
    await this.close();
    const companions = await this.findCompanionsOf(first, history, failure);
    this.fail(first, { ...failure, after: companions ?? [], reproduced: companions !== undefined });
  }

  /** What must go before a request so that a fresh process dies of it; a hang is not waited for again and again. */
  private async findCompanionsOf(
    last: Pending,
    history: readonly Pending[],
    { kind }: Failure,
  ): Promise<Failure['after'] | undefined> {
    if (kind === 'timeout') return undefined;
    this.isSearching = true;
    const companions = await findCompanions(history, async (before) => {
      const stage = await this.stand();
      const outcome = await this.converse(stage, [...before, last], WINDOW, () => undefined);
      const failure = outcome === undefined ? await this.findDeath(stage) : outcome.failure;
      await this.close();
      return failure?.kind === 'crash';
    }).finally(() => (this.isSearching = false));
    return companions?.map((request) => request.arguments);
  }

  /** One request, and another to see whether the process has survived it. */
  private async askAlone(stage: StandingStage, request: Pending): Promise<Failure | undefined> {
    const outcome = await this.converse(stage, [request], 1);
    return outcome === undefined ? this.findDeath(stage) : outcome.failure;
  }

  private async findDeath(stage: StandingStage): Promise<Failure | undefined> {
    try {
      await stage.main.connection.execute('query-status', undefined, this.patience);
      return undefined;
    } catch (error) {
      return this.failureOf(stage, error);
    }
  }

  private fail({ key, command }: Pending, failure: Failure): void {
    this.answers.set(key, failure);
    const counts = this.failures.get(command) ?? { crash: 0, timeout: 0 };
    counts[failure.kind]++;
    this.failures.set(command, counts);
  }

  private isHopeless(command: string): boolean {
    const { crash = 0, timeout = 0 } = this.failures.get(command) ?? {};
    const most = this.isOurs ? MAX_FAILURES : MAX_FAILURES_OF_OTHERS;
    return crash >= most.crash || timeout >= most.timeout;
  }

  private async stand(): Promise<StandingStage> {
    if (this.signal.aborted) throw new QueryInterrupted();
    if (this.broken !== undefined) throw this.broken.error;
    if (this.stage !== undefined) return this.stage;
    try {
      this.stage = await this.setUp((piece) => {
        if (!this.isSearching) this.logs.record(this.current, piece);
      });
    } catch (error) {
      this.broken = { error: error instanceof Error ? error : new Error(String(error)) };
      throw error;
    }
    // The greeting, and events of the preparation: they are the same each time.
    if (!this.hasStood) this.logs.hear(this.current, ...this.stage.earlier);
    else await this.converse(this.stage, [...this.sources.values()], this.window, () => undefined);
    this.hasStood = true;
    this.history = [];
    return this.stage;
  }

  /** Makes the requests on a QEMU; returns what is left when it dies or falls silent. */
  private async converse(
    stage: StandingStage,
    requests: readonly Pending[],
    window: number,
    answered: Listener['answered'] = (request, answer) => this.keep(request, answer),
  ): Promise<{ readonly unanswered: readonly Pending[]; readonly failure: Failure } | undefined> {
    const options = { window, patience: this.patience };
    const left = await makeRequests(stage.main.connection, requests, options, {
      nextId: () => `q${++this.ids}`,
      answered,
      heard: (incoming) => this.logs.hear(this.current, incoming),
    });
    return left && { unanswered: left.unanswered, failure: await this.failureOf(stage, left.error) };
  }

  private keep(request: Pending, answer: Answer): void {
    this.answers.set(request.key, answer);
    this.history.push(request);
  }

  /** One core dump of a command is enough. */
  private async keepEnd(stage: StandingStage, end: ProcessEnd): Promise<ProcessEnd> {
    const isEnough = this.isSearching || this.failures.has(this.current);
    return isEnough ? end : stage.withCore(end, this.current);
  }

  private async failureOf(stage: StandingStage, error: unknown): Promise<Failure> {
    if (this.signal.aborted) throw new QueryInterrupted();
    if (error instanceof ConnectionClosed) {
      const end = await this.keepEnd(stage, await endWithin(stage.main, this.patience));
      return { kind: 'crash', end, after: [], reproduced: false };
    }
    if (error instanceof DeadlineExceeded || error instanceof InboxFull)
      return { kind: 'timeout', end: await stage.main.kill(), after: [], reproduced: false };
    throw error;
  }
}
