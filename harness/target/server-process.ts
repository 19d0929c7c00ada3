import type { ChildProcess } from 'node:child_process';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { SetupError } from '../errors.ts';
import type { ProcessEnd } from '../results/verdict.ts';
import { BoundedText } from './bounded-text.ts';
import { startProgram } from './child-process.ts';
import type { QemuPrograms } from './qemu-binary.ts';

/** QEMU ended, or did not greet. `end` has its command line, exit status and stderr. */
export class QemuStartError extends SetupError {
  readonly end: ProcessEnd;

  constructor(what: string, end: ProcessEnd, cause: unknown) {
    super(`${what}: ${tellingLine(end.stderr)}; command: ${end.command.join(' ')}`, { cause });
    this.end = end;
  }
}

/** How long stderr may stay open after the process is gone: a helper that it left behind may hold it. */
const STDERR_PATIENCE = 200;

const running = new Set<RunningProcess>();

/** Kills every QEMU that we started, each by its id, and waits until they are gone. */
export async function killAllQemus(): Promise<void> {
  await Promise.all([...running].map((process) => process.kill()));
}

/** Our ends of a process' standard streams. */
export interface StandardStreams {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/** A process that may not have greeted yet. */
export interface RunningProcess {
  readonly command: readonly string[];
  readonly pid: number | undefined;
  readonly streams: readonly Duplex[];
  /** Its standard streams; `stdin` and `stdout` where they were asked for. Our own reader of `stderr` goes on reading. */
  readonly standard: StandardStreams;
  readonly exited: Promise<ProcessEnd>;
  readonly stderr: () => string;
  readonly kill: () => Promise<ProcessEnd>;
}

/**
 * Starts a program of QEMU in its own folder, with `socketPairs` pipes from file descriptor 3 on. Its environment is
 * PATH, HOME, TMPDIR, LANG and what the binary needs; it does not outlive us.
 * @param stdio what its stdin and stdout are: nothing, or pipes that the caller reads and writes
 */
export function startProcess(
  command: readonly string[],
  binary: Pick<QemuPrograms, 'env'>,
  dir: string,
  socketPairs: number,
  stdio: 'ignore' | 'pipe' = 'ignore',
): RunningProcess {
  const pipes = Array.from({ length: socketPairs }, () => 'pipe' as const);
  const child = startProgram(command, {
    cwd: dir,
    env: { PATH: process.env['PATH'], HOME: dir, TMPDIR: dir, LANG: 'C', ...binary.env },
    stdio: [stdio, stdio, 'pipe', ...pipes],
  });
  const stderr = new BoundedText();
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const exited = endOfProcess(child, command, stderr).finally(() => running.delete(started));
  const kill = (): Promise<ProcessEnd> => {
    child.kill('SIGKILL');
    return exited;
  };
  const streams = child.stdio.slice(3).filter((stream): stream is Duplex => stream instanceof Duplex);
  const { pid, stdin, stdout } = child;
  const standard = { stdin, stdout, stderr: child.stderr };
  const started = { command, pid, streams, standard, exited, kill, stderr: () => stderr.toString() };
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

/** Why a program is not used that did not come to its first step; it is gone when this resolves. */
export async function startError(
  process: RunningProcess,
  cause: unknown,
  step: string,
): Promise<QemuStartError> {
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

/** The last error that the program names itself in: hints may follow it, and warnings go before. */
function tellingLine(stderr: string): string {
  const lines = stderr.trimEnd().split('\n');
  const line = lines.findLast((text) => /^\S*qemu[^\s:]*: (?!warning:)/.test(text)) ?? lines.at(-1) ?? '';
  return line === '' ? 'nothing on stderr' : line;
}
