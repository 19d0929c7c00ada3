import { watchDeadline, type Deadline } from './deadline.ts';
import { InboxFull } from './connection-errors.ts';
import type { Incoming } from './message.ts';

/** How much may lie untaken before reading stops. */
export interface InboxLimits {
  readonly messages: number;
  /** Characters of message text. */
  readonly characters: number;
}

/** A migration or a block job may send thousands of events; more than this untaken means that nobody listens. */
export const INBOX_LIMITS: InboxLimits = { messages: 20_000, characters: 64 * 1024 * 1024 };

interface Waiter {
  readonly wants: (incoming: Incoming) => boolean;
  readonly resolve: (incoming: Incoming) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The messages that came and that nobody took yet, in order of arrival. Each is taken exactly once: by the longest
 * waiting of those who want it, else it stays.
 */
export class Inbox {
  private messages: Incoming[] = [];
  private characters = 0;
  private waiters: Waiter[] = [];
  private ended: Error | undefined;

  constructor(private readonly limits: InboxLimits) {}

  /** True while so much lies here that nothing more should be read. */
  get full(): boolean {
    return this.messages.length >= this.limits.messages || this.characters >= this.limits.characters;
  }

  /** What has come and was not taken, oldest first. */
  get waiting(): readonly Incoming[] {
    return this.messages;
  }

  /** Takes in one message. */
  put(incoming: Incoming): void {
    const at = this.waiters.findIndex(({ wants }) => wants(incoming));
    if (at >= 0) {
      this.waiters.splice(at, 1)[0]?.resolve(incoming);
      return;
    }
    this.messages.push(incoming);
    this.characters += incoming.text.length;
    if (this.full) this.rejectAll(this.overflow());
  }

  /** Takes the first message that `wants` accepts, or waits for it. `what` names it in errors. */
  take(wants: (incoming: Incoming) => boolean, what: string, deadline: Deadline): Promise<Incoming> {
    const incoming = this.takeAt(this.messages.findIndex(wants));
    if (incoming !== undefined) return Promise.resolve(incoming);
    if (this.ended !== undefined) return Promise.reject(this.ended);
    if (this.full) return Promise.reject(this.overflow());
    return new Promise((resolve, reject) => this.enlist({ wants, resolve, reject }, what, deadline));
  }

  /** Takes all that lies here. */
  drain(): readonly Incoming[] {
    const taken = this.messages;
    this.messages = [];
    this.characters = 0;
    return taken;
  }

  /** Nothing more will come: whoever waits is told why. What lies here can still be taken. */
  end(error: Error): void {
    this.ended ??= error;
    this.rejectAll(this.ended);
  }

  private enlist(waiter: Waiter, what: string, deadline: Deadline): void {
    const cancel = watchDeadline(deadline, what, (error) => {
      this.waiters = this.waiters.filter((other) => other !== enlisted);
      waiter.reject(error);
    });
    const enlisted: Waiter = {
      wants: waiter.wants,
      resolve: (incoming) => {
        cancel();
        waiter.resolve(incoming);
      },
      reject: (error) => {
        cancel();
        waiter.reject(error);
      },
    };
    this.waiters.push(enlisted);
  }

  private takeAt(at: number): Incoming | undefined {
    if (at < 0) return undefined;
    const incoming = at === 0 ? this.messages.shift() : this.messages.splice(at, 1)[0];
    this.characters -= incoming?.text.length ?? 0;
    return incoming;
  }

  private rejectAll(error: Error): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }

  private overflow(): InboxFull {
    return new InboxFull(
      `${this.messages.length} messages (${this.characters} characters) came and were not taken`,
    );
  }
}
