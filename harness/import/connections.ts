/** Numbers the connections of a log: each client of a monitor is one, and a log tells by their first words that they came. */
export interface Connections {
  /** The greeting was sent: a client has come. */
  readonly greeted: (monitor: string) => number;
  /** A command was sent. */
  readonly sent: (monitor: string, command: unknown) => number;
  /** Something else was sent by the server. */
  readonly current: (monitor: string) => number;
}

interface Known {
  readonly number: number;
  /** Whether negotiation was asked for, which a client does once. */
  negotiated: boolean;
}

/** Begins with no connection. */
export function numberConnections(): Connections {
  const known = new Map<string, Known>();
  let count = 0;
  const open = (monitor: string): Known => {
    const opened = { number: count++, negotiated: false };
    known.set(monitor, opened);
    return opened;
  };
  return {
    greeted: (monitor) => open(monitor).number,
    sent: (monitor, command) => {
      const before = known.get(monitor) ?? open(monitor);
      if (command !== 'qmp_capabilities') return before.number;
      // A log without greetings shows a further client by its negotiation.
      const own = before.negotiated ? open(monitor) : before;
      own.negotiated = true;
      return own.number;
    },
    current: (monitor) => (known.get(monitor) ?? open(monitor)).number,
  };
}
