import type { Duplex } from 'node:stream';
import { FrameLimitError, FrameReader, type Frame } from '../json/frame-reader.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { writeJson } from '../json/write-json.ts';
import { ConnectionClosed, UnexpectedMessage } from './connection-errors.ts';
import { watchDeadline, type Deadline } from './deadline.ts';
import { Inbox, INBOX_LIMITS, type InboxLimits } from './inbox.ts';
import { eventName, readGreeting, readIncoming, type Greeting, type Incoming } from './message.ts';
import { sendWithDescriptor } from './send-with-descriptor.ts';

export type { Incoming } from './message.ts';

/**
 * Sees every byte of a connection as it goes, in chunks as they come. `->` is to the server; `at` is in milliseconds
 * on the clock of `performance.now()`.
 */
export type WireObserver = (direction: '->' | '<-', bytes: Buffer, at: number) => void;

export interface ConnectionOptions {
  readonly observer?: WireObserver | undefined;
  readonly limits?: InboxLimits;
  /** Looks at what is about to be sent; by throwing it keeps it from the wire. */
  readonly guard?: (text: string | Buffer) => void;
  /** The largest message that is taken in, in bytes. */
  readonly maxMessageBytes?: number;
}

/** How long preparation waits for one answer, in milliseconds, where the caller does not say. */
const DEFAULT_PATIENCE = 10_000;

/**
 * A monitor connection, seen from the client. Every incoming message lies in one inbox, in order of arrival, until
 * exactly one call takes it: `next` the oldest, `execute` its own response, `waitForEvent` the first that fits.
 * Nothing is lost between two waits; what nobody takes stays for `next` and `drain`.
 */
export class QmpConnection {
  /** Resolves when nothing more will come. Never rejects. */
  readonly closed: Promise<void>;
  private readonly inbox: Inbox;
  private readonly frames: FrameReader;
  private readonly observer: WireObserver | undefined;
  private readonly guard: ((text: string | Buffer) => void) | undefined;
  private end: ConnectionClosed | undefined;
  private commands = 0;
  private greeted: Incoming | undefined;

  constructor(
    private readonly stream: Duplex,
    options: ConnectionOptions = {},
  ) {
    this.inbox = new Inbox(options.limits ?? INBOX_LIMITS);
    this.frames = new FrameReader(options.maxMessageBytes);
    this.observer = options.observer;
    this.guard = options.guard;
    this.closed = new Promise((resolve) => {
      const finish = (cause?: unknown): void => {
        this.finish(cause);
        resolve();
      };
      stream.on('data', (chunk: Buffer) => this.receive(chunk));
      stream.once('end', finish);
      // Stays for the stream's life: a write after the peer left may fail more than once.
      stream.on('error', finish);
      stream.once('close', () => finish());
    });
  }

  /** The greeting, once {@link waitForGreeting} has seen it. */
  get greeting(): Incoming | undefined {
    return this.greeted;
  }

  /** The events that came and were not taken, oldest first. */
  get events(): readonly Incoming[] {
    return this.inbox.waiting.filter(({ kind }) => kind === 'event');
  }

  /**
   * Takes the first message, which must be the greeting (qmp-spec, Server Greeting).
   * @throws {UnexpectedMessage} when it is anything else, or a greeting without its mandatory members
   * @throws {ConnectionClosed}
   * @throws {DeadlineExceeded}
   */
  async waitForGreeting(deadline: Deadline = DEFAULT_PATIENCE): Promise<Greeting> {
    const incoming = await this.inbox.take(() => true, 'greeting', deadline).finally(() => this.flow());
    const greeting = incoming.kind === 'greeting' ? readGreeting(incoming) : undefined;
    if (greeting === undefined) throw new UnexpectedMessage('a QMP greeting', incoming);
    this.greeted = incoming;
    return greeting;
  }

  /**
   * Leaves capabilities negotiation mode, enabling `capabilities` (qmp-spec, Capabilities Negotiation).
   * @throws {UnexpectedMessage} when the server refuses
   */
  async negotiate(capabilities: readonly string[] = [], deadline?: Deadline): Promise<Incoming> {
    const args = capabilities.length === 0 ? undefined : { enable: capabilities };
    const response = await this.execute('qmp_capabilities', args, deadline);
    if (response.kind !== 'success') throw new UnexpectedMessage('success of qmp_capabilities', response);
    return response;
  }

  /**
   * Puts bytes on the wire exactly as given. Resolves when the stream can take more: a server that does not read
   * holds the caller up, until `deadline` if there is one.
   * @throws {ConnectionClosed}
   * @throws {DeadlineExceeded}
   */
  async send(text: string | Buffer, deadline?: Deadline): Promise<void> {
    this.guard?.(text);
    if (this.end !== undefined || !this.stream.writable) throw this.end ?? new ConnectionClosed(CLOSED);
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    this.observer?.('->', bytes, performance.now());
    if (!this.stream.write(bytes)) await this.drained(deadline);
  }

