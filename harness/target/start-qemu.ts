import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { SetupError } from '../errors.ts';
import { QmpConnection, type Incoming } from '../qmp/connection.ts';
import { watchDeadline, type Deadline } from '../qmp/deadline.ts';
import type { Greeting } from '../qmp/message.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import { BoundedText } from './bounded-text.ts';
import { startProgram } from './child-process.ts';
import type { Accelerator, QemuPrograms } from './qemu-binary.ts';

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

/** A QEMU that has greeted. */
export interface RunningQemu {
  readonly pid: number;
  /** The command line as it was started, without what ties it to our own life. */
  readonly command: readonly string[];
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
  /** Resolves when the process has ended, by whatever. */
  readonly exited: Promise<ProcessEnd>;
  /** What it has written to stderr: the first 4 kB and the last 16 kB. */
  readonly stderr: () => string;
  /** Sends SIGKILL. Whoever needs the process gone awaits the result; the kill itself is done on return. */
  readonly kill: () => Promise<ProcessEnd>;
  /** Ends it by the command `quit`; by SIGKILL where that does not end it in time. */
  readonly quit: (deadline?: Deadline) => Promise<ProcessEnd>;
}

/** QEMU ended, or did not greet. `end` has its command line, exit status and stderr. */
export class QemuStartError extends SetupError {
  readonly end: ProcessEnd;

  constructor(what: string, end: ProcessEnd, cause: unknown) {
    super(`${what}: ${lastLine(end.stderr)}; command: ${end.command.join(' ')}`, { cause });
    this.end = end;
  }
}

const GREETING_PATIENCE = 20_000;
const QUIT_PATIENCE = 5_000;
/** How long stderr may stay open after the process is gone: a helper that it left behind may hold it. */
const STDERR_PATIENCE = 200;

const running = new Set<RunningProcess>();

/** Options that every QEMU of ours gets: nothing of the machine's configuration, no window, no device unasked. */
export function baseArguments(accelerator: Accelerator): readonly string[] {
  return ['-no-user-config', '-nodefaults', '-display', 'none', '-accel', accelerator];
}

/**
 * Starts a QEMU with a monitor on a socket pair, and waits for its greeting. Its environment is PATH, HOME, TMPDIR,
 * LANG and what the binary needs; it does not outlive us.
 * @throws {QemuStartError} when it ends before it greets, or does not greet in time
 */
export async function startQemu(
  binary: QemuPrograms,
  args: readonly string[],
  options: StartOptions,
): Promise<RunningQemu> {
  const extras = options.extraMonitors ?? [];
  const monitorArgs = [{ name: 'main' }, ...extras].flatMap(monitorArguments);
  const channels = options.channels ?? [];
  const monitorCount = 1 + extras.length;
  const channelArgs = channels.flatMap((id, index) => [
    '-chardev',
    `socket,id=${id},fd=${3 + monitorCount + index}`,
  ]);
  const command = [...binary.command, ...binary.dataArgs, ...channelArgs, ...args, ...monitorArgs];
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

/** Kills every QEMU that we started, each by its id, and waits until they are gone. */
export async function killAllQemus(): Promise<void> {
  await Promise.all([...running].map((process) => process.kill()));
}

/** A process that may not have greeted yet. */
interface RunningProcess {
  readonly command: readonly string[];
  readonly pid: number | undefined;
  readonly streams: readonly Duplex[];
  readonly exited: Promise<ProcessEnd>;
  readonly stderr: () => string;
  readonly kill: () => Promise<ProcessEnd>;
}

function startProcess(
  command: readonly string[],
  binary: QemuPrograms,
  dir: string,
  socketPairs: number,
): RunningProcess {
  const pipes = Array.from({ length: socketPairs }, () => 'pipe' as const);
  const child = startProgram(command, {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: dir, TMPDIR: dir, LANG: 'C', ...binary.env },
    stdio: ['ignore', 'ignore', 'pipe', ...pipes],
  });
  const stderr = new BoundedText();
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const exited = endOfProcess(child, command, stderr).finally(() => running.delete(started));
  const kill = (): Promise<ProcessEnd> => {
    child.kill('SIGKILL');
    return exited;
  };
  const streams = child.stdio.slice(3).filter((stream): stream is Duplex => stream instanceof Duplex);
  const started = { command, pid: child.pid, streams, exited, kill, stderr: () => stderr.toString() };
  running.add(started);
  return started;
}

/** Node's `close` would wait for the monitors too, which close only when they were read to their end. */
function endOfProcess(
  child: ChildProcess,
  command: readonly string[],
  stderr: BoundedText,
): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      stderr.push(Buffer.from(error.message));
      if (child.pid === undefined) resolve({ command, code: null, signal: null, stderr: stderr.toString() });
    });
    child.once('exit', (code, signal) => {
      const finish = (): void => {
        clearTimeout(timer);
        resolve({ command, code, signal, stderr: stderr.toString() });
      };
      const timer = setTimeout(finish, STDERR_PATIENCE);
      if (child.stderr?.closed === false) child.stderr.once('close', finish);
      else finish();
    });
  });
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

async function startError(process: RunningProcess, cause: unknown, step: string): Promise<QemuStartError> {
  // A process that closed its monitor is ending, and its own exit status tells more than our signal.
  const hangs = cause instanceof Error && cause.name !== 'ConnectionClosed';
  const end = await (hangs ? process.kill() : process.exited);
  const what = hangs
    ? `QEMU has not ${step} (${cause.message})`
    : `QEMU ended before it ${step}, ${describeEnd(end)}`;
  return new QemuStartError(what, end, cause);
}

/** The exit status or signal, in words. */
function describeEnd({ code, signal }: ProcessEnd): string {
  if (signal !== null) return `killed by ${signal}`;
  return code === null ? 'never started' : `exit status ${code}`;
}

function lastLine(stderr: string): string {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? 'nothing on stderr' : line;
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
