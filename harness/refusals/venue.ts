import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ProcessEnd } from '../results/verdict.ts';
import type { QmpConnection } from '../qmp/connection.ts';
import type { Accelerator, QemuPrograms } from '../target/qemu-binary.ts';
import { baseArguments, startQemu, startStorageDaemon, type RunningQemu } from '../target/start-qemu.ts';

/** A server after capabilities negotiation. */
export interface Server {
  readonly connection: QmpConnection;
  readonly exited: Promise<ProcessEnd>;
  readonly kill: () => Promise<ProcessEnd>;
  /** Ends it, however it is, and removes what it left. */
  readonly close: () => Promise<void>;
}

/** Where requests are sent. */
export interface Venue {
  /**
   * Starts a server that nobody has spoken to.
   * @throws {SetupError}
   */
  readonly start: () => Promise<Server>;
  /** A command line that starts one with its monitor on standard input and output. */
  readonly command: readonly string[];
}

/** A QEMU without a machine: arguments are looked at before anything that has to do with one. */
export function venueOfQemu(binary: QemuPrograms, accelerator: Accelerator, patience: number): Venue {
  const machine = ['-machine', 'none'];
  return {
    start: () =>
      startIn(patience, (dir) =>
        startQemu(binary, [...baseArguments(accelerator), ...machine], { dir, deadline: patience }),
      ),
    command: [basename(binary.path), ...machine, '-display', 'none', '-nodefaults', '-qmp', 'stdio'],
  };
}

/** A storage daemon with nothing but a monitor. */
export function venueOfStorageDaemon(binary: Pick<QemuPrograms, 'command' | 'env'>, patience: number): Venue {
  return {
    start: () => startIn(patience, (dir) => startStorageDaemon(binary, [], { dir, deadline: patience })),
    command: ['qemu-storage-daemon', '--chardev', 'stdio,id=m', '--monitor', 'chardev=m'],
  };
}

async function startIn(patience: number, start: (dir: string) => Promise<RunningQemu>): Promise<Server> {
  const dir = await mkdtemp(join(tmpdir(), 'qmp-conformance-'));
  const remove = (): Promise<void> =>
    rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  try {
    const { connection, exited, kill, negotiate } = await start(dir);
    await negotiate([], patience);
    const close = async (): Promise<void> => {
      await kill();
      await remove();
    };
    return { connection, exited, kill, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