  /**
   * Puts bytes on the wire exactly as given, and hands over a copy of an open descriptor of ours with them (SCM_RIGHTS
   * of unix(7)). Nothing else is to be sent until this resolves.
   * @throws {ConnectionClosed}
   * @throws {DeadlineExceeded}
   * @throws {SystemCallError} with what the system says against it
   */
  async sendWithDescriptor(
    text: string | Buffer,
    descriptor: number,
    deadline: Deadline = DEFAULT_PATIENCE,
  ): Promise<void> {
    this.guard?.(text);
    if (this.end !== undefined || !this.stream.writable) throw this.end ?? new ConnectionClosed(CLOSED);
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const rest = await sendWithDescriptor(this.stream, bytes, descriptor, deadline);
    this.observer?.('->', bytes, performance.now());
    if (rest.length > 0 && !this.stream.write(rest)) await this.drained(deadline);
  }

  /** Takes the oldest message that was not taken, whatever it is. */
  next(deadline: Deadline): Promise<Incoming> {
    return this.inbox.take(() => true, 'message', deadline).finally(() => this.flow());
  }

  /**
   * Executes a command in-band under an id of our own, and takes its response, success or error. Everything else that
   * comes meanwhile stays in the inbox. For preparation: a dialogue that is judged uses `send` and `next`.
   * @param descriptor one of ours that is handed over with the command
   */
  async execute(
    command: string,
    args?: JsonObject,
    deadline: Deadline = DEFAULT_PATIENCE,
    descriptor?: number,
  ): Promise<Incoming> {
    const id = `qmp-conformance-${++this.commands}`;
    const request: JsonObject =
      args === undefined ? { execute: command, id } : { execute: command, arguments: args, id };
    const response = this.inbox.take((incoming) => answers(incoming, id), `response to ${command}`, deadline);
    // The send may fail first; the response's own failure is then nobody's news.
    response.catch(() => undefined);
    const text = `${writeJson(request)}\r\n`;
    if (descriptor === undefined) await this.send(text, deadline);
    else await this.sendWithDescriptor(text, descriptor, deadline);
    return response.finally(() => this.flow());
  }

  /** Takes the first event of this name, or that the predicate accepts, whether it came already or is yet to come. */
  waitForEvent(which: string | ((event: Incoming) => boolean), deadline: Deadline): Promise<Incoming> {
    const [wants, what] =
      typeof which === 'string'
        ? [(incoming: Incoming) => eventName(incoming) === which, `event ${which}`]
        : [(incoming: Incoming) => incoming.kind === 'event' && which(incoming), 'such event'];
    return this.inbox.take(wants, what, deadline).finally(() => this.flow());
  }

  /** Takes all messages that came and were not taken, without waiting. */
  drain(): readonly Incoming[] {
    const drained = this.inbox.drain();
    this.flow();
    return drained;
  }

  /** Ends the connection from our side. */
  close(): void {
    this.stream.destroy();
    this.finish();
  }

  private receive(chunk: Buffer): void {
    const at = performance.now();
    this.observer?.('<-', chunk, at);
    try {
      for (const frame of this.frames.push(chunk)) this.inbox.put(readIncoming(frame, at));
    } catch (error) {
      this.finish(error);
      this.stream.destroy();
      return;
    }
    if (this.inbox.full) this.stream.pause();
  }

  /** Reads on after a pause, once there is room again. */
  private flow(): void {
    if (this.end === undefined && this.stream.isPaused() && !this.inbox.full) this.stream.resume();
  }

  private finish(cause?: unknown): void {
    if (this.end !== undefined) return;
    this.end = new ConnectionClosed(cause instanceof Error ? `${CLOSED}: ${cause.message}` : CLOSED, {
      cause,
    });
    const rest: Frame = { kind: 'garbage', bytes: this.frames.end() };
    // The beginning of a message that is too long tells nothing that is worth its memory.
    if (rest.bytes.length > 0 && !(cause instanceof FrameLimitError))
      this.inbox.put(readIncoming(rest, performance.now()));
    this.inbox.end(this.end);
  }

  private drained(deadline: Deadline | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = deadline === undefined ? undefined : watchDeadline(deadline, 'room to send', reject);
      this.stream.once('drain', () => {
        cancel?.();
        resolve();
      });
      void this.closed.then(() => {
        cancel?.();
        reject(this.end ?? new ConnectionClosed(CLOSED));
      });
    });
  }
}

const CLOSED = 'the connection was closed';

function answers({ kind, value }: Incoming, id: JsonValue): boolean {
  return (kind === 'success' || kind === 'error') && isJsonObject(value) && value['id'] === id;
}
