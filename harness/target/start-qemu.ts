import type { Duplex } from 'node:stream';
import { QmpConnection, type Incoming } from '../qmp/connection.ts';
import { watchDeadline, type Deadline } from '../qmp/deadline.ts';
import type { Greeting } from '../qmp/message.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import type { Accelerator, QemuPrograms } from './qemu-binary.ts';
import { startError, startProcess, type RunningProcess } from './server-process.ts';

/** Sees every byte of every monitor; `connection` is `main` or the name of an extra monitor. */
export type MonitorObserver = (connection: string, direction: '->' | '<-', bytes: Buffer, at: number) => void;

export interface StartOptions {
  /** The process' own folder: working directory, HOME and TMPDIR. The caller makes and removes it. */
  readonly dir: string;
  /** How long the greeting may take. */
  readonly deadline?: Deadline;
  readonly observer?: MonitorObserver | undefined;
  /** Further monitors, by name. They greet, and wait for negotiation, like the main one. */
  readonly extraMonitors?: readonly ExtraMonitor[];
  /** Ids of further character devices on socket pairs of ours; `args` says what stands at their other end. */
  readonly channels?: readonly string[];
}

export interface ExtraMonitor {
  readonly name: string;
  /** Have QEMU lay its messages out over several lines (`-mon pretty=on`). */
  readonly pretty?: boolean;
}

/** A program of QEMU that dialogues can be with. */
export interface RunningServer {
  readonly pid: number;
  /** The command line as it was started, without what ties it to our own life. */
  readonly command: readonly string[];
  readonly connection: QmpConnection;
  /** Resolves when the process has ended, by whatever. */
  readonly exited: Promise<ProcessEnd>;
  /** What it has written to stderr: the first 4 kB and the last 16 kB. */
  readonly stderr: () => string;
  /** Sends SIGKILL. Whoever needs the process gone awaits the result; the kill itself is done on return. */
  readonly kill: () => Promise<ProcessEnd>;
}

/** A QEMU, or a storage daemon, that has greeted. */
export interface RunningQemu extends RunningServer {
  /** The main monitor, still in capabilities negotiation mode. */
  readonly connection: QmpConnection;
  readonly greeting: Greeting;
  /** The extra monitors, by name. */
  readonly monitors: ReadonlyMap<string, QmpConnection>;
  /** Our ends of the channels, by id. */
  readonly channels: ReadonlyMap<string, Duplex>;
  /**
   * Leaves capabilities negotiation mode on the main monitor. QEMU greets before it has looked at all its options, and
   * answers when it has: one that cannot have them ends here.
   * @throws {QemuStartError} when it ends instead of answering, or does not answer in time
   */
  readonly negotiate: (capabilities?: readonly string[], deadline?: Deadline) => Promise<Incoming>;
  /** Ends it by the command `quit`; by SIGKILL where that does not end it in time. */
  readonly quit: (deadline?: Deadline) => Promise<ProcessEnd>;
}

const GREETING_PATIENCE = 20_000;
const QUIT_PATIENCE = 5_000;

/** Options that every QEMU of ours gets: nothing of the machine's configuration, no window, no device unasked. */
export function baseArguments(accelerator: Accelerator): readonly string[] {
  return ['-no-user-config', '-nodefaults', '-display', 'none', '-accel', accelerator];
}

/**
 * Starts a QEMU with a monitor on a socket pair, and waits for its greeting. Its environment is PATH, HOME, TMPDIR,
 * LANG and what the binary needs; it does not outlive us.
 * @throws {QemuStartError} when it ends before it greets, or does not greet in time
 */
export function startQemu(
  binary: QemuPrograms,
  args: readonly string[],
  options: StartOptions,
): Promise<RunningQemu> {
  const extras = options.extraMonitors ?? [];
  const monitorArgs = [{ name: 'main' }, ...extras].flatMap(monitorArguments);
  const channels = options.channels ?? [];
  const channelArgs = channels.flatMap((id, index) => [
    '-chardev',
    `socket,id=${id},fd=${4 + extras.length + index}`,
  ]);
  const command = [...binary.command, ...binary.dataArgs, ...channelArgs, ...args, ...monitorArgs];
  return startMonitored(command, binary, options);
}

