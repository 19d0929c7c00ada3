import type { Incoming } from '../qmp/connection.ts';
import type { WirePiece } from '../results/wire-recorder.ts';

/** What one command's requests left behind: messages for the wire log, and events to judge. */
export interface CommandLog {
  readonly wire: readonly WirePiece[];
  /** What came beside the responses: events, and what is no response. */
  readonly others: readonly Incoming[];
}

interface OpenLog {
  readonly wire: WirePiece[];
  readonly others: Incoming[];
  began: number | undefined;
}

/** The logs of commands that share a connection. */
export class CommandLogs {
  private readonly logs = new Map<string, OpenLog>();

  /** `at` of a piece counts from the command's first. */
  record(command: string, piece: WirePiece): void {
    const log = this.logOf(command);
    const now = performance.now();
    log.began ??= now;
    log.wire.push({ ...piece, at: Math.round((now - log.began) * 1000) / 1000 });
  }

  hear(command: string, ...others: readonly Incoming[]): void {
    this.logOf(command).others.push(...others);
  }

  /** What a command has left behind since it was last taken. */
  take(command: string): CommandLog {
    const log = this.logOf(command);
    this.logs.delete(command);
    return log;
  }

  private logOf(command: string): OpenLog {
    const log = this.logs.get(command) ?? { wire: [], others: [], began: undefined };
    this.logs.set(command, log);
    return log;
  }
}
