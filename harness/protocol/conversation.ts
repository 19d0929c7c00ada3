import type { Duplex } from 'node:stream';
import { readJson } from '../json/read-json.ts';
import type { JsonValue } from '../json/value.ts';
import type { Complaint } from '../results/verdict.ts';
import { membersOf, type Answer, type Vocabulary } from './check.ts';
import type { Demand } from './demands.ts';
import { excerpt, isDelimiter } from './judge-message.ts';
import { MessageStream, type Observe, type Received } from './message-stream.ts';
import { isSameValue } from './same-value.ts';
import { fillIn } from './words.ts';

/** The server did not do what a step waits for. What follows in the check would say nothing. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';

  /** @param at index of the message that is wrong; -1 where none is */
  constructor(
    readonly complaint: Complaint,
    readonly at: number,
  ) {
    super(`${complaint.what}; expected ${complaint.expected}`);
  }
}

/** How a conversation is held. */
export interface Manner {
  readonly words: Vocabulary;
  /** Milliseconds that each answer may take. */
  readonly patience: number;
  /** The demand that fails where a step does. */
  readonly demand: Demand;
  readonly observe: Observe;
  readonly maxBytes?: number;
}

/** One connection of a check: what was sent, what came, and how much of that was taken. */
export class Conversation {
  readonly stream: MessageStream;
  /** The events that came, oldest first, and how many of them steps have taken. */
  readonly events: Received[] = [];
  /** On the clock of `performance.now()`, in milliseconds. */
  mark = 0;
  private taken = 0;
  /** How many of the messages were looked at. */
  private unread = 0;
  private probes = 0;

  constructor(
    duplex: Duplex,
    readonly manner: Manner,
  ) {
    this.stream = new MessageStream(duplex, manner.observe, manner.maxBytes);
  }

  /** Takes the next message that is no event. */
  async next(what: string): Promise<Received> {
    let found: Received | undefined;
    await this.stream.until(() => (found ??= this.takeOne()) !== undefined, what, this.manner.patience);
    if (found === undefined) throw new TypeError('waited for nothing');
    return found;
  }

  /** Takes the next response, which must have this `id`, or none. */
  async nextResponse(answer: Answer, what: string): Promise<Received> {
    const received = await this.next(what);
    const { kind, value } = received.incoming;
    if (kind !== 'success' && kind !== 'error') throw this.failed(received, what);
    this.checkId(received, membersOf(value)['id'], answer);
    return received;
  }

  /** Asks something harmless, and takes all that came before its answer, events aside. */
  async probe(): Promise<readonly Received[]> {
    const id = `qmp-conformance-probe-${++this.probes}`;
    this.stream.send(Buffer.from(fillIn(`{"execute": "<query>", "id": "${id}"}\n`, this.manner.words)));
    const before: Received[] = [];
    for (;;) {
      const received = await this.next('answer to a harmless command');
      if (membersOf(received.incoming.value)['id'] === id) return before;
      before.push(received);
    }
  }

  /** Takes the first event of a name that was not taken, or waits for it. */
  async nextEvent(name: string): Promise<Received> {
    const isIt = ({ incoming }: Received): boolean => membersOf(incoming.value)['event'] === name;
    const fresh = (): number => this.events.findIndex((event, index) => index >= this.taken && isIt(event));
    await this.stream.until(
      () => {
        this.sortOutEvents();
        return fresh() >= 0;
      },
      `event ${name}`,
      this.manner.patience,
    );
    const at = fresh();
    this.taken = at + 1;
    const event = this.events[at];
    if (event === undefined) throw new TypeError('waited for nothing');
    return event;
  }

  /** Says that `received` is not what was expected. */
  failed(received: Received | undefined, expected: string, pointer = '', what?: string): StepFailed {
    const text = what ?? (received === undefined ? 'nothing' : excerpt(received.incoming.text));
    const message = received === undefined ? -1 : this.stream.received.indexOf(received);
    return new StepFailed({ rule: `protocol/${this.manner.demand}`, pointer, what: text, expected }, message);
  }

  /** What came and was not taken, events among it. */
  untaken(): readonly Received[] {
    return [...this.events.slice(this.taken), ...this.stream.received.slice(this.unread)];
  }

  private checkId(received: Received, id: JsonValue | undefined, answer: Answer): void {
    const expected = answer.id === undefined ? undefined : fillIn(answer.id, this.manner.words);
    const isRight =
      expected === undefined || id === undefined
        ? expected === undefined && id === undefined
        : isSameValue(id, readJson(expected));
    if (isRight) return;
    const wanted = expected === undefined ? 'no id' : `id ${excerpt(expected)}`;
    throw this.failed(received, wanted, id === undefined ? '' : '/id');
  }

  private takeOne(): Received | undefined {
    this.sortOutEvents();
    const received = this.stream.received[this.unread];
    if (received !== undefined) this.unread++;
    return received;
  }

  /** Puts the events aside that come next, and bytes that are no message at all. */
  private sortOutEvents(): void {
    for (;;) {
      const received = this.stream.received[this.unread];
      if (received === undefined) return;
      if (received.incoming.kind === 'event') this.events.push(received);
      else if (!isDelimiter(received)) return;
      this.unread++;
    }
  }
}
