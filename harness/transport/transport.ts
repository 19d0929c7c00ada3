import type { Duplex } from 'node:stream';
import type { RunningProcess } from '../target/server-process.ts';

/** The programs of QEMU that speak QMP, or the guest agent's dialect of it. */
export type Program = 'system' | 'storage-daemon' | 'guest-agent';

/** A way in which a program offers its monitor. */
export interface Transport {
  /** Last part of a row's id, e.g. `unix`, `tcp`, `telnet`, `pty`. */
  readonly name: string;
  /** Whether a client that left may be followed by another on the same process. */
  readonly reconnects: boolean;
  /** The next client is not seen for a second: starting another process is faster. */
  readonly slow?: boolean;
  /** What the transport itself does to bytes, for which a check cannot blame the server. */
  readonly alters: readonly Alteration[];
}

/**
 * `escapes-ff`: 0xFF begins a command of the transport (telnet); `escapes-01`: 0x01 does (a multiplexer).
 * `datagrams`: what is sent at one time arrives at one time or never.
 */
export type Alteration = 'escapes-ff' | 'escapes-01' | 'datagrams';

/** A process that offers its monitor over a transport, and is told nothing yet. */
export interface OfferedMonitor {
  readonly process: RunningProcess;
  /**
   * Opens a connection; the bytes of the transport's own protocol are taken off. Where the transport does not
   * reconnect, the first call only.
   * @param deadline milliseconds
   * @throws {SetupError} when it cannot be opened in time
   */
  readonly connect: (deadline: number) => Promise<Duplex>;
  /** Ends the process, and what was opened for the transport. */
  readonly close: () => Promise<void>;
}
