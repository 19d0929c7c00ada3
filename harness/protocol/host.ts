import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DeadlineExceeded } from '../qmp/connection-errors.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import type { RunningProcess } from '../target/server-process.ts';
import { offerMonitor, type OfferingBinary } from '../transport/offer-monitor.ts';
import type { Program, Transport } from '../transport/transport.ts';
import type { Fifo, Vocabulary } from './check.ts';

/** What checks connect to: a process of ours, or a server that somebody else started. */
export interface Host {
  /** Opens a connection. @throws {SetupError} when it cannot be opened in time */
  readonly connect: () => Promise<Duplex>;
  /** The process; undefined for an endpoint. */
  readonly process: Pick<RunningProcess, 'pid' | 'exited'> | undefined;
  /** Paths of FIFOs that a command may name; empty where there are none. */
  readonly fifos: Pick<Vocabulary, Fifo>;
  /** Ends the process, and removes what was made for it. */
  readonly close: () => Promise<void>;
}

/** Starts what checks connect to. */
export type StartHost = (options: { readonly pretty: boolean; readonly fifos: boolean }) => Promise<Host>;

/** Starts programs of QEMU that offer their monitor over a transport, each in a folder of its own. */
export function hostsOfProgram(
  program: Program,
  transport: Transport,
  binary: OfferingBinary,
  patience: number,
): StartHost {
  return async ({ pretty, fifos }) => {
    const dir = await mkdtemp(join(tmpdir(), 'qmp-conformance-'));
    const paths = { fifo: join(dir, 'fifo'), otherfifo: join(dir, 'otherfifo') };
    const remove = (): Promise<void> => rm(dir, { recursive: true, force: true, maxRetries: 3 });
    try {
      // Node has no mkfifo(3); the program is part of POSIX.
      if (fifos) await promisify(execFile)('mkfifo', Object.values(paths), { timeout: patience });
      const offered = await offerMonitor(transport, program, binary, { dir, patience, pretty });
      const close = async (): Promise<void> => {
        await offered.close();
        await remove();
      };
      return { connect: () => offered.connect(patience), process: offered.process, fifos: paths, close };
    } catch (error) {
      await remove();
      throw error;
    }
  };
}

/** How a process of ours has ended; undefined where it has not, within a moment: its connections close before it is gone. */
export async function endOf({ process }: Host): Promise<ProcessEnd | undefined> {
  if (process === undefined) return undefined;
  const stop = new AbortController();
  const moment = delay(END_PATIENCE, undefined, { signal: stop.signal }).catch(() => undefined);
  const end = await Promise.race([process.exited, moment]);
  stop.abort();
  return end ?? undefined;
}

const END_PATIENCE = 500;
/** There is no event that tells that somebody has opened the other end. */
const OPEN_DISTANCE = 2;

/** A configuration that says nothing, at some length: the command does not end before what was sent before is read. */
const COMMENTS = '#\n'.repeat(30_000);

/**
 * Opens a FIFO for writing as soon as somebody waits to read it; the result closes it. Never waits inside the system: a
 * thread that does could not be called back.
 * @throws {DeadlineExceeded} when nobody does in time
 */
export async function holdFifo(path: string, patience: number): Promise<() => Promise<void>> {
  const until = performance.now() + patience;
  while (performance.now() < until) {
    try {
      const handle = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return async () => {
        await handle.write(COMMENTS);
        await handle.close();
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENXIO')) throw error;
    }
    await delay(OPEN_DISTANCE);
  }
  throw new DeadlineExceeded(`no command that reads a FIFO within ${patience} ms`);
}
