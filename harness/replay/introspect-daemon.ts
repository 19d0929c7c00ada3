import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { SetupError } from '../errors.ts';
import type { JsonValue } from '../json/value.ts';
import { QmpConnection } from '../qmp/connection.ts';
import { queryIntrospection } from './judge-introspection.ts';
import { startProgram } from '../target/child-process.ts';

/** How a storage daemon is started, and what it needs in its environment. */
export interface StorageDaemon {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a storage daemon says of itself. */
export interface IntrospectedDaemon {
  /** The reply to query-qmp-schema. */
  readonly reply: JsonValue;
  /** `x.y.z`, from its greeting. */
  readonly version: string;
}

/**
 * Starts a qemu-storage-daemon and asks it for its schema. Its monitor is a socket pair of ours.
 * @param patience milliseconds for each answer
 * @throws {SetupError} when it does not start
 */
export async function introspectDaemon(daemon: StorageDaemon, patience: number): Promise<IntrospectedDaemon> {
  const home = await mkdtemp(join(tmpdir(), 'introspection-'));
  const args = ['--chardev', 'socket,id=monitor,fd=3', '--monitor', 'chardev=monitor'];
  const child = startProgram([...daemon.command, ...args], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, LANG: 'C', ...daemon.env },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const stream = child.stdio[3];
    if (!(stream instanceof Duplex)) throw new SetupError('the storage daemon has no monitor');
    const connection = new QmpConnection(stream);
    const greeting = await connection.waitForGreeting(patience);
    await connection.negotiate([], patience);
    const reply = await queryIntrospection(connection, patience);
    connection.close();
    return { reply, version: greeting.version };
  } catch (cause) {
    if (cause instanceof SetupError) throw cause;
    throw new SetupError(`${daemon.command.join(' ')}: does not answer as a storage daemon does`, { cause });
  } finally {
    child.kill('SIGKILL');
    await ended;
    await rm(home, { recursive: true });
  }
}
