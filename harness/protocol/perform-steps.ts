import type { Duplex } from 'node:stream';
import type { JsonValue } from '../json/value.ts';
import {
  membersOf,
  type Answer,
  type Check,
  type Fifo,
  type Server,
  type Start,
  type Step,
  type Test,
  type Vocabulary,
} from './check.ts';
import { Conversation } from './conversation.ts';
import type { Demand } from './demands.ts';
import {
  awaitLineEnd,
  bytesOf,
  expectAfter,
  expectAtMost,
  expectEnd,
  expectError,
  expectErrors,
  expectSilence,
  sendCut,
} from './expectations.ts';
import type { Observe, Received } from './message-stream.ts';
import { toBuffer } from './words.ts';

/** What a check is performed on. */
export interface Surroundings {
  readonly server: Server;
  readonly words: Vocabulary;
  /** Milliseconds that each answer may take. */
  readonly patience: number;
  /** The most bytes that a message may have. */
  readonly maxBytes?: number;
  /** Opens a further connection. */
  readonly connect: () => Promise<Duplex>;
  /** Makes what sees the bytes of a connection; it is told when nothing more comes. */
  readonly record: (connection: string) => { readonly observe: Observe; readonly end: () => void };
  readonly sendSignal: (signal: NodeJS.Signals) => void;
  /** Waits until somebody reads a FIFO, and keeps it open for writing until the result is called. */
  readonly holdFifo: (path: string) => Promise<() => Promise<void>>;
}

/** A check while it is performed. */
export interface Progress {
  readonly conversations: Map<string, Conversation>;
  /** What is to be told that the check is over. */
  readonly recorders: { readonly end: () => void }[];
  /** The FIFOs that are held, each with what lets it go. */
  readonly held: Map<Fifo, () => Promise<void>>;
  /** How many comparisons were made. */
  checks: number;
}

/** The main connection; others have names of their own. */
export const MAIN = 'main';

const NEGOTIATE = '{"execute": "qmp_capabilities"}\n';
const ENABLE_OOB = '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}\n';

/**
 * Performs a check's steps, and makes sure that the server still answers on each connection that is open, and has said
 * nothing that nobody asked for.
 * @throws {StepFailed} where the server does not what a step waits for
 * @throws {ConnectionClosed}
 * @throws {DeadlineExceeded}
 */
export async function performSteps(check: Check, around: Surroundings, progress: Progress): Promise<void> {
  const stepper = new Stepper(check.demand, around, progress);
  await stepper.open(MAIN, check.start);
  for (const step of check.steps) {
    progress.checks++;
    await stepper.perform(step);
  }
  for (const talk of progress.conversations.values()) {
    if (talk.stream.ended !== undefined) continue;
    await expectSilence(talk);
    await awaitLineEnd(talk);
  }
}

class Stepper {
  private greeting: JsonValue | undefined;
  private readonly returns: JsonValue[] = [];

  constructor(
    private readonly demand: Demand,
    private readonly around: Surroundings,
    private readonly progress: Progress,
  ) {}

  async open(name: string, start: Start): Promise<void> {
    const { words, patience, maxBytes } = this.around;
    const duplex = await this.around.connect();
    const recorder = this.around.record(name);
    this.progress.recorders.push(recorder);
    const { observe } = recorder;
    const manner = {
      words,
      patience,
      demand: this.demand,
      observe,
      ...(maxBytes !== undefined && { maxBytes }),
    };
    const talk = new Conversation(duplex, manner);
    this.progress.conversations.set(name, talk);
    if (start === 'opened' || this.around.server === 'guest-agent') return;
    await this.expectGreeting(talk);
    if (start === 'greeted') return;
    talk.stream.send(Buffer.from(start === 'oob' ? ENABLE_OOB : NEGOTIATE));
    await this.expectSuccess(talk, {});
    this.returns.length = 0;
  }

  async perform(step: Step): Promise<void> {
    if (step.kind === 'open') return this.open(step.connection, step.start);
    const name = 'connection' in step ? step.connection : MAIN;
    const talk = this.progress.conversations.get(name);
    if (talk === undefined) throw new TypeError(`no connection ${name}; expected one that is open`);
    return this.performOn(talk, step);
  }

  private async performOn(talk: Conversation, step: Exclude<Step, { kind: 'open' }>): Promise<void> {
    switch (step.kind) {
      case 'send':
        talk.stream.send(toBuffer(step.bytes, talk.manner.words));
        return;
      case 'send cut':
        return sendCut(talk, step.text, step.answer);
      case 'greeting':
        return this.expectGreeting(talk, step.test);
      case 'success':
        return this.expectSuccess(talk, step.answer, step.returns);
      case 'error':
        return expectError(talk, step.answer, step.class);
      case 'response':
        await talk.nextResponse(step.answer, 'response');
        return;
      case 'errors':
        return expectErrors(talk);
      case 'survival':
        await talk.probe();
        return;
      case 'event':
        return this.expectEvent(talk, step.name, step.test);
      case 'at most':
        expectAtMost(talk, step.count, step.name);
        return;
      case 'mark':
        talk.mark = performance.now();
        return;
      case 'after':
        expectAfter(talk, step.milliseconds, step.name);
        return;
      case 'close':
        await awaitLineEnd(talk);
        talk.stream.close();
        return;
      case 'end':
        return expectEnd(talk, step.messages);
      case 'signal':
        this.around.sendSignal(step.signal);
        return;
      case 'hold':
        this.progress.held.set(step.fifo, await this.around.holdFifo(this.around.words[step.fifo]));
        return;
      case 'release':
        await this.progress.held.get(step.fifo)?.();
        this.progress.held.delete(step.fifo);
        return;
      case 'bytes':
        expectBytes(talk, step);
        return;
    }
  }

  private async expectGreeting(talk: Conversation, test?: Test): Promise<void> {
    const received = await talk.next('greeting');
    if (received.incoming.kind !== 'greeting') throw talk.failed(received, 'the greeting');
    this.greeting ??= membersOf(received.incoming.value)['QMP'];
    if (test) this.test(talk, received, 'QMP', test);
  }

  private async expectSuccess(talk: Conversation, answer: Answer, returns?: Test): Promise<void> {
    const received = await talk.nextResponse(answer, 'success response');
    if (received.incoming.kind !== 'success') throw talk.failed(received, 'a success');
    if (returns) this.test(talk, received, 'return', returns);
    this.returns.push(membersOf(received.incoming.value)['return'] ?? null);
  }

  private async expectEvent(talk: Conversation, name: string, test?: Test): Promise<void> {
    const received = await talk.nextEvent(name);
    if (test) this.test(talk, received, undefined, test);
  }

  /** `member`: that of the message which is looked at; undefined: the whole message. */
  private test(talk: Conversation, received: Received, member: string | undefined, test: Test): void {
    const { value = null } = received.incoming;
    const part = member === undefined ? value : (membersOf(value)[member] ?? null);
    const what = test.complain(part, { greeting: this.greeting, returns: this.returns });
    if (what !== undefined)
      throw talk.failed(received, test.expected, member === undefined ? '' : `/${member}`, what);
  }
}

function expectBytes(talk: Conversation, step: Extract<Step, { kind: 'bytes' }>): void {
  const what = step.complain(bytesOf(talk));
  if (what !== undefined) throw talk.failed(undefined, step.expected, '', what);
}
