import type { Duplex } from 'node:stream';
import type { RunningProcess } from '../target/server-process.ts';
import type { Transport } from './transport.ts';

/** The id of the character device that the monitor stands on. */
export const MONITOR = 'qmp-monitor';

/** Where a transport puts its files, and what it may reckon with. */
export interface Place {
  /** The transport's own folder, as the program calls it: relative to the program's working directory. */
  readonly name: string;
  /** The same folder, as an absolute path. */
  readonly path: string;
  /** `major.minor.micro` of the program; empty where nobody knows it. */
  readonly version: string;
}

/** How a program is told to offer its monitor over a transport, and how a client comes to it. */
export interface Offer {
  /** Values of the option `chardev`, in order; the one with the id {@link MONITOR} carries the monitor. */
  readonly chardevs: readonly string[];
  /** Values of the option `object`, which stand before. */
  readonly objects?: readonly string[];
  /** The monitor is an object (`monitor-qmp`), not an option of its own. */
  readonly asObject?: boolean;
  /** How many descriptors from 3 on the program gets, as socket pairs. */
  readonly socketPairs?: number;
  /** Whether its stdin and stdout are pipes of ours. */
  readonly stdio?: boolean;
  /** Whether it is to be opened only after the program has started, as a monitor of our own tells. */
  readonly afterStart?: boolean;
  /**
   * Waits until the program can be connected to, as far as the program tells, and returns how it is done.
   * @param patience milliseconds
   * @param filename what the program calls the character device, where it is opened `afterStart`; else empty
   */
  readonly open: (process: RunningProcess, patience: number, filename: string) => Promise<Connect> | Connect;
  /** Gives back what was opened before the program was started. Called once. */
  readonly close?: () => void;
}

/** Opens a connection within so many milliseconds. */
export type Connect = (deadline: number) => Promise<Duplex> | Duplex;

/** A transport, and what makes it. */
export interface Way extends Transport {
  /** The values of ChardevBackendKind that it takes, the monitor's own first. */
  readonly backends: readonly string[];
  /** @throws {TransportMissing} */
  readonly prepare: (place: Place) => Promise<Offer> | Offer;
}

/** A transport that does nothing to bytes, and whose clients follow one another. */
export function plainWay(name: string, backend: string, prepare: Way['prepare']): Way {
  return { name, backends: [backend], reconnects: true, alters: [], prepare };
}
