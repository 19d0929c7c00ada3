import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { InputError, SetupError } from '../../errors.ts';
import { BoundedText } from '../../target/bounded-text.ts';
import { startProgram } from '../../target/child-process.ts';
import { openEndpoint } from '../../target/connect-endpoint.ts';

/** Nothing tells of a socket that a proxy makes; it is tried at this distance, in milliseconds. */
const TRY_DISTANCE = 2;

/**
 * A command line of a proxy, in which `{listen}` and `{server}` stand for paths of unix sockets, and `{monitor}` for the
 * number of the monitor that it stands before.
 */
export type ProxyCommand = string;

/** Tells whether a word is a command, and not the address of a proxy that stands already. */
export function isProxyCommand(word: string): boolean {
  return word.includes('{listen}') || word.includes('{server}');
}

/** @throws {InputError} where one of the two is missing */
export function checkProxyCommand(command: ProxyCommand): void {
  for (const name of ['{listen}', '{server}']) {
    if (!command.includes(name))
      throw new InputError(
        `--through '${command}' without ${name}; expected a command with {listen} and {server}`,
      );
  }
}

/** One proxy: started when it is first needed, and again where it serves one connection and ends. */
export class ProxyProcess {
  private readonly stderr = new BoundedText();
  private child: ChildProcess | undefined;

  /**
   * @param listen path of the socket that it is to listen at
   * @param server path of the socket that it is to connect to
   */
  constructor(
    private readonly command: ProxyCommand,
    private readonly listen: string,
    private readonly server: string,
    private readonly patience: number,
  ) {}

  /**
   * Connects to it.
   * @throws {SetupError} when it takes no connection in time, with what it said
   */
  async dial(): Promise<Socket> {
    const until = performance.now() + this.patience;
    for (let starts = 0; performance.now() < until;) {
      if (!this.isRunning()) {
        if (starts++ > 0) break;
        this.start();
      }
      const socket = await openEndpoint(`unix:${this.listen}`, this.patience).catch(() => undefined);
      if (socket !== undefined) return socket;
      await delay(TRY_DISTANCE);
    }
    const said = this.stderr.toString().trim().split('\n').at(-1) ?? '';
    const what = this.isRunning() ? 'takes no connection' : 'ended before it took a connection';
    throw new SetupError(`the proxy '${this.command}' ${what}${said === '' ? '' : `: ${said}`}`);
  }

  /** Ends it, and waits until it has. */
  async close(): Promise<void> {
    const { child } = this;
    if (child === undefined || !this.isRunning()) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 500);
    await gone;
    clearTimeout(timer);
  }

  private isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  private start(): void {
    const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
    const line = this.command
      .replaceAll('{listen}', () => this.quotedWithin(quoted(this.listen)))
      .replaceAll('{server}', () => this.quotedWithin(quoted(this.server)));
    const child = startProgram(['sh', '-c', `exec ${line}`], {
      env: process.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (chunk: Buffer) => this.stderr.push(chunk));
    child.on('error', (error) => this.stderr.push(Buffer.from(error.message)));
    this.child = child;
  }

  /** Paths of temporary folders need no quotes, and stand in the middle of words such as `UNIX-LISTEN:{listen},fork`. */
  private quotedWithin(path: string): string {
    return /^'[\w./-]+'$/.test(path) ? path.slice(1, -1) : path;
  }
}