/**
 * Starts a storage daemon with a monitor on a socket pair, and waits for its greeting.
 * @throws {QemuStartError} when it ends before it greets, or does not greet in time
 */
export function startStorageDaemon(
  binary: Pick<QemuPrograms, 'command' | 'env'>,
  args: readonly string[],
  options: Pick<StartOptions, 'dir' | 'deadline' | 'observer'>,
): Promise<RunningQemu> {
  const id = 'qmp-conformance-main';
  // It takes its options in order: what it cannot have ends it before it greets.
  const monitor = ['--chardev', `socket,id=${id},fd=3`, '--monitor', `chardev=${id}`];
  return startMonitored([...binary.command, ...args, ...monitor], binary, options);
}

async function startMonitored(
  command: readonly string[],
  binary: Pick<QemuPrograms, 'env'>,
  options: StartOptions,
): Promise<RunningQemu> {
  const { extraMonitors: extras = [], channels = [] } = options;
  const monitorCount = 1 + extras.length;
  const process = startProcess(command, binary, options.dir, monitorCount + channels.length);
  const [connection, ...others] = process.streams
    .slice(0, monitorCount)
    .map(
      (stream, index) => new QmpConnection(stream, { observer: observerOf(options.observer, index, extras) }),
    );
  const channelStreams = process.streams.slice(monitorCount);
  if (connection === undefined) throw await startError(process, undefined, 'greeted');
  try {
    const greeting = await connection.waitForGreeting(options.deadline ?? GREETING_PATIENCE);
    const monitors = new Map(others.map((monitor, index) => [extras[index]?.name ?? '', monitor]));
    const ends = new Map(channelStreams.map((stream, index) => [channels[index] ?? '', stream]));
    return { ...runningQemu(process, connection, greeting, monitors), channels: ends };
  } catch (error) {
    throw await startError(process, error, 'greeted');
  }
}

function runningQemu(
  process: RunningProcess,
  connection: QmpConnection,
  greeting: Greeting,
  monitors: ReadonlyMap<string, QmpConnection>,
): Omit<RunningQemu, 'channels'> {
  const { command, exited, stderr, kill } = process;
  const quit = async (deadline: Deadline = QUIT_PATIENCE): Promise<ProcessEnd> => {
    const cancel = watchDeadline(deadline, 'end of QEMU', () => void kill());
    const response = await connection.execute('quit', undefined, deadline).catch(() => undefined);
    if (response?.kind === 'error') void kill();
    return exited.finally(cancel);
  };
  const negotiate: RunningQemu['negotiate'] = async (capabilities = [], deadline = GREETING_PATIENCE) => {
    try {
      return await connection.negotiate(capabilities, deadline);
    } catch (error) {
      throw await startError(process, error, 'answered qmp_capabilities');
    }
  };
  return {
    pid: process.pid ?? 0,
    command,
    connection,
    greeting,
    monitors,
    negotiate,
    exited,
    stderr,
    kill,
    quit,
  };
}

function monitorArguments({ name, pretty }: ExtraMonitor, index: number): readonly string[] {
  const id = `qmp-conformance-${name}`;
  const layout = pretty === true ? ',pretty=on' : '';
  return ['-chardev', `socket,id=${id},fd=${3 + index}`, '-mon', `chardev=${id},mode=control${layout}`];
}

function observerOf(observer: MonitorObserver | undefined, index: number, extras: readonly ExtraMonitor[]) {
  if (observer === undefined) return undefined;
  const name = index === 0 ? 'main' : (extras[index - 1]?.name ?? '');
  return (direction: '->' | '<-', bytes: Buffer, at: number): void => observer(name, direction, bytes, at);
}
