import type { Incoming } from './message.ts';

/** The connection has ended, and what was waited for can no longer come. `cause` says why where that is known. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
}

/** What was waited for did not come in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** So many messages lie untaken that reading stopped, and the one that is waited for is not among them. */
export class InboxFull extends Error {
  override readonly name = 'InboxFull';
}

/** Another message came where the protocol allows only one kind, so that the conversation cannot begin. */
export class UnexpectedMessage extends Error {
  override readonly name = 'UnexpectedMessage';
  readonly incoming: Incoming;

  constructor(expected: string, incoming: Incoming) {
    super(`${describe(incoming)}; expected ${expected}`);
    this.incoming = incoming;
  }
}

const SHOWN = 120;

function describe({ kind, text }: Incoming): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return `${kind} ${JSON.stringify(shown)}`;
}
