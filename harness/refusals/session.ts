import { ask, isCrash, type Asked, type Interruption } from './ask.ts';
import { judgeAnswer, shorten, type Expected, type RefusalComplaint } from './judge-answer.ts';
import { choosePlainQueries, findChange, type Snapshot } from './snapshot.ts';
import type { Server, Venue } from './venue.ts';

/** A request as it is sent, and what is expected of its answer. */
export interface Request extends Expected {
  readonly text: string;
}

/** What requests to one server showed. */
export interface Shown extends Asked {
  readonly complaints: readonly Shortcoming[];
  /** Of how many requests, the first ones, it is known what came of them. */
  readonly judged: number;
}

/** Something that is wrong, and the request that it is about: its index, or -1 where that is not known. */
export interface Shortcoming {
  readonly complaint: RefusalComplaint;
  readonly request: number;
  readonly interruption?: Interruption;
}

interface Current {
  readonly server: Server;
  readonly before: Snapshot;
}

/** A server that is used until something is wrong with it, and then replaced. */
export class Session {
  /** How often servers may still be started to look into what is wrong: rows that all fail must not take for ever. */
  left = 400;
  private current: Current | undefined;
  private plainQueries: readonly string[] | undefined;

  constructor(
    private readonly venue: Venue,
    /** What the target has of queries that need no arguments. */
    private readonly queries: readonly string[],
    private readonly patience: number,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Sends requests, and looks at what came of them and of the server.
   * @throws {SetupError} when a server does not start
   */
  async show(requests: readonly Request[]): Promise<Shown> {
    const current = this.current ?? (await this.open());
    const shown = await this.showOn(current, requests);
    if (shown.complaints.length > 0) await this.close();
    return shown;
  }

  /** The same on a server that nobody has spoken to, which ends afterwards. */
  async showAlone(requests: readonly Request[]): Promise<Shown> {
    await this.close();
    const shown = await this.showOn(await this.open(), requests);
    await this.close();
    return shown;
  }

  /** Ends the server, if there is one. */
  async close(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    await current?.server.close();
  }

  private async open(): Promise<Current> {
    this.plainQueries ??= await this.choose();
    const server = await this.start();
    const { answers } = await ask(server, this.plainQueries, this.patience);
    this.current = { server, before: answers };
    return this.current;
  }

  private async choose(): Promise<readonly string[]> {
    const server = await this.start();
    return choosePlainQueries(server, this.queries, this.patience).finally(() => server.close());
  }

  private async start(): Promise<Server> {
    this.signal.throwIfAborted();
    const server = await this.venue.start();
    const kill = (): void => void server.kill();
    this.signal.addEventListener('abort', kill, { once: true });
    void server.exited.finally(() => this.signal.removeEventListener('abort', kill));
    return server;
  }

  private async showOn({ server, before }: Current, requests: readonly Request[]): Promise<Shown> {
    const texts = requests.map(({ text }) => text);
    const asked = await ask(server, texts, this.patience);
    this.signal.throwIfAborted();
    const complaints = judgeAll(requests, asked);
    const last = complaints.at(-1);
    // From there on nothing says which answer is whose.
    if (last !== undefined && isOutOfStep(last)) return { ...asked, complaints, judged: last.request + 1 };
    const judged = asked.answers.length;
    if (asked.interruption !== undefined) {
      complaints.push(interrupted(requests[judged], judged, asked.interruption));
      return { ...asked, complaints, judged: judged + 1 };
    }
    const queries = this.plainQueries ?? [];
    const after = await ask(server, queries, this.patience);
    this.signal.throwIfAborted();
    if (after.interruption !== undefined) complaints.push(interrupted(undefined, -1, after.interruption));
    // What was accepted was done, and that it was is told already.
    else if (!complaints.some(({ complaint }) => complaint.rule === 'refusals/accepted'))
      complaints.push(...sideEffects(queries, before, [asked, after]));
    this.current = { server, before: after.answers };
    return { ...asked, complaints, judged };
  }
}

/** Judges answer by answer, until one may be that of another request. */
function judgeAll(requests: readonly Request[], { answers }: Asked): Shortcoming[] {
  const found: Shortcoming[] = [];
  for (const [index, answer] of answers.entries()) {
    const request = requests[index];
    const complaint = request === undefined ? undefined : judgeAnswer(request, answer, requests[index + 1]);
    if (complaint === undefined) continue;
    const shortcoming = { complaint, request: index };
    found.push(shortcoming);
    if (isOutOfStep(shortcoming)) break;
  }
  return found;
}

function isOutOfStep({ complaint: { rule } }: Shortcoming): boolean {
  return rule === 'refusals/id' || rule === 'refusals/no-response';
}

function interrupted(request: Request | undefined, index: number, interruption: Interruption): Shortcoming {
  const { what = 'requests that are forbidden', pointer = '' } = request ?? {};
  const expected = `an error response (${what})`;
  if (interruption.kind === 'hang') {
    const complaint: RefusalComplaint = {
      rule: 'refusals/hang',
      pointer,
      what: interruption.reason,
      expected,
    };
    return { complaint, request: index, interruption };
  }
  const { code, signal } = interruption.end;
  const how = isCrash(interruption.end) ? (signal ?? `exit status ${code ?? '?'}`) : 'exit status 0';
  const complaint: RefusalComplaint = {
    rule: 'refusals/ended',
    pointer,
    what: `the server ended with ${how}`,
    expected,
  };
  return { complaint, request: index, interruption };
}

function sideEffects(
  queries: readonly string[],
  before: Snapshot,
  [asked, after]: readonly [Asked, Asked],
): readonly Shortcoming[] {
  const change = findChange(queries, before, after.answers);
  const [event] = [...asked.events, ...after.events];
  if (change === undefined && event === undefined) return [];
  const what =
    change === undefined
      ? `event ${shorten(event?.text ?? '')}`
      : `${change.query} was ${shorten(change.before)} and is ${shorten(change.after)}`;
  const expected = 'nothing to have happened';
  return [{ complaint: { rule: 'refusals/side-effect', pointer: '', what, expected }, request: -1 }];
}
